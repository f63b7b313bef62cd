"""What the executors and the driver do with frames, values and records, without Spark."""

from __future__ import annotations

import datetime
import io
import json
import stat
import struct
import sys
import tempfile
import traceback
import types

import pytest

pyarrow = pytest.importorskip("pyarrow")

from reidrisk import UsageError, _spark_session, _spark_tasks, _spark_worker
from reidrisk._errors import InputOutputError, ReidriskError
from reidrisk._spark_state import Profile, State, padded, place_of_filler, profile_of, write_values
from reidrisk._spark_tasks import Coder, Tally
from reidrisk._spark_worker import Failed, Frame, Worker

CANARY = "Zsófiacanary"


def exchange(frames):
    """Rows as they come out of a task and into the next."""
    return list(_spark_tasks.batched(frames))


def profiled(columns, *partitions):
    task = _spark_tasks.profile_task(columns)
    batches = [batch for partition in partitions for batch in task(iter(partition))]
    return profile_of(columns, _spark_tasks.sorted_frames(batches))


def batch(**columns):
    return pyarrow.RecordBatch.from_arrays([pyarrow.array(some) for some in columns.values()], names=list(columns))


def test_frames_are_read_as_they_are_written():
    frames = [Frame(3, 1, b"abc"), Frame(2**31 - 1, 250, b""), Frame(0, 8, bytes(100_000))]
    written = b"".join(map(_spark_worker.frame_bytes, frames))
    assert written[:9] == struct.pack("<IBI", 3, 1, 3)
    assert list(_spark_worker.read_frames(io.BytesIO(written))) == frames
    for cut in (len(written) - 1, 5, 10):
        with pytest.raises(EOFError):
            list(_spark_worker.read_frames(io.BytesIO(written[:cut])))


def test_batches_hold_few_bytes_but_at_least_a_row():
    large = _spark_tasks.BATCH_BYTES
    frames = [Frame(0, 1, bytes(size)) for size in (10, large + 1, 10, 10, large - 15)]
    assert [some.num_rows for some in exchange(frames)] == [1, 1, 2, 1]
    assert exchange([]) == []


def test_the_rows_of_a_part_become_neighbours():
    batches = exchange([Frame(2, 4, b"a"), Frame(1, 1, b"b"), Frame(2, 1, b"c"), Frame(1, 1, b"d")])
    found = [(frame.part, frame.kind, bytes(frame.blob)) for frame in _spark_tasks.sorted_frames(batches)]
    assert found == [(1, 1, b"b"), (1, 1, b"d"), (2, 1, b"c"), (2, 4, b"a")]


def test_values_are_counted_over_batches_and_partitions_and_sorted():
    first = [batch(town=["b", None, "a"], year=[2, 1, 2]), batch(town=["b", "b", None], year=[1, 1, 3])]
    second = [batch(town=pyarrow.array(["c", "a"]).dictionary_encode(), year=[None, 1])]
    profile = profiled(["town", "year"], first, second, [])
    assert profile.records == 8
    town, year = (table.to_pydict() for table in profile.tables)
    assert town == {"value": ["a", "b", "c", None], "count": [2, 3, 1, 2]}
    assert year == {"value": [1, 2, 3, None], "count": [4, 2, 1, 1]}
    assert profiled(["town", "year"], second, first).tables == profile.tables


def test_there_is_one_zero_and_one_nan():
    odd = struct.unpack("<d", struct.pack("<Q", 0x7FF8000000000001))[0]
    profile = profiled(["x"], [batch(x=[0.0, -0.0, None])], [batch(x=[odd, float("nan"), 1.5])])
    assert profile.tables[0]["count"].to_pylist() == [2, 1, 2, 1]


@pytest.mark.parametrize(
    "values",
    [
        [True, False, None],
        [datetime.date(2026, 1, 1), None],
        [datetime.datetime(2026, 1, 1, 5)],
        pyarrow.array([b"\xff", None]),
        pyarrow.array(["1.50", None]).cast(pyarrow.decimal128(9, 2)),
        pyarrow.array(["x", "y"], pyarrow.string_view()),
        pyarrow.nulls(3),
    ],
    ids=lambda values: str(pyarrow.array(values).type),
)
def test_every_type_is_counted_and_coded(values):
    profile = profiled(["x"], [batch(x=values)])
    (table,) = profile.tables
    codes = struct.pack(f"<{table.num_rows}I", *range(table.num_rows))
    frames = b"".join(Coder([_spark_tasks.ipc_bytes(table)], [codes]).frames([batch(x=values)]))
    found = struct.unpack_from(f"<{len(values)}I", frames, 9 + 16)
    assert [table["value"][code].as_py() for code in found] == _spark_tasks.plain(pyarrow.array(values)).to_pylist()


