"""Lists of a result as data frames."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from ._errors import ConversionError

Library = Literal["pandas", "polars"]


def tables(result: Mapping[str, Any]) -> dict[str, list[Mapping[str, Any]]]:
    """Every list of records in a result, by its place.

    >>> result = {"figures": [{"id": "a"}], "measures": {"m": {"value": {"sets": [{"x": 1}], "n": 2}}}}
    >>> sorted(tables(result))
    ['figures', 'm.sets']
    """
    found: dict[str, list[Mapping[str, Any]]] = {}
    for name in ("figures", "checks", "findings", "not_measured", "waivers", "advice"):
        found[name] = list(result.get(name, []))
    found["columns"] = list(result.get("dataset", {}).get("columns", []))
    for measure, outcome in result.get("measures", {}).items():
        found.update(_lists(measure, (outcome or {}).get("value")))
    return {name: rows for name, rows in found.items() if rows}


def _lists(place: str, value: Any) -> Iterator[tuple[str, list[Mapping[str, Any]]]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _lists(f"{place}.{key}", inner)
    elif isinstance(value, list) and value and all(isinstance(item, Mapping) for item in value):
        yield place, value


def flat(row: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """A record without records in it; a figure that is undefined has no value and a status that says so.

    >>> flat({"id": "a", "risk": {"highest": 1.0}, "columns": ["x"]})
    {'id': 'a', 'risk.highest': 1.0, 'columns': ['x']}
    """
    out: dict[str, Any] = {}
    for key, value in row.items():
        if isinstance(value, Mapping):
            out.update(flat(value, f"{prefix}{key}."))
        else:
            out[prefix + key] = value
    return out


def data_frame(rows: list[Mapping[str, Any]], library: Library | None) -> Any:
    """The records as a data frame of pandas or polars; of whichever is installed, pandas first."""
    records = [flat(row) for row in rows]
    keys = list(dict.fromkeys(key for record in records for key in record))
    filled = {key: [record.get(key) for record in records] for key in keys}
    for name in [library] if library else ["pandas", "polars"]:
        if name == "pandas":
            try:
                import pandas
            except ImportError:
                continue
            return pandas.DataFrame(filled)
        if name == "polars":
            try:
                import polars
            except ImportError:
                continue
            return polars.DataFrame(filled, strict=False)
        raise ValueError(f"library must be 'pandas' or 'polars', not {name!r}")
    raise ConversionError(
        f"{library or 'neither pandas nor polars'} is {'not ' if library else ''}installed", "pip install pandas"
    )
