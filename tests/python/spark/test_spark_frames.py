"""A frame of Spark gives the figures of the Parquet file that its session writes of it, and nothing of it stays.

Sail runs the tests unless ``REIDRISK_SPARK`` is ``local`` or ``connect``, which are those of Spark.
"""

from __future__ import annotations

import contextlib
import datetime
import decimal
import json
import os
import random
import traceback
from concurrent.futures import ThreadPoolExecutor

import pytest
from conftest import CANARY, KIND, REPOSITORY

pyarrow = pytest.importorskip("pyarrow")
pytest.importorskip("pyspark")
if KIND == "sail":
    pytest.importorskip("pysail")

import reidrisk
from conftest import read, records, sail, written
from pyarrow import parquet
from reidrisk import _spark_blobs

SAMPLES = REPOSITORY / "sample_data"
QUASI = ["town", "birth_year", "booked_on", "amount", "member"]
ROLES = {"subject": "customer", "quasi": QUASI, "timeout": "5min"}
#: Spark takes about a second for what Sail does in a tenth of one.
RANDOM_TABLES = 200 if KIND == "sail" else 24


@pytest.fixture(autouse=True)
def alone(program, tmp_path):
    """With the program, and with nothing left in the folder for temporary files."""


def figures(result):
    """What must not depend on the way that the records came."""
    return [json.dumps(result.data[part]) for part in ("measures", "findings", "verdict")]


def same(frame, folder, **settings):
    """The result of a frame, which is that of the file that its session writes."""
    frame.write.parquet(str(folder))
    of_file = reidrisk.scan(sorted(folder.glob("*.parquet")), **settings)
    of_frame = reidrisk.scan(frame, **settings)
    assert figures(of_frame) == figures(of_file)
    assert of_frame.data["dataset"]["records"] == of_file.data["dataset"]["records"]
    return of_frame


def refused(kind, data, **settings):
    """The error, which is one sentence without a cell, and which keeps no other."""
    with pytest.raises(kind) as caught:
        reidrisk.scan(data, **settings)
    assert "\n" not in caught.value.message
    assert CANARY not in "".join(traceback.format_exception(caught.value))
    assert caught.value.__context__ is None and caught.value.__cause__ is None
    return caught.value


# The figures of the file


@pytest.mark.parametrize(
    ("sample", "typed", "outcome"),
    [
        ("purchase_cards.csv", False, "fail"),
        ("bank_extract/bank_extract.csv", True, "fail"),
        ("bank_coarsened/bank_coarsened.csv", True, "pass"),
    ],
)
def test_the_samples_have_the_verdict_of_the_file(session, tmp_path, sample, typed, outcome):
    config = (SAMPLES / sample).with_name("reidrisk.toml")
    frame = session.read.csv(str(SAMPLES / sample), header=True, inferSchema=typed).repartition(3)
    result = same(frame, tmp_path / "written", config=config)
    assert result.verdict.outcome == outcome
    assert result.passed == (outcome == "pass")


@pytest.mark.parametrize("how", [{}, {"hot": True}, {"frequent": True}], ids=["plain", "value-of-half", "subject-of-a-third"])
@pytest.mark.parametrize("subject", ["customer", None])
def test_every_measure_is_that_of_the_file(session, tmp_path, how, subject):
    table = records(2000, **how)
    settings = {**ROLES, "subject": subject, "seed": 1}
    found = []
    for place, seed in enumerate([None, 11]):
        frame = read(session, table, tmp_path / f"data-{place}", seed=seed)
        result = same(frame, tmp_path / f"written-{place}", **settings)
        expected = {"identifiers", "uniqueness", *(["unicity"] if subject else [])}
        assert expected <= {name for name, outcome in result.measures.items() if outcome["status"] == "measured"}
        found.append(figures(result))
        assert CANARY not in json.dumps(result.data)
    assert found[0] == found[1]


def test_values_that_are_all_distinct_or_all_missing_are_those_of_the_file(session, tmp_path):
    count = 1500
    table = pyarrow.table(
        {
            "number": [row * 7919 % 104729 for row in range(count)],
            "text": [f"{CANARY}-{row}" for row in range(count)],
            "nothing": pyarrow.nulls(count, pyarrow.string()),
            "half": [None if row % 2 else row for row in range(count)],
        }
    )
    frame = read(session, table, tmp_path / "data")
    same(frame, tmp_path / "written", quasi=["number", "text", "nothing", "half"])


