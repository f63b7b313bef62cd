"""How a data frame of Spark is handed over, without Spark: an engine of this file runs the tasks in this process."""

from __future__ import annotations

import contextlib
import datetime
import decimal
import sys
import tempfile
import traceback
import types

import pytest

pyarrow = pytest.importorskip("pyarrow")

import reidrisk
from reidrisk import _frames, _spark_blobs, _spark_frames, _spark_session
from reidrisk._spark_blobs import END, RECORDS, TAIL, UNNUMBERED, Blob, packed, unpacked

CANARY = "Zsófiacanary"


class Kind:
    """A type of Spark."""

    def __init__(self, name, precision=None, scale=None):
        self.name, self.precision, self.scale = name, precision, scale

    def typeName(self):
        return self.name


class Engine:
    """A data frame: batches in partitions, and the tasks that will run over them."""

    numbers = True

    def __init__(self, kinds, partitions, change=list):
        self.partitions, self.change, self.kinds = partitions, change, kinds
        fields = [types.SimpleNamespace(name=name, dataType=kind) for name, kind in kinds]
        self.schema = types.SimpleNamespace(fields=fields)
        self.columns_chosen = None
        self.sparkSession = types.SimpleNamespace(range=lambda *_: Engine([("id", Kind("long"))], [[], []]))

    def toDF(self, *names):
        assert len(names) == len(self.kinds)
        return self

    def selectExpr(self, *chosen):
        """Knows `isnull` alone."""

        def selected(batch):
            columns = [
                column.is_null() if text.startswith("isnull(") else column
                for text, column in zip(chosen, batch.columns, strict=True)
            ]
            return pyarrow.RecordBatch.from_arrays(columns, names=[f"c{place}" for place in range(len(columns))])

        self.partitions = [map(selected, partition) for partition in self.partitions]
        return self

    def mapInArrow(self, task, schema):
        assert schema == "blob binary"
        self.task = task
        return self

    def union(self, other):
        self.other = other
        return self

    def count(self):
        return sum(batch.num_rows for partition in self.partitions for batch in partition)

    def toLocalIterator(self, prefetchPartitions=False):
        tasks = [(self.task, some) for some in self.partitions] + [(self.other.task, some) for some in self.other.partitions]
        rows = []
        for number, (task, partition) in enumerate(tasks):
            context = types.SimpleNamespace(partitionId=lambda number=number: number)
            where = types.SimpleNamespace(get=lambda context=context: context if self.numbers else None)
            with pytest.MonkeyPatch.context() as patch:
                patch.setitem(sys.modules, "pyspark", types.SimpleNamespace(TaskContext=where))
                rows += [bytes(row) for batch in task(iter(partition)) for row in batch.column(0).to_pylist()]
        yield from ([row] for row in self.change(rows))


@pytest.fixture(autouse=True)
def temporary(monkeypatch, tmp_path):
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.setattr(_spark_frames, "send_functions_by_value", lambda: None)
    yield folder
    assert list(folder.iterdir()) == []


LONG = [("x", Kind("long"))]


def numbers(*partitions, change=list):
    """A frame with one column of whole numbers, each partition as batches."""
    return Engine(LONG, [[batch(x=some) for some in partition] for partition in partitions], change)


def batch(**columns):
    return pyarrow.RecordBatch.from_arrays([pyarrow.array(some) for some in columns.values()], names=list(columns))


def handed_over(frame):
    """The table that arrives in the folder, and the rows of each of its batches."""
    with _frames.Handover() as handover:
        (path,) = handover.inputs(frame, "frame")
        with pyarrow.OSFile(path) as file, pyarrow.ipc.open_stream(file) as reader:
            batches = list(reader)
            return pyarrow.Table.from_batches(batches, schema=reader.schema), [some.num_rows for some in batches]


def refused(kind, frame):
    """The error, in one sentence, without a cell and without any other error."""
    with pytest.raises(kind) as caught, _frames.Handover() as handover:
        handover.inputs(frame, "frame")
    assert "\n" not in caught.value.message and caught.value.hint
    assert CANARY not in "".join(traceback.format_exception(caught.value))
    assert caught.value.__context__ is None and caught.value.__cause__ is None
    return caught.value


# What arrives


