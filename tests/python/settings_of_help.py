"""Makes `python/reidrisk/_settings.py` from the help of `reidrisk scan`, so that no flag is missing from the module.

COLUMNS=100 reidrisk scan --help | python3 tests/python/settings_of_help.py > python/reidrisk/_settings.py
"""

from __future__ import annotations

import re
import sys

# Flags that are arguments of their own, or that say how a terminal is served.
OWN = {
    "color",
    "config",
    "emit",
    "exit-zero",
    "format",
    "help",
    "out",
    "progress",
    "quiet",
    "released",
    "verbose",
    "waivers",
}

TYPES = {
    "": "bool",
    "COL": "str",
    "COL,COL": "str | Sequence[str]",
    "COL+COL": "str | Sequence[str | Sequence[str]]",
    "COL=RULE": "Mapping[str, str | Sequence[str]]",
    "COL=TOLERANCE": "Mapping[str, str | float]",
    "COL[=THEIRS]": "str | Mapping[str, str]",
    "COL[=THEIRS],...": "str | Sequence[str] | Mapping[str, str]",
    "DATE": "str | datetime.date",
    "DUR": "str | datetime.timedelta",
    "FILE": "Sources",
    "LIST": "str | int | Sequence[str | int]",
    "N": "int | float | str",
    "SHARE": "float | str",
    "SIZE": "int | str",
    "TEXT": "str | Sequence[str]",
}
#: With one text, never with several.
ONE_TEXT = {"population_source"}

HEAD = '''"""The settings that a call takes, made from the help of the program by `tests/python`; not edited by hand."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import TypedDict, Union

from ._frames import ArrowStream, Data

#: Data to compare with, several as a list or by the names that the report shows.
Sources = Union[Data, Sequence[ArrowStream], Mapping[str, Data]]


class Settings(TypedDict, total=False):
    """Keyword arguments of :func:`reidrisk.scan`, `advise` and `release`: the flags with `_` for `-`."""

'''


def flags(help_text: str) -> list[tuple[str, str, str]]:
    """Name, kind of value and words of each flag, in the order of the help.

    >>> flags("      --max-set <N>\\n          Largest set. [default: 3]\\n\\n          More.\\n")
    [('max_set', 'N', 'Largest set')]
    """
    found = []
    pattern = re.compile(r"^ {2,6}(?:-\w, )?--([a-z0-9-]+)(?: <([^>]*)>)?\n((?: {10}\S.*\n)*)", re.MULTILINE)
    for name, kind, words in pattern.findall(help_text):
        if name in OWN:
            continue
        words = re.sub(r"\s+", " ", words).strip()
        words = re.sub(r" ?\[(default|env|possible values)[^]]*\]", "", words).rstrip(".")
        found.append((name.replace("-", "_"), kind, words))
    return found


def module(help_text: str) -> str:
    """The text of the module."""
    fields, values = [], []
    for name, kind, words in flags(help_text):
        of = "str" if name in ONE_TEXT else TYPES.get(kind, "str")
        fields.append(f"    #: {words}.\n    {name}: {of}\n")
        values.append(f'    "{name}": "{"NAME" if name in ONE_TEXT else kind}",\n')
    table = "\n\n#: What the help calls the value of each setting; nothing where the flag stands alone.\nVALUES: dict[str, str] = {\n"
    return HEAD + "".join(fields) + table + "".join(values) + "}\n"


if __name__ == "__main__":
    sys.stdout.write(module(sys.stdin.read()))