def test_a_frame_without_records_is_a_file_without_records(session, tmp_path):
    table = records(60)
    file = tmp_path / "empty.arrow"
    with pyarrow.ipc.new_file(str(file), table.schema) as writer:
        writer.write_table(table.slice(0, 0))
    expected = reidrisk.scan(file, **ROLES)
    frame = read(session, table, tmp_path / "data")
    for empty in (frame.where("birth_year < 0"), session.createDataFrame([], frame.schema), frame.limit(0)):
        result = reidrisk.scan(empty, **ROLES)
        assert figures(result) == figures(expected)
        assert not result.passed


def random_table(draw):
    """A table of a few columns of random types, few or many values, and some missing cells."""
    count = draw.randrange(1, 60)
    makers = [
        lambda: draw.randrange(draw.choice([2, 50, 10**9])),
        lambda: draw.choice(["a", "B", "ü", "", " x", "1,5", "2026-01-05"]) * draw.randrange(1, 3),
        lambda: datetime.date(2026, 1, 1) + datetime.timedelta(days=draw.randrange(40)),
        lambda: datetime.datetime(2026, 3, 29, 1) + datetime.timedelta(minutes=7 * draw.randrange(40)),
        lambda: draw.random() < 0.5,
        lambda: draw.choice([0.0, -0.0, 1.5, 1e300, float("nan"), draw.random()]),
        lambda: decimal.Decimal(draw.randrange(500)) / 4,
    ]
    columns = {}
    for place in range(draw.randrange(1, 6)):
        maker, missing = draw.choice(makers), draw.choice([0, 0, 0.2, 0.9])
        cells = [None if draw.random() < missing else maker() for _ in range(count)]
        decimals = any(isinstance(cell, decimal.Decimal) for cell in cells)
        column = pyarrow.array(cells, pyarrow.decimal128(12, 2) if decimals else None)
        columns[f"c{place}"] = column.cast(pyarrow.string()) if column.type == pyarrow.null() else column
    return pyarrow.table(columns)


def test_random_tables_have_the_figures_of_the_file(session, tmp_path):
    draw = random.Random(20261130)
    with ThreadPoolExecutor(4) as pool:
        checks = []
        for place in range(RANDOM_TABLES):
            table, file = random_table(draw), tmp_path / f"table-{place}.parquet"
            parquet.write_table(table, file)
            folder = written(table, tmp_path / f"data-{place}", files=draw.randrange(1, 4))
            parts = draw.choice([None, None, 1, 2, 3])
            checks.append(pool.submit(check_figures, session, folder, parts, file, settings_for(draw, table.column_names)))
        for check in checks:
            check.result()


def settings_for(draw, names):
    subject = draw.choice([None, names[0]]) if len(names) > 1 else None
    return {"quasi": [name for name in names if name != subject], "subject": subject, "seed": draw.randrange(9), "k": 2}


def check_figures(session, folder, parts, file, settings):
    frame = session.read.parquet(str(folder))
    frame = frame if parts is None else frame.repartition(parts)
    assert outcome_of(frame, settings) == outcome_of(file, settings), file.name


def outcome_of(data, settings):
    """The figures, or the sentence that says why there are none, without the name of the file."""
    try:
        return figures(reidrisk.scan(data, **settings))
    except reidrisk.ReidriskError as error:
        return type(error), error.exit_code, error.hint


# Types and names


