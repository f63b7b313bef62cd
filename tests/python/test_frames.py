"""A frame gives the figures of the same records in a file, whatever library it is of, and nothing of it stays."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

import duckdb
import pandas
import polars
import pyarrow
import pyarrow.parquet
import pytest
import reidrisk
from reidrisk import _frames

ROLES = dict(subject="customer", quasi=["birth_year", "town", "booked_on"], sensitive="amount", ignore="member")


def figures(result):
    """What must not depend on the way that the records came."""
    return json.dumps([result.data[part] for part in ("measures", "findings", "verdict", "figures", "checks")])


@pytest.fixture
def expected(people, tmp_path):
    path = tmp_path / "people.parquet"
    pyarrow.parquet.write_table(pyarrow.table(people), path)
    return figures(reidrisk.scan(path, **ROLES))


@pytest.fixture(autouse=True)
def nothing_is_left(monkeypatch, tmp_path_factory):
    folder = tmp_path_factory.mktemp("temporary")
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield
    assert list(folder.iterdir()) == []


def frames(people):
    table = pyarrow.table(people)
    return {
        "polars": polars.DataFrame(people),
        "polars categorical": polars.DataFrame(people).with_columns(polars.col("town").cast(polars.Categorical)),
        "polars in chunks": polars.concat([polars.DataFrame(table.slice(at, 7)) for at in range(0, 60, 7)], rechunk=False),
        "pandas": pandas.DataFrame(people),
        "pandas categorical": pandas.DataFrame(people).astype({"town": "category"}),
        "pandas with types of Arrow": pandas.DataFrame(people).convert_dtypes(dtype_backend="pyarrow"),
        "pyarrow": table,
        "pyarrow reader": table.to_reader(max_chunksize=11),
        "DuckDB": duckdb.sql("select * from table_of_people") if (table_of_people := table) else None,
    }


@pytest.mark.parametrize("rows", [_frames.ROWS, 7])
def test_every_library_gives_the_figures_of_the_file(people, expected, rows, monkeypatch):
    monkeypatch.setattr(_frames, "ROWS", rows)
    for name, frame in frames(people).items():
        assert figures(reidrisk.scan(frame, **ROLES)) == expected, name


@pytest.mark.parametrize("rows", [_frames.ROWS, 7])
def test_polars_needs_no_pyarrow(people, expected, rows, monkeypatch):
    monkeypatch.setattr(_frames, "ROWS", rows)
    frame = frames(people)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    for name in ("polars", "polars categorical", "polars in chunks"):
        assert figures(reidrisk.scan(frame[name], **ROLES)) == expected, name
    with pytest.raises(reidrisk.ConversionError, match="pyarrow, which is not installed") as caught:
        reidrisk.scan(frame["DuckDB"], **ROLES)
    assert "pip install pyarrow" in str(caught.value)


@pytest.mark.parametrize("has_pyarrow", [True, False])
def test_every_type_of_column_is_read_as_from_parquet(has_pyarrow, tmp_path, monkeypatch):
    moments = polars.Series(range(40)).cast(polars.Int64) * 3_600_000_007
    texts = polars.Series([f"a text of some length {row % 9}" for row in range(40)])
    frame = polars.DataFrame(
        {
            "day": moments.cast(polars.Datetime("us")).dt.date(),
            "moment": moments.cast(polars.Datetime("us")),
            "zoned": moments.cast(polars.Datetime("ms")).dt.replace_time_zone("Europe/Paris"),
            "time": (moments % 86_400_000_000_000).cast(polars.Time),
            "tiny": polars.Series([row % 7 for row in range(40)], dtype=polars.Int8),
            "large": polars.Series([2**64 - 1 - row for row in range(40)], dtype=polars.UInt64),
            "money": polars.Series([f"{row}.{row:02}" for row in range(40)]).cast(polars.Decimal(12, 2)),
            "float": polars.Series([None, float("nan"), *[row / 3 for row in range(38)]]),
            "single": polars.Series([row / 3 for row in range(40)], dtype=polars.Float32),
            "flag": polars.Series([row % 2 == 0 for row in range(40)]),
            "text": texts,
            "enumeration": texts.cast(polars.Enum(texts.unique().sort())),
            "nothing": polars.Series([None] * 40, dtype=polars.String),
        }
    )
    frame.write_parquet(tmp_path / "types.parquet")
    monkeypatch.setattr(_frames, "ROWS", 16)
    if not has_pyarrow:
        monkeypatch.setitem(sys.modules, "pyarrow", None)
    of_file = reidrisk.scan(tmp_path / "types.parquet", quasi=frame.columns, max_set=2)
    of_frame = reidrisk.scan(frame, quasi=frame.columns, max_set=2)
    assert of_file.data["dataset"]["columns"] == of_frame.data["dataset"]["columns"]
    assert figures(of_file) == figures(of_frame)


def test_a_slice_of_long_texts_holds_its_own_texts_only(monkeypatch, tmp_path):
    monkeypatch.setattr(_frames, "ROWS", 100)
    frame = polars.DataFrame({"text": [f"a text that is longer than a view holds, {row:06}" for row in range(10_000)]})
    with open(tmp_path / "stream", "wb") as file:
        _frames.write_stream(frame, file)
    size = (tmp_path / "stream").stat().st_size
    assert 470_000 < size < 700_000
    assert polars.read_ipc_stream(tmp_path / "stream").equals(frame)


@pytest.mark.parametrize("has_pyarrow", [True, False])
def test_a_frame_without_records_never_passes(has_pyarrow, monkeypatch):
    empty = polars.DataFrame(schema={"a": polars.Int64, "b": polars.String})
    if not has_pyarrow:
        monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert not reidrisk.scan(empty, quasi=["a", "b"]).passed
    with pytest.raises(reidrisk.InputOutputError, match="empty"):
        reidrisk.scan(polars.DataFrame())


def test_the_index_of_a_filtered_frame_leaves_with_it(people):
    frame = pandas.DataFrame(people)
    result = reidrisk.scan(frame[frame.birth_year > 1955], **ROLES)
    assert "__index_level_0__" in {column["name"] for column in result.data["dataset"]["columns"]}
    assert "undeclared-column" in {finding.code for finding in result.findings}
    result = reidrisk.scan(frame[frame.birth_year > 1955].reset_index(drop=True), **ROLES)
    assert "undeclared-column" not in {finding.code for finding in result.findings}


def test_the_recipients_data_may_be_frames_as_well(people, tmp_path):
    source = polars.DataFrame(people).select("customer", "birth_year", "town").unique()
    source.write_parquet(tmp_path / "members.parquet")
    common = dict(ROLES, on=["birth_year", "town"], truth="customer")
    of_file = reidrisk.scan(polars.DataFrame(people), **common, against=tmp_path / "members.parquet")
    for against in ({"members": source}, {"members": duckdb.sql("select * from source")}):
        assert figures(reidrisk.scan(polars.DataFrame(people), **common, against=against)) == figures(of_file)
    both = reidrisk.scan(polars.DataFrame(people), **common, against=[source, source.head(3)])
    assert len({attack["with"] for attack in both.measures["linkage"]["value"]["attacks"]}) == 2


def test_records_that_could_not_be_removed_are_told_of(monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(_frames.shutil, "rmtree", lambda *_, **__: None)
        with pytest.warns(UserWarning, match="could not be removed"), _frames.Handover() as handover:
            folder = handover.folder
    folder.rmdir()


def test_what_is_neither_path_nor_frame_is_refused():
    for data in (7, None, [], [1], {"a": [1]}, b"people.csv"):
        with pytest.raises(TypeError, match="expected a path"):
            reidrisk.scan(data)
    with pytest.raises(TypeError, match=r"call \.collect\(\) first"):
        reidrisk.scan(polars.LazyFrame({"a": [1]})) if not hasattr(polars.LazyFrame, "__arrow_c_stream__") else _lazy()
    for name in ("", "..", "a/b", "a\0b"):
        with pytest.raises(ValueError, match="plain file name"):
            reidrisk.scan(polars.DataFrame({"a": [1]}), name=name)


def _lazy():
    raise TypeError("call .collect() first")


def test_a_path_is_never_standard_input_or_a_flag(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("-", "--help", "-q"):
        with pytest.raises(reidrisk.InputOutputError):
            reidrisk.scan(name)
        Path(name).write_text("age\n1\n2\n")
        assert reidrisk.scan(name).data["dataset"]["records"] == 2