def test_all_records_of_all_partitions_arrive_in_few_batches():
    table, batches = handed_over(numbers([[1, 2], [3, None]], [], [[4]]))
    assert table.to_pydict() == {"x": [1, 2, 3, None, 4]}
    assert batches == [4, 1]


def test_batches_are_bounded_by_bytes_and_by_records(monkeypatch):
    monkeypatch.setattr(_spark_blobs, "BATCH_BYTES", 80)
    table, batches = handed_over(numbers([list(range(50)), [1], [2]]))
    assert table["x"].to_pylist() == [*range(50), 1, 2]
    assert max(batches) <= 10 and len(batches) <= 10
    monkeypatch.setattr(_spark_blobs, "BATCH_BYTES", 4 << 20)
    monkeypatch.setattr(_spark_blobs, "BATCH_RECORDS", 20)
    assert max(handed_over(numbers([list(range(50))]))[1]) <= 20
    monkeypatch.setattr(_spark_blobs, "BATCH_BYTES", 4)
    table, batches = handed_over(Engine([("x", Kind("string"))], [[batch(x=["a" * 100, "b", None, ""])]]))
    assert table["x"].to_pylist() == ["a" * 100, "b", None, ""] and max(batches) == 1


def test_a_slice_is_sent_without_what_surrounds_it(monkeypatch):
    monkeypatch.setattr(_spark_blobs, "BATCH_BYTES", 4096)
    texts = [f"{row:08}-{row * 7919 % 10007:08}" for row in range(4096)]
    seen = []

    def looked_at(rows):
        seen.extend(map(len, rows))
        return rows

    table, _ = handed_over(Engine([("x", Kind("string"))], [[batch(x=texts)]], looked_at))
    assert table["x"].to_pylist() == texts and max(seen) < 4096


def test_batches_are_compressed():
    with _frames.Handover() as handover:
        (path,) = handover.inputs(numbers([[7] * 100_000]), "frame")
        with open(path, "rb") as file:
            assert len(file.read()) < 40_000


def test_every_type_arrives_as_it_would_stand_in_a_file():
    moment = datetime.datetime(2026, 3, 29, 1, 30, tzinfo=datetime.timezone.utc)
    money = pyarrow.array([decimal.Decimal("1.50"), None], pyarrow.decimal128(12, 2))
    cases = [
        ("string", pyarrow.array(["a", None]), pyarrow.string()),
        ("string", pyarrow.array(["a", None], pyarrow.large_string()), pyarrow.string()),
        ("varchar", pyarrow.array(["a", None], pyarrow.string_view()), pyarrow.string()),
        ("char", pyarrow.array(["a", None]).dictionary_encode(), pyarrow.string()),
        ("binary", pyarrow.array([b"\xff", None], pyarrow.large_binary()), pyarrow.binary()),
        ("boolean", pyarrow.array([True, None]), pyarrow.bool_()),
        ("byte", pyarrow.array([1, None], pyarrow.int8()), pyarrow.int8()),
        ("short", pyarrow.array([1, None], pyarrow.int16()), pyarrow.int16()),
        ("integer", pyarrow.array([1, None], pyarrow.int32()), pyarrow.int32()),
        ("float", pyarrow.array([1.5, float("nan")], pyarrow.float32()), pyarrow.float32()),
        ("double", pyarrow.array([-0.0, None]), pyarrow.float64()),
        ("date", pyarrow.array([datetime.date(1582, 10, 4), None]), pyarrow.date32()),
        ("timestamp", pyarrow.array([moment, None], pyarrow.timestamp("us", "Asia/Tokyo")), pyarrow.timestamp("us", "UTC")),
        ("timestamp_ntz", pyarrow.array([moment.replace(tzinfo=None)]), pyarrow.timestamp("us")),
        ("daytimeinterval", pyarrow.array([5, None], pyarrow.duration("us")), pyarrow.int64()),
        ("void", pyarrow.nulls(2), pyarrow.null()),
    ]
    for name, column, kind in cases:
        table, _ = handed_over(Engine([("x", Kind(name))], [[batch(x=column)]]))
        assert table.schema.field("x").type == kind, name
        found, expected = table["x"].combine_chunks(), column.cast(kind)
        assert found.equals(expected) or str(found) == str(expected), name
    table, _ = handed_over(Engine([("x", Kind("decimal(12,2)", 12, 2))], [[batch(x=money)]]))
    assert table["x"].to_pylist() == money.to_pylist() and table.schema.field("x").type == money.type


