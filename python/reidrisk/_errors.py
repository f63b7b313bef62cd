"""What can go wrong, one class for each exit code of the program.

No message holds a cell value: it is the sentence of the program, or one of this module about names and types.
"""

from __future__ import annotations

import re
from typing import NoReturn


class ReidriskError(Exception):
    """A call that ended without a verdict.

    Attributes:
        message: what is wrong, in one sentence.
        hint: what to change; ``None`` where nothing more is known.
        exit_code: the exit code of the program; ``None`` where it did not run or was ended by a signal.
    """

    def __init__(self, message: str, hint: str | None = None, exit_code: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.exit_code = exit_code

    def __str__(self) -> str:
        return f"{self.message}\nhint: {self.hint}" if self.hint else self.message


class UsageError(ReidriskError):
    """A setting, a column name or a configuration is wrong (exit code 2)."""


class InputOutputError(ReidriskError):
    """Something could not be read or written (exit code 3)."""


class IncompleteError(ReidriskError):
    """Time or memory ran out before there was a result (exit code 4)."""


class InternalError(ReidriskError):
    """A bug in the program (exit code 70); please report it."""


class ConversionError(ReidriskError):
    """A data frame could not be handed over, or what that needs is not installed."""


OF_EXIT_CODE: dict[int, type[ReidriskError]] = {
    2: UsageError,
    3: InputOutputError,
    4: IncompleteError,
    70: InternalError,
}


def raise_for(exit_code: int, told: str) -> NoReturn:
    """Raises the error that the program told on standard error."""
    if exit_code < 0:
        raise ReidriskError(
            f"the program was ended by signal {-exit_code}",
            "signal 9 often means that the system had no memory left: set `memory`" if exit_code == -9 else None,
        )
    if exit_code == 130:
        raise KeyboardInterrupt
    message, hint = split_told(told)
    kind = OF_EXIT_CODE.get(exit_code, ReidriskError)
    raise kind(message or f"the program ended with exit code {exit_code}", hint, exit_code)


def split_told(told: str) -> tuple[str, str | None]:
    """The sentence and the hint of an error as the program prints it.

    >>> split_told("error: `a` is not a column\\nhint: did you mean `b`?\\n")
    ('`a` is not a column', 'did you mean `b`?')
    """
    lines = told.rstrip().split("\n")
    first = next((at for at, line in enumerate(lines) if line.startswith(("error:", "error["))), 0)
    message: list[str] = []
    hint: list[str] = []
    current = message
    for line in lines[first:]:
        word, _, rest = line.strip().partition(": ")
        if word in ("hint", "tip"):
            current = hint
            line = rest
        elif line.startswith("Usage:") or line.startswith("For more information"):
            break
        current.append(line.rstrip())
    sentence = re.sub(r"^error(\[[a-z/-]+\])?: ", "", "\n".join(message).strip())
    return sentence, "\n".join(hint).strip() or None
