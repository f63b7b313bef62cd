"""Scans on a cluster. Sail runs them unless ``REIDRISK_SPARK`` is ``local`` or ``connect``, which are those of Spark.

A stand-in of the program shows what arrives at which step; the program itself, where it is installed, gives the same
uniqueness as from a file.
"""

from __future__ import annotations

import json
import subprocess
import sys
import traceback
from pathlib import Path

import pytest
from conftest import CANARY, KIND

pyarrow = pytest.importorskip("pyarrow")
pytest.importorskip("pyspark")
if KIND == "sail":
    pytest.importorskip("pysail")

import reidrisk
import reidrisk.spark
from conftest import read, records
from pyarrow import parquet

COLUMNS = ["town", "birth_year", "booked_on", "amount", "member"]


@pytest.fixture
def stand_in(tmp_path, executors, monkeypatch, temporary):
    """Puts the stand-in where the driver and the executors find the program; gives its path."""
    script = script_of(tmp_path, Path(__file__).with_name("stand_in.py").read_text())
    monkeypatch.setattr("reidrisk._program.find_program", lambda: str(script))
    (executors / "program").write_text(str(script))
    return script


def script_of(folder, text, name="stand_in"):
    script = folder / name
    script.write_text(f"#!{sys.executable}\n{text}\n")
    script.chmod(0o755)
    return script


# What arrives, by the stand-in


def sums_of(result, name, kind):
    return [value for _, of, value in result.data[name] if of == kind]


def test_every_record_arrives_once_at_every_step(session, stand_in, tmp_path):
    table = records()
    frame = read(session, table, tmp_path / "data")
    result = reidrisk.spark.scan(session, frame, subject="customer", quasi=COLUMNS, name="bookings", parts=3)
    assert result.data["values"] == "bookings.arrow"
    assert result.data["counts"]["records"] == 3000
    for column in result.data["counts"]["columns"]:
        values = table[column["name"]].value_counts().to_pylist()
        ordered = sorted(values, key=lambda pair: (pair["values"] is None, pair["values"] or 0, pair["values"] or ""))
        ordered = ordered if column["name"] != "town" else sorted(
            values, key=lambda pair: (pair["values"] is None, pair["values"] or "")
        )  # fmt: skip
        assert column["counts"] == [pair["counts"] for pair in ordered], column["name"]
    subjects = sums_of(result, "subjects", 10)
    assert sum(records for records, _ in subjects) == 3000
    assert sum(subjects for _, subjects in subjects) == len(set(table["customer"].to_pylist()))
    assert sums_of(result, "answers-0", 3) == [[3000]]
    assert sum(count for (count,) in sums_of(result, "answers-0", 5)) == 3000
    finished = sums_of(result, "answers-0", 10)
    assert sum(one["records"] for one in finished) == sum(one["minima"] for one in finished) == 3000
    assert all(one["sums"] == [3000] for one in finished)


def test_order_and_parts_change_nothing(session, stand_in, tmp_path):
    table = records(800)
    found = []
    for place, (seed, parts, files) in enumerate([(None, 2, 1), (3, 5, 4)]):
        frame = read(session, table, tmp_path / f"data-{place}", files=files, seed=seed)
        result = reidrisk.spark.scan(session, frame, subject="customer", quasi=COLUMNS, parts=parts)
        found.append(result.data)
    assert json.dumps(found[0]) == json.dumps(found[1])


def test_steps_that_are_not_asked_for_are_left_out(session, stand_in, tmp_path):
    frame = read(session, records(300), tmp_path / "data")
    without_cells = reidrisk.spark.scan(session, frame, subject="customer", quasi=COLUMNS, k=5)
    assert not sums_of(without_cells, "answers-0", 3)
    assert all(one["sums"] == [] for one in sums_of(without_cells, "answers-0", 10))
    without_subjects = reidrisk.spark.scan(session, frame, subject="customer", quasi=COLUMNS, k=6)
    assert not sums_of(without_subjects, "answers-0", 10)
    assert sum(count for (count,) in sums_of(without_subjects, "answers-0", 5)) == 300


