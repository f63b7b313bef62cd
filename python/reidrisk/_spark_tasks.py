"""What runs on the executors of a Spark cluster.

The functions travel there by value, because the package need not be installed where the program is shipped. So nothing here
is imported from the package but the place of an installed program, and pyarrow only where it is used.

Between tasks a row is ``(part, kind, blob)``. The program gives the blobs their meaning; only batches of records and the
values of the first job are made here.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from ._spark_worker import HEADER, HEADER_BYTES, Failed, Frame, Worker, through_worker, worked

#: The columns of every exchange.
SCHEMA = "part int, kind int, blob binary"

CELLS, MINIMA, BATCH = 2, 4, 8
#: Kinds of the first job, which the program never sees.
VALUES, RECORDS = 100, 101
#: Added to the kind of an answer that only passes through the last exchange; no kind of the program is as large.
ANSWER = 256

#: The steps of a task file for counting.
CELLS_STEP, MERGE_STEP, CLASSES_STEP, FINISH_STEP = 1, 2, 3, 4

#: Bytes of an Arrow batch on the way out: an executor holds several.
BATCH_BYTES = 4 << 20
#: Most distinct values of a column: every task holds all of them.
MOST_VALUES = 1 << 20
#: Records that are coded at once; more where there are many values, because each lookup first hashes all of them.
FEW_RECORDS, MANY_RECORDS = 1 << 16, 1 << 18
#: Bytes of records that are coded at once.
CODED_BYTES = 64 << 20

CHANGED = "the data changed while they were scanned; scan again"

#: What Spark calls with the batches of a partition.
Task = Callable[[Iterator[Any]], Iterator[Any]]


# The tasks


def profile_task(columns: Sequence[str]) -> Task:
    """Counts the values of each column of a partition; a row says how many records it has."""

    def run(batches: Iterator[Any]) -> Iterator[Any]:
        return explained(batched(_profiled(columns, batches)))

    return run


def records_task(worker: Worker, subject: int | None, values: Sequence[bytes], codes: Sequence[bytes]) -> Task:
    """Codes the records of a partition and hands them to the worker.

    Args:
        subject: the place of the subject column; ``None`` if there is none.
        values: the distinct values of each column, as one IPC stream.
        codes: the code of each of these values.
    """

    def run(batches: Iterator[Any]) -> Iterator[Any]:
        return explained(batched(_recorded(worker, subject, values, codes, batches)))

    return run


def worker_task(worker: Worker) -> Task:
    """Hands the rows of a partition to the worker, all rows of a part together."""

    def run(batches: Iterator[Any]) -> Iterator[Any]:
        return explained(batched(worked(worker, sorted_frames(batches))))

    return run


def classes_task(worker: Worker) -> Task:
    """As :func:`worker_task`, but what is no minimum is marked as an answer."""

    def run(batches: Iterator[Any]) -> Iterator[Any]:
        frames = worked(worker, sorted_frames(batches))
        return explained(batched(frame if frame.kind == MINIMA else as_answer(frame) for frame in frames))

    return run


def finish_task(worker: Worker) -> Task:
    """As :func:`worker_task`, but all that comes out is an answer, and what came in as one passes through."""

    def run(batches: Iterator[Any]) -> Iterator[Any]:
        return explained(batched(_finished(worker, sorted_frames(batches))))

    return run


def _finished(worker: Worker, frames: list[Frame]) -> Iterator[Frame]:
    yield from (frame for frame in frames if frame.kind >= ANSWER)
    for frame in worked(worker, [frame for frame in frames if frame.kind < ANSWER]):
        yield as_answer(frame)


def as_answer(frame: Frame) -> Frame:
    return frame._replace(kind=frame.kind + ANSWER)


def explained(batches: Iterator[Any]) -> Iterator[Any]:
    """Lets out errors of this module only: the message of any other might quote a cell."""
    kind = ""
    try:
        yield from batches
    except Failed:
        raise
    except Exception as error:  # noqa: BLE001  As above.
        kind = type(error).__name__
    # Raised here, so that the other is not kept as the context.
    if kind == "ModuleNotFoundError":
        raise Failed(3, "a Python package is missing on an executor\nhint: pyspark and pyarrow must be installed there")
    if kind:
        raise Failed(70, f"a task on an executor failed ({kind})")


# Rows and batches


def sorted_frames(batches: Iterable[Any]) -> list[Frame]:
    """The rows of a partition, those of a part as neighbours. Their blobs stay where Arrow has them."""
    frames = []
    for batch in batches:
        parts, kinds, blobs = batch.column(0).to_pylist(), batch.column(1).to_pylist(), batch.column(2)
        frames += [Frame(*row) for row in zip(parts, kinds, (blob.as_buffer() for blob in blobs), strict=True)]
    frames.sort(key=lambda frame: (frame.part, frame.kind))
    return frames


def batched(frames: Iterable[Frame]) -> Iterator[Any]:
    """Rows as Arrow batches, each with one row or with few bytes."""
    held: list[Frame] = []
    size = 0
    for frame in frames:
        if held and size + len(frame.blob) > BATCH_BYTES:
            yield _batch(held)
            held, size = [], 0
        held.append(frame)
        size += len(frame.blob) + HEADER_BYTES
    if held:
        yield _batch(held)


def _batch(frames: Sequence[Frame]) -> Any:
    import pyarrow

    parts = pyarrow.array([frame.part for frame in frames], pyarrow.int32())
    kinds = pyarrow.array([frame.kind for frame in frames], pyarrow.int32())
    blobs = pyarrow.array([bytes(frame.blob) for frame in frames], pyarrow.binary())
    return pyarrow.RecordBatch.from_arrays([parts, kinds, blobs], names=["part", "kind", "blob"])


# Values and their counts


def plain(column: Any) -> Any:
    """A column in a type that can be looked up: no dictionary, no views, long offsets, one zero and one NaN."""
    import pyarrow
    from pyarrow import compute

    if pyarrow.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    kind = column.type
    if kind in (pyarrow.string(), pyarrow.string_view()):
        return column.cast(pyarrow.large_string())
    if kind in (pyarrow.binary(), pyarrow.binary_view()):
        return column.cast(pyarrow.large_binary())
    if pyarrow.types.is_floating(kind):
        # Adding 0 turns a negative zero into zero.
        sums = compute.add(column, pyarrow.scalar(0.0, kind))
        return compute.if_else(compute.is_nan(sums), pyarrow.scalar(float("nan"), kind), sums)
    return column


class Tally:
    """The distinct values of one column with the number of records of each."""

    def __init__(self, column: str) -> None:
        self._column = column
        self._pending: list[Any] = []
        self._rows = 0
        self._distinct = 0

    @property
    def is_used(self) -> bool:
        """Whether anything was counted."""
        return bool(self._pending)

    def add(self, values: Any, counts: Any) -> None:
        """Adds values that may be there already.

        Raises:
            Failed: the column has too many.
        """
        import pyarrow

        self._pending.append(pyarrow.table({"value": values, "count": counts}))
        self._rows += len(values)
        # Each value is merged a few times only, however many batches there are.
        if self._rows > max(FEW_RECORDS, 2 * self._distinct):
            self._merge()

    def add_column(self, column: Any) -> None:
        from pyarrow import compute

        counted = compute.value_counts(plain(column))
        self.add(counted.field(0), counted.field(1))

    def sorted(self) -> Any:
        """A table of `value` and `count`; a missing value stands last."""
        from pyarrow import compute

        self._merge()
        table = self._pending[0].combine_chunks()
        order = compute.array_sort_indices(table["value"].combine_chunks(), null_placement="at_end")
        return table.take(order).combine_chunks()

    def _merge(self) -> None:
        import pyarrow

        table = pyarrow.concat_tables(self._pending)
        # In one thread: an executor has a core for each task.
        merged = table.group_by("value", use_threads=False).aggregate([("count", "sum")])
        table = pyarrow.table({"value": merged["value"], "count": merged["count_sum"]})
        self._pending, self._rows, self._distinct = [table], table.num_rows, table.num_rows
        if self._distinct > MOST_VALUES:
            told = f"column `{self._column}` has more than {MOST_VALUES:,} distinct values"
            raise Failed(2, f"{told}; generalise it in the frame, or leave it out")


def _profiled(columns: Sequence[str], batches: Iterable[Any]) -> Iterator[Frame]:
    tallies = [Tally(name) for name in columns]
    records = 0
    for batch in batches:
        if batch.num_rows == 0:
            continue
        records += batch.num_rows
        for place, tally in enumerate(tallies):
            tally.add_column(batch.column(place))
    if records:
        yield from _tally_frames(tallies)
        yield Frame(len(columns), RECORDS, records.to_bytes(8, "little"))


def _tally_frames(tallies: Iterable[Tally], first: int = 0) -> Iterator[Frame]:
    for part, tally in enumerate(tallies, first):
        table = tally.sorted()
        step = max(1, table.num_rows * BATCH_BYTES // max(1, table.nbytes))
        for start in range(0, table.num_rows, step):
            yield Frame(part, VALUES, ipc_bytes(table.slice(start, step)))


def ipc_bytes(table: Any) -> bytes:
    """A table as an IPC stream."""
    import pyarrow

    sink = pyarrow.BufferOutputStream()
    with pyarrow.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    written: bytes = sink.getvalue().to_pybytes()
    return written


def table_of(stream: Any) -> Any:
    """The table of :func:`ipc_bytes`."""
    import pyarrow

    with pyarrow.ipc.open_stream(pyarrow.py_buffer(stream)) as reader:
        return reader.read_all()


# Records


def _recorded(
    worker: Worker, subject: int | None, values: Sequence[bytes], codes: Sequence[bytes], batches: Iterator[Any]
) -> Iterator[Frame]:
    first = next((batch for batch in batches if batch.num_rows), None)
    if first is None:
        return
    coder = Coder(values, codes, subject)
    yield from through_worker(worker, coder.frames(_from(first, batches)))


def _from(first: Any, rest: Iterator[Any]) -> Iterator[Any]:
    yield first
    yield from rest


class Coder:
    """Turns batches of a frame into batches of codes."""

    def __init__(self, values: Sequence[bytes], codes: Sequence[bytes], subject: int | None = None) -> None:
        import pyarrow

        self._values = [table_of(stream)["value"].combine_chunks() for stream in values]
        self._codes = [
            pyarrow.Array.from_buffers(pyarrow.uint32(), len(some) // 4, [None, pyarrow.py_buffer(some)]) for some in codes
        ]
        self._subject = subject
        most = max((len(some) for some in self._values), default=0)
        self._records = FEW_RECORDS if most <= FEW_RECORDS else MANY_RECORDS

    def frames(self, batches: Iterable[Any]) -> Iterator[bytes]:
        """Frames with all records of `batches`, in pieces."""
        held: list[Any] = []
        records = size = 0
        for batch in batches:
            held.append(batch)
            records += batch.num_rows
            size += batch.nbytes
            if records >= self._records or size >= CODED_BYTES:
                yield from self._frame(held, records)
                held, records, size = [], 0, 0
        if records:
            yield from self._frame(held, records)

    def _frame(self, batches: Sequence[Any], records: int) -> Iterator[bytes]:
        if self._subject is None:
            pieces = [struct.pack("<QQ", records, 2**64 - 1)]
        else:
            pieces = _subjects(_joined(batches, self._subject))
        for place, (values, codes) in enumerate(zip(self._values, self._codes, strict=True)):
            pieces.append(_coded(_joined(batches, place), values, codes))
        yield struct.pack(HEADER, 0, BATCH, sum(len(piece) for piece in pieces))
        yield from pieces


def _subjects(column: Any) -> list[bytes]:
    """How many there are, how many bytes, where each begins, and the bytes."""
    import pyarrow
    from pyarrow import compute

    texts = _names(column).fill_null("")
    records = len(texts)
    _, offsets, content = texts.buffers()
    places = pyarrow.Array.from_buffers(pyarrow.int64(), records + 1, [None, offsets], offset=texts.offset)
    first, last = places[0].as_py(), places[records].as_py()
    text = content.slice(first, last - first).to_pybytes() if last > first else b""
    return [struct.pack("<QQ", records, last - first), _raw(compute.subtract(places, first), 8), text]


def _names(column: Any) -> Any:
    """Subjects as texts. A number without decimals is spelled as a whole one, and what is not a number names nobody."""
    import pyarrow
    from pyarrow import compute

    if not pyarrow.types.is_floating(column.type):
        return column.cast(pyarrow.large_string())
    column = compute.if_else(compute.is_nan(column), pyarrow.scalar(None, column.type), column)
    # Up to here every whole number can be told from its neighbours.
    is_whole = compute.and_(compute.equal(compute.trunc(column), column), compute.less(compute.abs(column), 2.0**53))
    whole = compute.if_else(is_whole, column, pyarrow.scalar(0.0, column.type)).cast(pyarrow.int64())
    return compute.if_else(is_whole, whole.cast(pyarrow.large_string()), column.cast(pyarrow.large_string()))


def _joined(batches: Sequence[Any], place: int) -> Any:
    import pyarrow

    return pyarrow.concat_arrays([plain(batch.column(place)) for batch in batches])


def _coded(column: Any, values: Any, codes: Any) -> bytes:
    from pyarrow import compute

    places = compute.index_in(column, value_set=values)
    if places.null_count:
        raise Failed(3, CHANGED)
    return _raw(codes.take(places), 4)


def _raw(array: Any, width: int) -> bytes:
    """The numbers of an array without its missing values, which it must not have."""
    _, content = array.buffers()
    raw: bytes = content.slice(array.offset * width, len(array) * width).to_pybytes()
    return raw
