"""Records of a data frame of Spark as blobs: what the executors make, and how the driver reads it.

Everything here travels to executors by value, as what is in :mod:`reidrisk._spark_tasks` does.

A blob is a header and a message of an Arrow IPC stream: one compressed batch of records in the types that the driver named,
without the schema, which the driver has. A partition ends with a blob that says how many came before it and how many records
they hold, so that none is lost or doubled unseen.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from ._spark_tasks import Task, explained
from ._spark_worker import Failed

#: The only column of what executors send.
SCHEMA = "blob binary"

#: Kind, token, partition, place and records, before the checksum of these and of the content.
HEADER = "<B16siQQ"
CHECKSUM = "<I"
HEADER_BYTES = struct.calcsize(HEADER)
CONTENT = HEADER_BYTES + struct.calcsize(CHECKSUM)

#: A batch of records; the end of a partition; the partition behind the last one.
RECORDS, END, TAIL = 1, 2, 3

#: Bytes of a batch before compression, unless one record has more.
BATCH_BYTES = 4 << 20
#: Records of a batch.
BATCH_RECORDS = 1 << 18

#: The end of an Arrow IPC stream.
END_OF_STREAM = b"\xff\xff\xff\xff\0\0\0\0"

#: Where the engine does not number partitions.
UNNUMBERED = -1


class Blob(NamedTuple):
    """What a partition sends at once.

    Attributes:
        kind: :data:`RECORDS`, :data:`END` or :data:`TAIL`.
        token: of the attempt at the partition; no other has it.
        partition: its number, from 0 on; :data:`UNNUMBERED` where the engine has none.
        place: among the blobs of this attempt, from 0 on.
        records: of the batch; at the end, of the partition.
        content: the message with the batch.
    """

    kind: int
    token: bytes
    partition: int
    place: int
    records: int
    content: Any = b""


def packed(blob: Blob) -> bytes:
    """A blob as bytes, with a checksum."""
    header = struct.pack(HEADER, *blob[:5])
    checksum = zlib.crc32(blob.content, zlib.crc32(header))
    return b"".join([header, struct.pack(CHECKSUM, checksum), blob.content])


def unpacked(row: Any) -> Blob | None:
    """The blob of :func:`packed`; ``None`` where the bytes are not those that were sent.

    >>> blob = Blob(RECORDS, bytes(16), 0, 7, 2, b"message")
    >>> unpacked(packed(blob)) == blob, unpacked(packed(blob)[:-1])
    (True, None)
    """
    view = memoryview(row)
    if len(view) < CONTENT:
        return None
    header, content = view[:HEADER_BYTES], view[CONTENT:]
    if struct.unpack_from(CHECKSUM, view, HEADER_BYTES)[0] != zlib.crc32(content, zlib.crc32(header)):
        return None
    return Blob._make([*struct.unpack(HEADER, header), content])


# The tasks


def records_task(schema: bytes) -> Task:
    """Sends the records of a partition, its columns in the types of `schema`, a stream of Arrow without batches."""

    def run(batches: Iterator[Any]) -> Iterator[Any]:
        return explained(map(_row, _partition(schema, batches)))

    return run


def tail_task() -> Task:
    """Says which number a partition has, so that the driver knows how many come before it."""

    def run(batches: Iterator[Any]) -> Iterator[Any]:
        return explained(map(_row, _tail(batches)))

    return run


def _row(blob: Blob) -> Any:
    import pyarrow

    return pyarrow.RecordBatch.from_arrays([pyarrow.array([packed(blob)], pyarrow.binary())], names=["blob"])


def _partition(stream: bytes, batches: Iterator[Any]) -> Iterator[Blob]:
    import pyarrow

    schema = pyarrow.ipc.open_stream(stream).schema
    token, partition = os.urandom(16), _number()
    place = records = 0
    for batch in joined(converted(schema, batch) for batch in _read(batches)):
        yield Blob(RECORDS, token, partition, place, batch.num_rows, message(batch))
        place, records = place + 1, records + batch.num_rows
    yield Blob(END, token, partition, place, records)


def _tail(batches: Iterator[Any]) -> Iterator[Blob]:
    for _ in batches:
        pass
    yield Blob(TAIL, os.urandom(16), _number(), 0, 0)


def _number() -> int:
    from pyspark import TaskContext

    context = TaskContext.get()
    number = None if context is None else context.partitionId()
    return UNNUMBERED if number is None else number


def _read(batches: Iterator[Any]) -> Iterator[Any]:
    """The batches. What goes wrong before they come here is no fault of this package."""
    while True:
        kind = ""
        try:
            batch = next(batches, None)
        except Exception as error:  # noqa: BLE001  Its message might quote a cell.
            kind = type(error).__name__
        if kind:
            told = f"the records of the data frame could not be made on an executor ({kind})"
            raise Failed(3, f"{told}\nhint: look whether the data frame can be written to a file")
        if batch is None:
            return
        yield batch


# Batches


def converted(schema: Any, batch: Any) -> Any:
    """A batch in the types of `schema`.

    Raises:
        Failed: a column holds what its type cannot hold.
    """
    import pyarrow

    columns = []
    for place, (column, kind) in enumerate(zip(batch.columns, schema.types, strict=True), 1):
        failed = ""
        try:
            columns.append(_converted(column, kind))
        except pyarrow.ArrowException as error:
            failed = type(error).__name__
        if failed:
            told = f"column {place} of the data frame cannot be expressed in Arrow ({failed})"
            raise Failed(3, f"{told}\nhint: convert it, such as with .cast('string'), or leave it out")
    return pyarrow.RecordBatch.from_arrays(columns, schema=schema)


def _converted(column: Any, kind: Any) -> Any:
    import pyarrow
    from pyarrow import compute

    if pyarrow.types.is_list(kind):
        # Of a nested value only whether it is missing arrives here, and nothing else of it is sent.
        starts = compute.if_else(column, pyarrow.scalar(None, pyarrow.int32()), pyarrow.scalar(0, pyarrow.int32()))
        offsets = pyarrow.concat_arrays([starts, pyarrow.array([0], pyarrow.int32())])
        return pyarrow.ListArray.from_arrays(offsets, pyarrow.array([], kind.value_type))
    return column if column.type == kind else column.cast(kind)


def joined(batches: Iterable[Any]) -> Iterator[Any]:
    """The same records in batches that are neither large nor, but for the last one, small."""
    held: list[Any] = []
    size = records = 0
    for batch in batches:
        for piece in _pieces(batch):
            if held and (size + piece.nbytes > BATCH_BYTES or records + piece.num_rows > BATCH_RECORDS):
                yield from _one(held)
                held, size, records = [], 0, 0
            held.append(piece)
            size, records = size + piece.nbytes, records + piece.num_rows
    if held:
        yield from _one(held)


def _pieces(batch: Any) -> Iterator[Any]:
    if batch.num_rows > 1 and (batch.nbytes > BATCH_BYTES or batch.num_rows > BATCH_RECORDS):
        half = batch.num_rows // 2
        yield from _pieces(batch.slice(0, half))
        yield from _pieces(batch.slice(half))
    elif batch.num_rows:
        yield batch


def _one(batches: Sequence[Any]) -> Iterator[Any]:
    import pyarrow

    if len(batches) == 1:
        yield batches[0]
    else:
        yield from pyarrow.Table.from_batches(batches).combine_chunks().to_batches()


def message(batch: Any) -> Any:
    """A batch as a compressed message of a stream: what stands between the schema and the end."""
    compression = "zstd" if _has_zstd() else None
    stream = stream_of(batch.schema, lambda writer: writer.write_batch(batch), compression)
    # Of a schema: eight bytes with the length of its metadata, and these; a schema has no body.
    (length,) = struct.unpack_from("<4xi", stream)
    return stream[8 + length : -len(END_OF_STREAM)]


def _has_zstd() -> bool:
    import pyarrow

    return bool(pyarrow.Codec.is_available("zstd"))


def stream_of(schema: Any, write: Callable[[Any], None], compression: str | None = None) -> memoryview:
    """A stream of Arrow with what `write` writes."""
    import pyarrow

    sink = pyarrow.BufferOutputStream()
    # In one thread: an executor has a core for each task.
    options = pyarrow.ipc.IpcWriteOptions(compression=compression, use_threads=False)
    with pyarrow.ipc.new_stream(sink, schema, options=options) as writer:
        write(writer)
    return memoryview(sink.getvalue())