def test_a_subject_may_be_a_counted_column_or_none(session, stand_in, tmp_path):
    frame = read(session, records(300), tmp_path / "data")
    both = reidrisk.spark.scan(session, frame, subject="birth_year", quasi=["town", "birth_year"])
    assert sum(records for records, _ in sums_of(both, "subjects", 10)) == 300
    alone = reidrisk.spark.scan(session, frame, quasi=["town", "birth_year"])
    assert sum(records for records, _ in sums_of(alone, "subjects", 10)) == 300


def test_a_table_is_named(session, stand_in, tmp_path):
    read(session, records(60), tmp_path / "data").createOrReplaceTempView("bookings")
    result = reidrisk.spark.scan(session, "bookings", quasi=["town"])
    assert result.data["counts"]["records"] == 60


def test_a_program_is_shipped(session, stand_in, executors, tmp_path):
    (executors / "program").write_text("")
    frame = read(session, records(300), tmp_path / "data")
    if KIND == "sail":
        with pytest.raises(reidrisk.InputOutputError, match="cannot be sent to the cluster"):
            reidrisk.spark.scan(session, frame, quasi=["town"], program=stand_in)
        return
    # Files of a session have one name each.
    shipped = script_of(tmp_path, Path(__file__).with_name("stand_in.py").read_text(), "shipped")
    for _ in range(2):
        result = reidrisk.spark.scan(session, frame, quasi=["town"], program=shipped)
        assert sum(records for records, _ in sums_of(result, "subjects", 10)) == 300


# What goes wrong


def refused(kind, session, data, **settings):
    """The error, which is one sentence without a cell, and which keeps no other."""
    with pytest.raises(kind) as caught:
        reidrisk.spark.scan(session, data, **settings)
    assert "\n" not in caught.value.message
    assert CANARY not in "".join(traceback.format_exception(caught.value))
    assert caught.value.__context__ is None
    return caught.value


def test_a_column_must_be_there_once_and_be_plain(session, stand_in, tmp_path):
    table = records(60).append_column("list", [[[1]] * 60])
    frame = read(session, table, tmp_path / "data")
    error = refused(reidrisk.UsageError, session, frame, quasi=["town", "nowhere"])
    assert str(error) == "column `nowhere` is not in the data"
    assert "`card` is not in" in refused(reidrisk.UsageError, session, frame, quasi=["town"], subject="card").message
    assert "`list` is of the type array" in refused(reidrisk.UsageError, session, frame, quasi=["list"]).message
    with pytest.raises(TypeError, match="expected a data frame of Spark"):
        reidrisk.spark.scan(session, table, quasi=["town"])
    with pytest.raises(TypeError, match="did you mean `quasi`"):
        reidrisk.spark.scan(session, frame, qasi=["town"])
    for wrong in ({"parts": 0}, {"name": "a/b"}):
        with pytest.raises(ValueError, match="must be"):
            reidrisk.spark.scan(session, frame, quasi=["town"], **wrong)


def test_an_empty_frame_and_an_unknown_table_are_errors(session, stand_in, tmp_path):
    frame = read(session, records(60), tmp_path / "data").where("birth_year < 0")
    assert refused(reidrisk.UsageError, session, frame, quasi=["town"]).message == "the data hold no record"
    refused(reidrisk.InputOutputError, session, "no_such_table", quasi=["town"])


def test_too_many_values_are_an_error(session, stand_in, tmp_path, monkeypatch):
    monkeypatch.setattr("reidrisk._spark_tasks.MOST_VALUES", 50)
    frame = read(session, records(600), tmp_path / "data")
    error = refused(reidrisk.UsageError, session, frame, quasi=["member", "birth_year"])
    assert error.message.startswith("column `birth_year` has more than 50 distinct values; generalise it in the frame")


def test_a_program_must_be_on_the_executors(session, stand_in, executors, tmp_path):
    frame = read(session, records(60), tmp_path / "data")
    (executors / "program").write_text("")
    error = refused(reidrisk.InputOutputError, session, frame, quasi=["town"])
    assert error.message == "the program `reidrisk` is not installed beside the package on an executor"
    wrong = script_of(tmp_path, "import sys; sys.exit(1)", "wrong")
    (executors / "program").write_text(str(wrong))
    error = refused(reidrisk.InputOutputError, session, frame, quasi=["town"])
    assert error.message == "the program on an executor ended with exit code 1"
    error = refused(reidrisk.InputOutputError, session, frame, quasi=["town"], program=tmp_path / "none")
    assert error.message.endswith("is not a file")


