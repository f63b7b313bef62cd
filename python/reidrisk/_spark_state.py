"""The files through which the driver of a scan on Spark and the program talk, all in one folder."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ._errors import InputOutputError
from ._spark_tasks import RECORDS, Tally, table_of
from ._spark_worker import Frame, frame_bytes

#: Records of a batch of the file of values: a padded column is never in memory as a whole.
_ROWS = 1 << 16


@dataclass(frozen=True)
class Profile:
    """The distinct values of each column with their counts.

    Attributes:
        records: of the data.
        tables: for each column one of `value` and `count`, sorted, the missing value last.
    """

    records: int
    columns: Sequence[str]
    tables: Sequence[Any]


def profile_of(columns: Sequence[str], frames: Iterable[Frame]) -> Profile:
    """Reads what the first job collected.

    Raises:
        InputOutputError: the counts of a column do not add up to the records.
    """
    from pyarrow import compute

    records = 0
    tallies = [Tally(name) for name in columns]
    for frame in frames:
        if frame.kind == RECORDS:
            records += int.from_bytes(bytes(frame.blob), "little")
        else:
            table = table_of(frame.blob)
            tallies[frame.part].add(table["value"], table["count"])
    if records == 0:
        return Profile(0, columns, [])
    tables = []
    for name, tally in zip(columns, tallies, strict=True):
        table = tally.sorted() if tally.is_used else None
        if table is None or compute.sum(table["count"]).as_py() != records:
            raise InputOutputError(f"the counts of column `{name}` do not add up to the {records} records; scan again")
        tables.append(table)
    return Profile(records, columns, tables)


class State:
    """The folder that the program is named as ``--state``."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self.values = folder / "values" / f"{name}.arrow"
        self.values.parent.mkdir(mode=0o700, parents=True)
        folder.chmod(0o700)

    def read(self, name: str) -> bytes:
        return (self.folder / name).read_bytes()

    def write_frame(self, columns: Sequence[str]) -> None:
        """Writes the names of all columns of the frame."""
        (self.folder / "frame.json").write_text(json.dumps(list(columns)), "utf-8")

    def write_profile(self, profile: Profile) -> None:
        """Writes the values and the counts; the values last, because their file says that both are there."""
        counts = [
            {"name": name, "counts": table["count"].to_pylist()}
            for name, table in zip(profile.columns, profile.tables, strict=True)
        ]
        (self.folder / "counts.json").write_text(json.dumps({"records": profile.records, "columns": counts}), "utf-8")
        unfinished = self.values.with_suffix(".part")
        write_values(unfinished, profile.columns, [table["value"].combine_chunks() for table in profile.tables])
        os.replace(unfinished, self.values)

    def codes(self, names: Sequence[str], tables: Sequence[Any]) -> list[bytes]:
        """The codes of the values of each column, in the order of its table.

        Raises:
            InputOutputError: there is not one for each value.
        """
        codes = [self.read(name) for name in names]
        expected = [4 * table.num_rows for table in tables]
        if [len(some) for some in codes] != expected:
            raise InputOutputError("the program did not give each value a code")
        return codes

    def write_frames(self, name: str, frames: Iterable[Frame]) -> None:
        """Writes frames in the order in which they are given."""
        with open(self.folder / name, "xb") as file:
            file.writelines(map(frame_bytes, frames))


def write_values(path: Path, columns: Sequence[str], values: Sequence[Any]) -> None:
    """Writes columns as one Arrow IPC file, the shorter ones padded with one of their values."""
    import pyarrow

    schema = pyarrow.schema([pyarrow.field(name, some.type) for name, some in zip(columns, values, strict=True)])
    length = max((len(some) for some in values), default=0)
    fillers = [place_of_filler(some) for some in values]
    with pyarrow.OSFile(str(path), "wb") as file, pyarrow.ipc.new_file(file, schema) as writer:
        for start in range(0, length, _ROWS):
            rows = range(start, min(start + _ROWS, length))
            columns_now = [padded(some, rows, filler) for some, filler in zip(values, fillers, strict=True)]
            writer.write_batch(pyarrow.RecordBatch.from_arrays(columns_now, schema=schema))


def place_of_filler(values: Any) -> int:
    """Where a value stands that takes little room: one that is missing, which is the last, or the shortest.

    >>> import pyarrow
    >>> place_of_filler(pyarrow.array(["long", "s"])), place_of_filler(pyarrow.array(["s", None]))
    (1, 1)
    """
    import pyarrow
    from pyarrow import compute

    if len(values) and not values[-1].is_valid:
        return len(values) - 1
    kinds = (pyarrow.types.is_string, pyarrow.types.is_large_string, pyarrow.types.is_binary, pyarrow.types.is_large_binary)
    if not any(is_kind(values.type) for is_kind in kinds):
        return max(len(values) - 1, 0)
    lengths = compute.binary_length(values)
    place: int = compute.index(lengths, compute.min(lengths)).as_py()
    return place


def padded(values: Any, rows: range, filler: int) -> Any:
    """The values at `rows`; beyond the end, the one at `filler`.

    >>> import pyarrow
    >>> padded(pyarrow.array(["a", "b"]), range(1, 4), 0).to_pylist()
    ['b', 'a', 'a']
    """
    import pyarrow

    if rows.stop <= len(values):
        return values.slice(rows.start, len(rows))
    places = [row if row < len(values) else filler for row in rows]
    return values.take(pyarrow.array(places, pyarrow.int64()))