TYPES = """
    select id,
        cast(id % 7 as tinyint) as tiny, cast(id % 7 as smallint) as small, cast(id % 5 as int) as whole,
        cast(id % 3 as float) as single, cast(id % 9 as double) / 4 as real, cast(id % 11 as decimal(12, 2)) / 4 as money,
        id % 2 = 0 as flag, date_add(date '2026-01-01', cast(id % 40 as int)) as day,
        timestamp '2026-03-29 00:30:00 UTC' + make_dt_interval(0, cast(id % 48 as int)) as moment,
        timestamp_ntz '2026-03-29 00:30:00' + make_dt_interval(0, cast(id % 48 as int)) as local,
        cast(concat('x', id % 6) as binary) as bytes,
        case when id % 4 = 0 then null else concat('t', id % 8) end as text
    from range(0, 400)
"""


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "America/New_York"])
def test_every_type_is_read_as_from_the_file_in_every_zone(session, tmp_path, zone):
    before = session.conf.get("spark.sql.session.timeZone")
    session.conf.set("spark.sql.session.timeZone", zone)
    try:
        frame = session.sql(TYPES)
        result = same(frame, tmp_path / "written", quasi=frame.columns[1:], max_set=2)
        coarse = same(frame, tmp_path / "coarse", quasi=["moment", "local", "day"], coarsen={"moment": "day", "local": "hour"})
    finally:
        session.conf.set("spark.sql.session.timeZone", before)
    utc = session.sql(TYPES)
    assert figures(reidrisk.scan(utc, quasi=utc.columns[1:], max_set=2)) == figures(result)
    assert not coarse.passed


def test_of_nested_values_only_missing_ones_are_counted(session, tmp_path):
    frame = session.sql(
        f"""select id % 3 as plain, case when id % 4 = 0 then null else array('{CANARY}') end as several,
        named_struct('a', id) as parts, map('{CANARY}', id) as pairs from range(0, 40)"""
    )
    result = same(frame, tmp_path / "written", quasi=["plain"])
    missing = {column["name"]: column["missing"] for column in result.data["dataset"]["columns"]}
    assert missing == {"plain": 0, "several": 10, "parts": 0, "pairs": 0}
    for name in ("several", "parts", "pairs"):
        error = refused(reidrisk.InputOutputError, frame, quasi=[name])
        assert f"column `{name}` of" in error.message and "holds nested values" in error.message


def test_names_may_hold_anything_that_a_column_of_a_file_may(session):
    names = ["a.b", "c`d", "e f", "g,h", "üß", "x>>>y", "A.B", "select"]
    frame = session.createDataFrame([tuple(range(row, row + 8)) for row in range(20)]).toDF(*names)
    result = reidrisk.scan(frame, quasi=names, max_set=1)
    assert result.measures["uniqueness"]["value"]["quasi_identifiers"] == names
    with pytest.raises(reidrisk.InputOutputError, match="has no name"):
        reidrisk.scan(session.range(3).toDF(""))


def test_names_that_stand_twice_are_refused(session):
    error = refused(reidrisk.ConversionError, session.range(3).selectExpr("id as a", "id as a"))
    assert str(error) == "column `a` is in the data frame more than once\nhint: give each column its own name"


# The other verbs, and the other places of a frame


def test_a_frame_is_advised_on_and_released_as_a_file_is(session, tmp_path):
    path = SAMPLES / "bank_coarsened" / "bank_coarsened.csv"
    config = path.with_name("reidrisk.toml")
    frame = session.read.csv(str(path), header=True)
    assert reidrisk.advise(frame, config=config).found
    released = reidrisk.release(frame, to=tmp_path / "new", config=config, format="parquet", name="bank_coarsened")
    assert released.passed, released.text
    table = parquet.read_table(released.files[0])
    assert table.num_rows == frame.count()
    of_file = reidrisk.release(path, to=tmp_path / "of_file", config=config, format="parquet")
    expected = parquet.read_table(of_file.files[0])
    kept = [name for name in table.column_names if name != "person"]
    assert rows_of(table.select(kept)) == rows_of(expected.select(kept))


def rows_of(table):
    return sorted(map(str, table.to_pylist()))


def test_data_of_the_recipient_may_be_frames_of_spark(session, tmp_path):
    table = records(600)
    members = table.select(["customer", "birth_year", "town"]).slice(0, 200)
    parquet.write_table(members, tmp_path / "members.parquet")
    common = {**ROLES, "on": ["birth_year", "town"], "truth": "customer"}
    frame = read(session, table, tmp_path / "data")
    of_file = reidrisk.scan(frame, **common, against=tmp_path / "members.parquet")
    of_frame = reidrisk.scan(frame, **common, against={"members": session.read.parquet(str(tmp_path / "members.parquet"))})
    assert figures(of_frame) == figures(of_file)
    assert of_frame.measures["linkage"]["status"] == "measured"


# What goes wrong