def test_too_many_values_are_refused_wherever_they_meet(monkeypatch):
    monkeypatch.setattr(_spark_tasks, "MOST_VALUES", 5)
    assert profiled(["x"], [batch(x=list(range(5)))]).tables[0].num_rows == 5
    for partitions in ([[batch(x=list(range(6)))]], [[batch(x=[1, 2, 3])], [batch(x=[4, 5, 6])]]):
        with pytest.raises(Failed) as caught:
            profiled(["x"], *partitions)
        error = _spark_session.failure(f"Traceback\n{caught.value}\n\tat org.apache.spark", "PythonException")
        assert isinstance(error, UsageError)
        told = "column `x` has more than 5 distinct values; generalise it in the frame, or leave it out"
        assert str(error) == told


def test_the_counts_must_add_up():
    with pytest.raises(InputOutputError, match="do not add up"):
        profile_of(["x"], [Frame(1, _spark_tasks.RECORDS, (3).to_bytes(8, "little"))])


@pytest.mark.parametrize(
    ("values", "place"), [([1, 2], 1), ([1, None], 1), (["long", "s", "text"], 1), ([b"long", b"s", None], 2), ([], 0)]
)
def test_columns_are_padded_with_what_takes_little_room(values, place):
    assert place_of_filler(pyarrow.array(values)) == place


def test_a_number_names_the_subject_that_it_names_in_a_file():
    numbers = pyarrow.array([1.0, 2.0, float("nan"), None])
    assert _spark_tasks._names(numbers).to_pylist() == ["1", "2", None, None]
    # The same name in whatever batch it stands.
    assert _spark_tasks._names(pyarrow.array([1.5, float("nan"), 2.0, 1e300])).to_pylist() == ["1.5", None, "2", "1e+300"]
    assert _spark_tasks._names(pyarrow.array([0.5, 3.0], pyarrow.float32())).to_pylist() == ["0.5", "3"]
    assert _spark_tasks._names(pyarrow.array(["1.0", None])).to_pylist() == ["1.0", None]


def test_shorter_columns_are_padded_with_one_of_their_values(tmp_path):
    assert padded(pyarrow.array([1, None]), range(4), 1).to_pylist() == [1, None, None, None]
    assert padded(pyarrow.array([1, 2]), range(5, 7), 0).to_pylist() == [1, 1]

    state = State(tmp_path / "state", "frame")
    tables = [
        pyarrow.table({"value": pyarrow.array(["a", "b", None]), "count": [1, 1, 3]}),
        pyarrow.table({"value": [7], "count": [5]}),
    ]
    state.write_profile(Profile(5, ["town", "year"], tables))
    with pyarrow.ipc.open_file(str(state.values)) as file:
        assert file.read_all().to_pydict() == {"town": ["a", "b", None], "year": [7, 7, 7]}
    counts = json.loads(state.read("counts.json"))
    assert counts["columns"] == [{"name": "town", "counts": [1, 1, 3]}, {"name": "year", "counts": [5]}]
    assert stat.S_IMODE(state.folder.stat().st_mode) == 0o700
    assert sorted(path.name for path in state.values.parent.iterdir()) == ["frame.arrow"]


def test_long_columns_are_written_in_batches(tmp_path):
    long, short = pyarrow.array(range(150_000)), pyarrow.array(range(100_000))
    write_values(tmp_path / "x.arrow", ["long", "short"], [long, short])
    with pyarrow.ipc.open_file(str(tmp_path / "x.arrow")) as file:
        table = file.read_all()
    assert table["long"].to_pylist() == long.to_pylist()
    assert table["short"].to_pylist() == [min(row, 99_999) for row in range(150_000)]


def test_each_value_needs_a_code(tmp_path):
    state = State(tmp_path / "state", "frame")
    (state.folder / "codes-0.u32").write_bytes(bytes(8))
    table = pyarrow.table({"value": [1, 2, 3], "count": [1, 1, 1]})
    with pytest.raises(InputOutputError, match="did not give each value a code"):
        state.codes(["codes-0.u32"], [table])