def test_of_a_nested_value_only_whether_it_is_missing_is_sent():
    column = pyarrow.array([[CANARY], None, [], [CANARY, None]])
    frame = Engine([("n", Kind("array")), ("x", Kind("long"))], [[batch(n=column, x=[1, 2, 3, 4])]])
    table, _ = handed_over(frame)
    assert table.to_pydict() == {"n": [[], None, [], []], "x": [1, 2, 3, 4]}


def test_a_frame_without_records_partitions_or_columns_has_its_schema():
    for frame in (numbers(), numbers([]), numbers([[]], [])):
        table, batches = handed_over(frame)
        assert table.schema.names == ["x"] and batches == [] and table.schema.field("x").type == pyarrow.int64()
    table, batches = handed_over(Engine([], []))
    assert table.schema.names == [] and batches == []


def test_names_may_hold_anything():
    names = ["a.b", "c`d", " ", "a,b", "ü\n", "x>>>", "A.B"]
    columns = [pyarrow.array([place]) for place in range(len(names))]
    some = pyarrow.RecordBatch.from_arrays(columns, names=[f"c{place}" for place in range(len(names))])
    table, _ = handed_over(Engine([(name, Kind("long")) for name in names], [[some]]))
    assert table.schema.names == names


# What is refused


def test_a_name_that_stands_twice_and_a_type_without_values_are_refused():
    error = refused(reidrisk.ConversionError, Engine([("a", Kind("long")), ("a", Kind("string"))], []))
    assert str(error) == "column `a` is in the data frame more than once\nhint: give each column its own name"
    error = refused(reidrisk.ConversionError, Engine([("a", Kind("interval"))], []))
    assert error.message == "column `a` is of the type interval, which cannot be handed over"


def test_what_does_not_fit_its_type_is_told_by_its_place():
    error = refused(reidrisk.InputOutputError, Engine([("a", Kind("integer"))], [[batch(a=["1", CANARY])]]))
    assert error.message == "column 1 of the data frame cannot be expressed in Arrow (ArrowInvalid)"


def test_records_that_cannot_be_made_are_told_by_a_kind_alone():
    def broken():
        yield batch(x=[1])
        raise ValueError(CANARY)

    error = refused(reidrisk.InputOutputError, Engine(LONG, [broken()]))
    assert error.message == "the records of the data frame could not be made on an executor (ValueError)"


def test_an_engine_that_fails_is_told_by_a_kind_alone():
    def fails(rows):
        yield rows[0]
        raise ConnectionResetError(CANARY)

    error = refused(reidrisk.InputOutputError, numbers([[1]], change=fails))
    assert error.message == "Spark could not run a job of the scan (ConnectionResetError)"
    error = refused(reidrisk.InputOutputError, numbers([[1]], change=lambda _: 1 / 0))
    assert "ZeroDivisionError" in error.message


def test_a_driver_without_pyarrow_is_one_sentence(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    error = refused(reidrisk.ConversionError, numbers([[1]]))
    assert error.message == "a Engine is handed over with pyarrow, which is not installed"


def test_a_disk_without_room_is_the_sentence_of_every_frame(monkeypatch):
    def full(frame, file):
        file.write(b"x")
        raise OSError(28, CANARY)

    monkeypatch.setattr(_spark_frames, "write_spark_frame", full)
    error = refused(reidrisk.InputOutputError, numbers([[1]]))
    assert error.message.endswith("No space left on device") and "TMPDIR" in error.hint


def test_a_folder_that_cannot_be_made_is_one_sentence(monkeypatch, tmp_path):
    with monkeypatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(tmp_path / "none"))
        error = refused(reidrisk.InputOutputError, numbers([[1]]))
    assert error.message == "no folder for temporary files can be made: No such file or directory"


# What is lost or doubled on the way


def kinds_of(rows):
    return [unpacked(row).kind for row in rows]


def test_what_is_sent_is_records_ends_and_two_tails():
    seen = []

    def looked_at(rows):
        seen.extend(rows)
        return rows

    handed_over(numbers([[1]], [], change=looked_at))
    assert kinds_of(seen) == [RECORDS, END, END, TAIL, TAIL]
    assert [unpacked(row).partition for row in seen] == [0, 0, 1, 2, 3]