def test_what_a_worker_says_is_the_error(session, stand_in, tmp_path):
    frame = read(session, records(60), tmp_path / "data")
    error = refused(reidrisk.InputOutputError, session, frame, quasi=["town"], k=77)
    assert (error.message, error.hint) == ("the task is of another version", "install the same version everywhere")


def test_a_full_disk_is_an_error(session, stand_in, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, CANARY)

    monkeypatch.setattr("reidrisk._spark_state.State.write_frames", full)
    error = refused(reidrisk.InputOutputError, session, read(session, records(60), tmp_path / "data"), quasi=["town"])
    assert "No space left on device" in error.message and "TMPDIR" in error.hint


def test_data_that_change_are_an_error(session, stand_in, tmp_path, monkeypatch):
    frame = read(session, records(60), tmp_path / "data")
    real = reidrisk.spark._selected
    calls = []

    def selected(data, columns, subject):
        calls.append(columns)
        changed = data if len(calls) == 1 else data.selectExpr("concat(town, 'x') as town", "customer")
        return real(changed, columns, subject)

    monkeypatch.setattr(reidrisk.spark, "_selected", selected)
    error = refused(reidrisk.InputOutputError, session, frame, quasi=["town"])
    assert error.message == "the data changed while they were scanned; scan again"


def test_no_text_of_a_cell_is_in_what_is_exchanged_or_collected(session, stand_in, tmp_path, monkeypatch):
    """Beside the values of the first job, which the driver needs."""
    frame = read(session, records(300), tmp_path / "data")
    real, seen = reidrisk.spark._collected, []

    def collected(job):
        rows = real(job)
        seen.append(rows)
        return rows

    monkeypatch.setattr(reidrisk.spark, "_collected", collected)
    jobs = reidrisk.spark._Jobs
    real_exchange = jobs._exchanged

    def exchanged(self, some, tasks):
        if seen:
            collected(some)
        return real_exchange(self, some, tasks)

    monkeypatch.setattr(jobs, "_exchanged", exchanged)
    reidrisk.spark.scan(session, frame, subject="customer", quasi=COLUMNS)
    assert len(seen) > 6
    assert any(CANARY.encode() in row.blob for row in seen[0])
    assert not any(CANARY.encode() in row.blob for rows in seen[1:] for row in rows)


# The program itself


@pytest.mark.parametrize(
    ("how", "subject"),
    [({}, "customer"), ({}, None), ({"hot": True}, "customer"), ({"frequent": True}, "customer"), ({"hot": True}, None)],
    ids=["plain", "no-subject", "hot-value", "frequent-subject", "hot-without-subject"],
)
def test_uniqueness_is_that_of_the_file(session, program, tmp_path, how, subject):
    table = records(**how)
    settings = {"quasi": COLUMNS, "measures": "uniqueness", "subject": subject}
    whole = tmp_path / "whole.parquet"
    parquet.write_table(table, whole)
    expected = reidrisk.scan(whole, **settings).measures["uniqueness"]
    assert expected["status"] == "measured"
    for place, (seed, parts) in enumerate([(None, None), (11, 3)]):
        frame = read(session, table, tmp_path / f"data-{place}", seed=seed)
        found = reidrisk.spark.scan(session, frame, parts=parts, **settings)
        assert json.dumps(found.measures["uniqueness"]) == json.dumps(expected)
        assert CANARY not in json.dumps(found.data)


def test_a_wrong_setting_is_the_sentence_of_the_program(session, program, tmp_path):
    frame = read(session, records(60), tmp_path / "data")
    error = refused(reidrisk.UsageError, session, frame, quasi=["town"], k=0)
    assert error.exit_code == 2


@pytest.mark.skipif(KIND != "local", reason="the files and the log of a classic session")
def test_no_text_of_a_cell_is_in_what_spark_writes(program):
    script = Path(__file__).with_name("what_spark_writes.py")
    ended = subprocess.run([sys.executable, str(script), program], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