def coder(values, codes, subject=None):
    tables = [pyarrow.table({"value": _spark_tasks.plain(pyarrow.array(some))}) for some in values]
    return Coder(list(map(_spark_tasks.ipc_bytes, tables)), [struct.pack(f"<{len(some)}I", *some) for some in codes], subject)


def test_records_become_codes_and_subjects():
    whole = batch(town=["x", "b", None, "a", "x"], year=[9, 1, 2, 2, 9], card=["x", "é", None, "", "x"])
    # A slice: what stands before and after it must not be sent.
    made = b"".join(coder([["a", "b", None], [1, 2]], [[5, 6, 7], [0, 1]], 2).frames([whole.slice(1, 3)]))
    part, kind, length = struct.unpack_from("<IBI", made)
    assert (part, kind, length) == (0, 8, len(made) - 9)
    text = "é".encode()
    assert made[9:] == struct.pack("<QQ4q", 3, 2, 0, 2, 2, 2) + text + struct.pack("<6I", 6, 7, 5, 0, 1, 1)
    numbers = b"".join(coder([["a"]], [[3]], 1).frames([batch(town=["a", "a"], card=[10, 7])]))
    assert numbers[9:] == struct.pack("<QQ3q", 2, 3, 0, 2, 3) + b"107" + struct.pack("<2I", 3, 3)


def test_without_a_subject_there_are_only_codes_and_batches_are_joined():
    made = b"".join(coder([[1, 2]], [[4, 5]]).frames([batch(x=[1]), batch(x=[2, 2])]))
    assert made[9:] == struct.pack("<QQ3I", 3, 2**64 - 1, 4, 5, 5)


def test_a_value_that_was_not_there_before_is_an_error():
    with pytest.raises(Failed, match="the data changed while they were scanned; scan again"):
        list(coder([["a"]], [[0]]).frames([batch(x=["a", CANARY])]))


def program(tmp_path, text):
    path = tmp_path / "program"
    path.write_text(f"#!{sys.executable}\n{text}\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    ("text", "kind", "sentence"),
    [
        ("import sys; sys.exit(1)", InputOutputError, "the program on an executor ended with exit code 1"),
        (f"import sys; print({CANARY!r}, file=sys.stderr); sys.exit(9)", InputOutputError, "ended with exit code 9"),
        ("", InputOutputError, "is not the worker of reidrisk"),
        ("import sys; sys.stdin.buffer.read(); print('hello')", InputOutputError, "is not the worker of reidrisk"),
        (
            "import sys; sys.stdin.read(9); print('error: `k` is 1\\nhint: more', file=sys.stderr); sys.exit(2)",
            UsageError,
            "`k` is 1",
        ),
        ("import os; os.kill(os.getpid(), 9)", ReidriskError, "signal 9"),
    ],
)
def test_a_worker_that_fails_is_one_sentence(tmp_path, monkeypatch, text, kind, sentence):
    monkeypatch.setattr("reidrisk._program.find_program", lambda: str(program(tmp_path, text)))
    rows = exchange([Frame(0, 1, CANARY.encode() * 100_000)])
    with pytest.raises(Failed) as caught:
        list(_spark_tasks.worker_task(Worker(None, b"task"))(iter(rows)))
    trace = "".join(traceback.format_exception(caught.value))
    error = _spark_session.failure(trace, "PythonException")
    assert type(error) is kind and sentence in error.message and "\n" not in error.message
    assert CANARY not in trace + str(error)


def test_a_program_that_is_not_there_is_one_sentence(monkeypatch):
    monkeypatch.setattr("reidrisk._program.find_program", lambda: "/nowhere/reidrisk")
    with pytest.raises(Failed, match="cannot be started on an executor"):
        list(_spark_tasks.worker_task(Worker(None, b""))(iter(exchange([Frame(0, 1, b"")]))))


def test_an_empty_partition_starts_nothing(monkeypatch):
    monkeypatch.setattr(_spark_worker, "_started", None)
    worker = Worker(None, b"")
    for task in (
        _spark_tasks.worker_task(worker),
        _spark_tasks.classes_task(worker),
        _spark_tasks.finish_task(worker),
        _spark_tasks.records_task(worker, None, [], []),
        _spark_tasks.profile_task(["x"]),
    ):
        assert list(task(iter([]))) == []