def test_a_column_that_is_not_there_is_the_sentence_of_the_program(session):
    error = refused(reidrisk.UsageError, session.range(9).toDF("year"), quasi=["yeer"])
    assert error.exit_code == 2 and "yeer" in error.message and "year" in error.hint


def test_what_a_function_of_the_user_says_is_nowhere(session, capfd):
    from pyspark.sql.functions import udf

    @udf("string")
    def failing(value):
        raise ValueError(f"reidrisk {CANARY} {value}")

    error = refused(reidrisk.InputOutputError, session.range(50).select(failing("id").alias("x")), quasi=["x"])
    assert error.hint
    # What Spark itself writes to its log is not ours.
    assert KIND != "sail" or CANARY not in "".join(capfd.readouterr())


def test_a_cell_that_cannot_be_cast_is_not_quoted(session):
    frame = session.createDataFrame([(f"{CANARY}-1",)], "x string").selectExpr("cast(x as date) as x")
    error = refused(reidrisk.InputOutputError, frame, quasi=["x"])
    assert error.message.startswith("Spark could not run a job of the scan (") or "could not be made" in error.message


def test_a_disk_without_room_is_one_sentence(session, monkeypatch):
    import resource

    frame = session.range(200_000).selectExpr("uuid() as x")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, limits[1]))
    try:
        error = refused(reidrisk.InputOutputError, frame, quasi=["x"])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert "the data frame cannot be written into" in error.message and "TMPDIR" in error.hint
    # The session is as before.
    assert reidrisk.scan(session.range(9), quasi=["id"]).data["dataset"]["records"] == 9


@pytest.mark.skipif(KIND != "sail", reason="a process has one server of Spark")
@pytest.mark.parametrize("after", [0, 1, 3])
@pytest.mark.filterwarnings("ignore")
def test_a_server_that_is_gone_is_one_sentence(monkeypatch, after):
    from pyspark.sql import SparkSession
    from pyspark.sql.connect.client.retries import DefaultPolicy

    with contextlib.ExitStack() as server:
        session = SparkSession.builder.remote(server.enter_context(sail(dict(os.environ)))).create()
        # Instead of several minutes.
        session.client.set_retry_policies([DefaultPolicy(max_retries=2, initial_backoff=10)])
        frame = session.range(0, 3_000_000, 1, 4).selectExpr("id", "uuid() as text")
        arrived = []
        real = reidrisk._spark_frames.unpacked

        def seen(row):
            arrived.append(row)
            if len(arrived) == after:
                server.close()
            return real(row)

        monkeypatch.setattr("reidrisk._spark_frames.unpacked", seen)
        if after == 0:
            server.close()
        error = refused(reidrisk.InputOutputError, frame, quasi=["id"])
        assert error.message.startswith("Spark could not run a job of the scan"), error.message
        session.client.close()


def test_a_frame_of_pandas_on_spark_is_told_what_to_call():
    stub = type("DataFrame", (), {"__module__": "pyspark.pandas.frame"})
    with pytest.raises(TypeError, match=r"call \.to_spark\(\) first"):
        reidrisk.scan(stub())


def test_many_batches_and_partitions_arrive_whole(session, monkeypatch, tmp_path):
    """Executors keep to the size of a batch, however many records a partition has."""
    frame = session.range(0, 300_000, 1, 5).selectExpr("id", "id % 1000 as few", "cast(id as string) as text")
    sizes = []
    real = reidrisk._spark_frames.unpacked

    def seen(row):
        blob = real(row)
        sizes.append((blob.kind, blob.partition, blob.records))
        return blob

    monkeypatch.setattr("reidrisk._spark_frames.unpacked", seen)
    result = reidrisk.scan(frame, quasi=["few"], ignore=["id", "text"], measures=["uniqueness"])
    assert result.data["dataset"]["records"] == 300_000
    assert sum(count for kind, _, count in sizes if kind == _spark_blobs.RECORDS) == 300_000
    ends = [number for kind, number, _ in sizes if kind == _spark_blobs.END]
    assert KIND == "sail" or sorted(ends) == list(range(5))
    assert max(count for kind, _, count in sizes if kind == _spark_blobs.RECORDS) * 20 <= _spark_blobs.BATCH_BYTES
