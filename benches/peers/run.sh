#!/usr/bin/env bash
# Makes the Python environment once, then runs a benchmark of this folder in it:
#   benches/peers/run.sh              the side-by-side run (run.py)
#   benches/peers/run.sh growth.py    the growth series
# Everything after the script's name is handed on to it. See docs/performance.md.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
environment=${REIDRISK_PEERS_ENVIRONMENT:-$root/target/peers-environment}
stamp=$environment/requirements.txt

if ! cmp -s "$here/requirements.txt" "$stamp"; then
    python3 -m venv "$environment"
    "$environment/bin/pip" install --quiet --disable-pip-version-check --requirement "$here/requirements.txt"
    cp "$here/requirements.txt" "$stamp"
fi

script=run.py
case ${1:-} in
*.py)
    script=$1
    shift
    ;;
esac
cd "$root"
exec "$environment/bin/python" "$here/$script" "$@"