def test_much_goes_through_a_worker_in_both_directions(tmp_path, monkeypatch):
    echo = (
        "import sys, shutil\nsys.stderr.write('x' * 200000)\n"
        "sys.stdin.buffer.read(9 + 4)\nshutil.copyfileobj(sys.stdin.buffer, sys.stdout.buffer)"
    )
    monkeypatch.setattr("reidrisk._program.find_program", lambda: str(program(tmp_path, echo)))
    frames = [Frame(part, 1, bytes([part]) * 3_000_000) for part in range(12)]
    task = _spark_tasks.worker_task(Worker(None, b"task", 3, _spark_worker.frame_bytes(Frame(0, 2, b"sums"))))
    made = _spark_tasks.sorted_frames(task(iter(exchange(frames))))
    assert [(frame.part, frame.kind, bytes(frame.blob)) for frame in made] == [
        (0, 1, frames[0].blob), (0, 2, b"sums"), *((frame.part, 1, frame.blob) for frame in frames[1:])
    ]  # fmt: skip


def test_a_task_that_is_given_up_leaves_no_process(tmp_path, monkeypatch):
    import subprocess

    started = []
    real = subprocess.Popen

    def popen(*arguments, **named):
        started.append(real(*arguments, **named))
        return started[-1]

    monkeypatch.setattr(subprocess, "Popen", popen)
    endless = "import sys\nwhile True: sys.stdout.buffer.write(bytes([0, 0, 0, 0, 1, 0, 0, 16, 0]) + bytes(1 << 20))"
    monkeypatch.setattr("reidrisk._program.find_program", lambda: str(program(tmp_path, endless)))
    made = _spark_tasks.worker_task(Worker(None, b""))(iter(exchange([Frame(0, 1, b"x")])))
    next(made)
    made.close()
    assert [process.returncode for process in started] == [-9]


def test_an_error_of_another_library_is_told_by_its_kind():
    def broken(_):
        raise ValueError(CANARY)
        yield

    with pytest.raises(Failed) as caught:
        list(_spark_tasks.explained(broken(None)))
    assert CANARY not in "".join(traceback.format_exception(caught.value))
    error = _spark_session.failure(f"cannot cast {CANARY}", "CAST_INVALID_INPUT")
    assert str(error) == "Spark could not run a job of the scan (CAST_INVALID_INPUT)\nhint: the log of Spark says why"
    error = _spark_session.failure("size of results is bigger than spark.driver.maxResultSize (1024.0 MiB)", "Py4JJavaError")
    assert error.hint == "raise spark.driver.maxResultSize, or repartition the frame into more partitions"


def test_values_are_counted_within_one_tally_however_many_batches():
    tally = Tally("x")
    for start in range(0, 300_000, 1000):
        tally.add_column(pyarrow.array([value % 70_000 for value in range(start, start + 1000)]))
    table = tally.sorted()
    assert table["value"].to_pylist() == list(range(70_000))
    assert sum(table["count"].to_pylist()) == 300_000


def test_a_package_that_is_not_there_is_one_sentence(monkeypatch):
    monkeypatch.setitem(sys.modules, "reidrisk._program", None)
    with pytest.raises(Failed) as caught:
        list(_spark_tasks.worker_task(Worker(None, b""))(iter(exchange([Frame(0, 1, b"")]))))
    error = _spark_session.failure(str(caught.value), "PythonException")
    assert error.message == "the package `reidrisk` is not installed on an executor"
    assert error.hint == "install reidrisk there, or name a `program` to ship"


def test_a_shipped_program_that_cannot_be_started_is_copied_and_the_copy_removed(tmp_path, monkeypatch):
    echo = "import sys, shutil\nsys.stdin.buffer.read(9)\nshutil.copyfileobj(sys.stdin.buffer, sys.stdout.buffer)"
    shipped = program(tmp_path, echo)
    shipped.chmod(0o644)
    files = types.SimpleNamespace(get=lambda name: str(tmp_path / name))
    monkeypatch.setitem(sys.modules, "pyspark", types.SimpleNamespace(SparkFiles=files))
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    made = list(_spark_tasks.worker_task(Worker("program", b""))(iter(exchange([Frame(0, 1, b"x")]))))
    assert made[0].column(2).to_pylist() == [b"x"] and list(temporary.iterdir()) == []
    with pytest.raises(Failed, match="did not reach an executor"):
        list(_spark_tasks.worker_task(Worker("other", b""))(iter(exchange([Frame(0, 1, b"x")]))))
