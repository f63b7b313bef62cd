"""``python -m reidrisk``: the command itself."""

import os
import subprocess
import sys

from ._program import find_program


def main() -> None:
    command = [find_program(), *sys.argv[1:]]
    if os.name == "nt":
        # Windows has no exec that waits.
        sys.exit(subprocess.run(command, check=False).returncode)
    os.execv(command[0], command)


if __name__ == "__main__":
    main()