@pytest.mark.parametrize("change", ["lost", "doubled", "swapped"])
def test_a_row_that_is_lost_doubled_or_swapped_is_an_error_wherever_it_stands(change, monkeypatch):
    monkeypatch.setattr(_spark_blobs, "BATCH_BYTES", 16)
    partitions = [[[1, 2], [3, 4]], [[5, 6], [7, 8]], []]
    count = 9
    for place in range(count):

        def changed(rows, place=place):
            assert len(rows) == count
            other = (place + 1) % count
            if change == "lost":
                return rows[:place] + rows[place + 1 :]
            if change == "doubled":
                return rows[: place + 1] + rows[place:]
            rows[place], rows[other] = rows[other], rows[place]
            return rows

        frame = numbers(*partitions, change=changed)
        # Partitions may come in any order and at the same time; what is in one may not.
        if change == "swapped" and place in (2, 5, 6, 7):
            assert sorted(handed_over(frame)[0]["x"].to_pylist()) == list(range(1, 9))
        else:
            error = refused(reidrisk.InputOutputError, frame)
            assert error.message == "records from Spark were lost or came twice"


def test_a_partition_that_is_lost_or_doubled_is_an_error():
    def of_partition(rows, number):
        return [row for row in rows if unpacked(row).partition == number]

    for number in (0, 1, 2):
        lost = numbers([[1]], [[2]], [[3]], change=lambda rows, n=number: [r for r in rows if r not in of_partition(rows, n)])
        assert "lost or came twice" in refused(reidrisk.InputOutputError, lost).message
    again = numbers([[1]], [[2]], change=lambda rows: rows + _again(of_partition(rows, 1)))
    assert "lost or came twice" in refused(reidrisk.InputOutputError, again).message
    nothing = numbers([[1]], change=lambda rows: [])
    assert "lost or came twice" in refused(reidrisk.InputOutputError, nothing).message


def _again(rows):
    """The rows of another attempt at the same partition."""
    return [packed(unpacked(row)._replace(token=b"another attempt.")) for row in rows]


def test_a_changed_byte_is_an_error_wherever_it_stands():
    for place in range(0, 400, 7):

        def changed(rows, place=place):
            row = bytearray(rows[0])
            row[place % len(row)] ^= 1
            return [bytes(row), *rows[1:]]

        assert "damaged" in refused(reidrisk.InputOutputError, numbers([[1, 2]], change=changed)).message


def test_records_are_counted_again_where_partitions_have_no_number(monkeypatch):
    monkeypatch.setattr(Engine, "numbers", False)
    assert handed_over(numbers([[1]], [[2]]))[0].num_rows == 2

    def without_the_second(rows):
        token = unpacked(rows[-3]).token
        return [row for row in rows if unpacked(row).token != token]

    error = refused(reidrisk.InputOutputError, numbers([[1]], [[2, 3]], change=without_the_second))
    assert error.message == "the data frame gave 1 records and 3 when they were counted"


def test_a_blob_is_read_as_it_was_packed():
    for blob in (Blob(RECORDS, b"t" * 16, UNNUMBERED, 0, 2**40, b"x" * 9), Blob(END, bytes(16), 2**31 - 1, 2**33, 0)):
        assert unpacked(bytearray(packed(blob))) == blob
        for cut in (0, 10, len(packed(blob)) - 1):
            assert unpacked(packed(blob)[:cut]) is None


def test_a_name_of_a_condition_is_taken_from_the_beginning_alone():
    assert _spark_session.kind_of(RuntimeError("[CAST_INVALID_INPUT] the value")) == "CAST_INVALID_INPUT"
    assert _spark_session.kind_of(RuntimeError("(org.apache.spark.SparkException) [NO_CELL.HERE] x")) == "NO_CELL.HERE"
    assert _spark_session.kind_of(ValueError("no such name: [SMITH]")) == "ValueError"


def test_what_is_no_frame_is_not_taken_for_one():
    class WithAnything:
        def __getattr__(self, name):
            raise ConnectionError(CANARY)

    with contextlib.suppress(ConnectionError):
        assert not _frames.is_spark_frame(WithAnything())
    assert _frames.is_frame(numbers([[1]]))
    with pytest.raises(TypeError, match="or one of Spark"):
        reidrisk.scan(7)
