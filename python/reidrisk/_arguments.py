"""Keyword arguments as flags of the program: `max_set=2` is `--max-set=2`."""

from __future__ import annotations

import datetime
import difflib
import numbers
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from ._frames import Handover, flattened, is_frame, is_path
from ._settings import VALUES


def flags_of(settings: Mapping[str, Any], handover: Handover) -> list[str]:
    """The flags that say what `settings` say. ``None`` says nothing.

    Raises:
        TypeError: no setting has this name, or a value is of a type that it does not take.
    """
    flags: list[str] = []
    for name, value in settings.items():
        if name not in VALUES:
            raise TypeError(_unknown(name))
        if value is None:
            continue
        flag = "--" + name.replace("_", "-")
        kind = VALUES[name]
        if kind == "":
            if not isinstance(value, bool):
                raise TypeError(f"{name} must be True or False")
            flags += [flag] if value else []
        else:
            flags += [f"{flag}={text}" for text in _texts(name, kind, value, handover)]
    return flags


def _unknown(name: str) -> str:
    close = difflib.get_close_matches(name, VALUES, 1)
    meant = f"; did you mean `{close[0]}`?" if close else ""
    return f"`{name}` is not a setting{meant}"


def _texts(name: str, kind: str, value: Any, handover: Handover) -> Iterator[str]:
    """The values of a flag, one for each time that it stands on the command line."""
    if kind == "FILE":
        for source in flattened(value):
            named = source.items() if isinstance(source, Mapping) else [(name, source)]
            for label, data in named:
                yield from handover.inputs(data, label)
    elif kind in ("COL", "COL,COL"):
        yield ",".join(column_name(column) for column in _several(name, value))
    elif kind == "COL+COL":
        for point in _several(name, value):
            yield point if isinstance(point, str) else "+".join(_several(name, point))
    elif kind in ("COL=RULE", "COL=TOLERANCE"):
        if not isinstance(value, Mapping):
            raise TypeError(f"{name} must be a dict of columns, such as {{'birth_date': 'year'}}")
        for column, rules in value.items():
            for rule in [rules] if isinstance(rules, (str, numbers.Real)) else rules:
                yield f"{column}={_scalar(name, rule)}"
    elif kind.startswith("COL[=THEIRS]"):
        pairs = [f"{ours}={theirs}" for ours, theirs in value.items()] if isinstance(value, Mapping) else value
        yield ",".join(column_name(pair) for pair in _several(name, pairs))
    elif kind == "LIST":
        yield ",".join(_scalar(name, item) for item in _several(name, value))
    elif kind == "TEXT" and not isinstance(value, str):
        yield from (_scalar(name, item) for item in _several(name, value))
    else:
        yield _scalar(name, value)


def _several(name: str, value: Any) -> list[Any]:
    if isinstance(value, (str, numbers.Real)):
        return [value]
    if isinstance(value, Iterable) and not isinstance(value, (bytes, Mapping)) and not is_frame(value):
        return list(value)
    raise TypeError(f"{name} must be a text or a list of texts, not a {type(value).__name__}")


def column_name(name: Any) -> str:
    """A name in a list of names: in quotes where it would be taken for several.

    >>> column_name("age"), column_name("last, first"), column_name('6" pipe')
    ('age', '"last, first"', '"6"" pipe"')
    """
    if not isinstance(name, str):
        raise TypeError(f"a column name must be a text, not a {type(name).__name__}")
    if name and not set(name) & set(',"'):
        return name
    return '"' + name.replace('"', '""') + '"'


def _scalar(name: str, value: Any) -> str:
    """A number, a day, a duration or a text as the program reads it."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        raise TypeError(f"{name} must not be True or False")
    if isinstance(value, numbers.Integral):
        return str(int(value))
    if isinstance(value, numbers.Real):
        # Never with an exponent.
        return format(Decimal(repr(float(value))), "f")
    if isinstance(value, datetime.timedelta):
        return f"{format(Decimal(repr(value.total_seconds())), 'f')}s"
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return value.isoformat()
    if is_path(value):
        return str(value)
    raise TypeError(f"{name} cannot be a {type(value).__name__}")
