"""Hands a data frame of Spark over: the session sends its records in compressed batches, which become one stream of Arrow.

No batch is unpacked here, and only a few are in memory at once: what arrives is written as it is.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from typing import Any, BinaryIO

from . import _spark_blobs
from ._errors import ConversionError, InputOutputError
from ._spark_blobs import END, END_OF_STREAM, RECORDS, SCHEMA, TAIL, UNNUMBERED, Blob, stream_of, unpacked
from ._spark_session import ran, send_functions_by_value, type_name

#: Types of Spark of which the program reads only whether a value is missing. Nothing else of them leaves an executor.
_NESTED = {"array", "map", "struct", "variant"}
#: Partitions behind those of the records. A single one would be merged with records that are a single one as well.
_TAILS = 2


def write_spark_frame(frame: Any, file: BinaryIO) -> None:
    """Writes a data frame of Spark as one Arrow IPC stream.

    Raises:
        ConversionError: a column has no type in Arrow, or shares its name with another.
        InputOutputError: the session or an executor failed, or records were lost or came twice.
        OSError: the file cannot be written.
    """
    fields = ran(lambda: list(frame.schema.fields))
    schema = _schema(frame, fields)
    file.write(stream_of(schema, lambda _: None)[: -len(END_OF_STREAM)])
    if fields:
        arrivals = Arrivals()
        with contextlib.closing(_rows(frame, fields, schema)) as rows:
            file.writelines(map(arrivals.taken, rows))
        arrivals.check(lambda: ran(frame.count))
    file.write(END_OF_STREAM)


def _schema(frame: Any, fields: Sequence[Any]) -> Any:
    """The types in which the records are read, those that the session would write to a Parquet file."""
    try:
        import pyarrow
    except ImportError:
        pyarrow = None
    if pyarrow is None:
        raise ConversionError(
            f"a {type(frame).__name__} is handed over with pyarrow, which is not installed", "pip install pyarrow"
        )
    for name, count in Counter(field.name for field in fields).items():
        if count > 1:
            raise ConversionError(f"column `{name}` is in the data frame more than once", "give each column its own name")
    return pyarrow.schema([(field.name, _type(pyarrow, field)) for field in fields])


def _type(pyarrow: Any, field: Any) -> Any:
    kind = type_name(field.dataType)
    if kind == "decimal":
        return pyarrow.decimal128(field.dataType.precision, field.dataType.scale)
    types = {
        **dict.fromkeys(("char", "string", "varchar"), pyarrow.string()),
        **dict.fromkeys(_NESTED, pyarrow.list_(pyarrow.bool_())),
        "binary": pyarrow.binary(),
        "boolean": pyarrow.bool_(),
        "byte": pyarrow.int8(),
        "date": pyarrow.date32(),
        # A number of microseconds, as in a file.
        "daytimeinterval": pyarrow.int64(),
        "double": pyarrow.float64(),
        "float": pyarrow.float32(),
        "integer": pyarrow.int32(),
        "long": pyarrow.int64(),
        "short": pyarrow.int16(),
        "time": pyarrow.time64("ns"),
        # A moment is the same in every zone, so that of the session says nothing.
        "timestamp": pyarrow.timestamp("us", "UTC"),
        "timestamp_ntz": pyarrow.timestamp("us"),
        "void": pyarrow.null(),
    }
    if kind not in types:
        raise ConversionError(
            f"column `{field.name}` is of the type {kind}, which cannot be handed over", "convert it, or leave it out"
        )
    return types[kind]


def _rows(frame: Any, fields: Sequence[Any], schema: Any) -> Generator[Any, None, None]:
    """What the executors send, one at a time."""
    rows = iter(ran(lambda: _sent(frame, fields, schema).toLocalIterator(prefetchPartitions=True)))
    try:
        while (row := ran(lambda: next(rows, None))) is not None:
            yield row[0]
    finally:
        # Ends the job, if it has not ended.
        with contextlib.suppress(Exception):
            rows.close()


def _sent(frame: Any, fields: Sequence[Any], schema: Any) -> Any:
    """A data frame of blobs: those of the records, and then those of the tail."""
    send_functions_by_value()
    # By number: a name may hold anything.
    names = [f"c{place}" for place in range(len(fields))]
    numbered = frame.toDF(*names)
    nested = [type_name(field.dataType) in _NESTED for field in fields]
    if any(nested):
        chosen = [f"isnull({name}) as {name}" if is_nested else name for name, is_nested in zip(names, nested, strict=True)]
        numbered = numbered.selectExpr(*chosen)
    task = _spark_blobs.records_task(bytes(stream_of(schema, lambda _: None)))
    tail = frame.sparkSession.range(0, _TAILS, 1, _TAILS).mapInArrow(_spark_blobs.tail_task(), SCHEMA)
    return numbered.mapInArrow(task, SCHEMA).union(tail)


class Arrivals:
    """Whether every blob that was sent arrived once.

    A blob is checked by its checksum, its place among those of its partition, and the totals at the end of the partition. That
    no partition is missing is known from their numbers, and how many there are from the number of the tail. Where an engine
    numbers none, the records are counted again.
    """

    def __init__(self) -> None:
        #: For each attempt at a partition that has not ended: the blobs and the records so far.
        self._begun: dict[bytes, tuple[int, int]] = {}
        self._ended: set[bytes] = set()
        #: The numbers of the partitions that ended, and those of the tail.
        self._partitions: list[int] = []
        self._tails: list[int] = []
        self._records = 0

    def taken(self, row: Any) -> Any:
        """The content of a blob.

        Raises:
            InputOutputError: it is damaged, or is not the next one of its partition.
        """
        blob = unpacked(row)
        if blob is None:
            raise InputOutputError("records from Spark arrived damaged", "scan again")
        if blob.kind == TAIL:
            self._tails.append(blob.partition)
            return b""
        begun = self._begun.pop(blob.token, (0, 0))
        if blob.token in self._ended or blob.place != begun[0]:
            raise _lost()
        if blob.kind == END:
            self._end(blob, begun)
        elif blob.kind == RECORDS:
            self._begun[blob.token] = (begun[0] + 1, begun[1] + blob.records)
        return blob.content

    def _end(self, blob: Blob, begun: tuple[int, int]) -> None:
        if blob.records != begun[1]:
            raise _lost()
        self._ended.add(blob.token)
        self._partitions.append(blob.partition)
        self._records += blob.records

    def check(self, count: Callable[[], int]) -> None:
        """Looks whether everything has arrived.

        Args:
            count: the number of records, which is asked for only where it is needed.

        Raises:
            InputOutputError: something was lost or came twice.
        """
        if self._begun or len(self._tails) != _TAILS:
            raise _lost()
        if UNNUMBERED not in self._partitions + self._tails:
            first = len(self._partitions)
            if sorted(self._partitions) != list(range(first)) or sorted(self._tails) != list(range(first, first + _TAILS)):
                raise _lost()
        elif (counted := count()) != self._records:
            raise InputOutputError(
                f"the data frame gave {self._records} records and {counted} when they were counted",
                "scan again; if the frame is not the same each time, write it to a table and scan that",
            )


def _lost() -> InputOutputError:
    return InputOutputError("records from Spark were lost or came twice", "scan again")
