"""The compiled program that this package brings along, and how it is run."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from ._errors import InputOutputError, UsageError, raise_for

_NAME = "reidrisk" + (sysconfig.get_config_var("EXE") or "")


def find_program() -> str:
    """Path of the program that was installed with this package.

    Only the folders of this installation are searched, never ``PATH``: what runs is the version that the package holds.

    Raises:
        FileNotFoundError: the program is not in any of them.
    """
    here = Path(__file__).resolve().parent
    user = "nt_user" if os.name == "nt" else "osx_framework_user" if sys.platform == "darwin" else "posix_user"
    folders = [
        sysconfig.get_path("scripts"),
        sysconfig.get_path("scripts", vars={"base": sys.base_prefix}),
        # `pip install --target` and `--prefix`.
        str(here.parent / "bin"),
        str(here.parents[3] / "bin") if len(here.parents) > 3 else None,
        sysconfig.get_path("scripts", scheme=user) if user in sysconfig.get_scheme_names() else None,
    ]
    for folder in folders:
        if folder and (found := Path(folder, _NAME)).is_file():
            return str(found)
    raise FileNotFoundError(f"the program `{_NAME}` is not installed beside this package; install reidrisk again")


class Ended(NamedTuple):
    """How a run of the program ended."""

    exit_code: int
    output: bytes
    told: str


def run(arguments: Sequence[str]) -> Ended:
    """Runs the program to its end, without standard input and without a terminal."""
    if any("\0" in argument for argument in arguments):
        raise UsageError("a setting or a name holds a zero byte")
    environment = {**os.environ, "NO_COLOR": "1"}
    command = [find_program(), *arguments]
    number = 0
    try:
        ended = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, env=environment, check=False)
    except OSError as error:
        number = error.errno or errno.EIO
    # Raised here, so that no error of the system with the whole command line is kept as the context.
    if number == errno.E2BIG:
        raise UsageError("the settings are too long for a command line", "write them into a file, and name it as `config`")
    if number:
        raise InputOutputError(f"the program cannot be started: {os.strerror(number)}")
    return Ended(ended.returncode, ended.stdout, ended.stderr.decode("utf-8", "replace"))


def run_expecting(codes: Sequence[int], arguments: Sequence[str]) -> Ended:
    """Runs the program; raises unless it ends with one of `codes`.

    Exit code 4 comes with a result or without one: with none, there is nothing on standard output.
    """
    ended = run(arguments)
    if ended.exit_code not in codes or (ended.exit_code == 4 and not ended.output.strip()):
        raise_for(ended.exit_code, ended.told)
    return ended
