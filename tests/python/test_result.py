"""What a result gives: the figures of `result.json`, the views of the command, data frames, and a page in a notebook."""

from __future__ import annotations

import html
import json
import re
import subprocess

import pandas
import polars
import pytest
import reidrisk


@pytest.fixture(scope="module")
def result():
    from conftest import REPOSITORY

    return reidrisk.scan(REPOSITORY / "sample_data" / "bank_extract" / "bank_extract.csv")


def test_the_verdict_and_its_findings_are_those_of_the_document(result):
    document = result.data
    assert (result.verdict.outcome, result.verdict.exit_code) == ("fail", 1)
    assert list(result.verdict.reasons) == document["verdict"]["reasons"]
    assert [finding.code for finding in result.findings] == [finding["code"] for finding in document["findings"]]
    assert len(result.figures) == len(document["figures"])
    assert "FAIL" in repr(result) and "FAIL" in str(result)
    linked = result.figure("uniqueness.static.smallest_class")
    assert (linked.value, linked.status) == (1.0, "measured")
    undefined = [figure for figure in result.figures if figure.status == "undefined"]
    assert undefined and all(figure.value is None and figure.reason for figure in undefined)
    with pytest.raises(LookupError):
        result.figure("no.such.figure")


@pytest.mark.parametrize(
    "library, kind", [("pandas", pandas.DataFrame), ("polars", polars.DataFrame), (None, pandas.DataFrame)]
)
def test_every_table_is_a_data_frame(result, library, kind):
    assert {"figures", "findings", "checks", "columns", "uniqueness.sets", "linkage.attacks"} <= set(result.tables)
    for name in result.tables:
        frame = result.frame(name, library)
        assert isinstance(frame, kind) and len(frame) > 0, name
    sets = result.frame("uniqueness.sets", library)
    assert len(sets) == len(result.measures["uniqueness"]["value"]["sets"])
    assert "risk.highest" in sets.columns
    with pytest.raises(KeyError, match="uniqueness.sets"):
        result.frame("no such table")
    with pytest.raises(ValueError):
        result.frame("figures", "dask")


def test_the_views_are_those_of_the_command(result, tmp_path):
    result.save(tmp_path / "result.json")
    command = [reidrisk.find_program(), "report", str(tmp_path / "result.json"), "--format", "html"]
    assert result.html == subprocess.run(command, check=True, capture_output=True).stdout.decode()
    assert {"unicity", "risk-gauges"} <= set(result.plots)
    assert all(plot.startswith(b"\x89PNG\r\n\x1a\n") and plot._repr_png_() == plot for plot in result.plots.values())
    again = reidrisk.Result.load(tmp_path / "result.json")
    assert again.data == result.data and again.folder is None


def test_a_notebook_shows_the_page_in_a_frame_of_its_own(result):
    shown = result._repr_html_()
    assert shown.startswith("<iframe ") and shown.count("<iframe") == 1 and shown.endswith("</iframe>")
    # Nothing of the page stands outside of the attribute, and what stands in it is the page.
    attributes = re.fullmatch(r"<iframe ([^<>]*)></iframe>", shown)
    assert attributes and 'sandbox=""' in attributes[1] and "allow-" not in attributes[1]
    page = re.search(r'srcdoc="([^"]*)"', shown)[1]
    assert html.unescape(page) == result.html


def test_a_hostile_column_name_does_not_leave_the_frame():
    name = '"></iframe><script>alert(1)</script>'
    result = reidrisk.scan(polars.DataFrame({name: [1, 2, 3]}), quasi=[name])
    assert "<script>alert" not in result._repr_html_()


def test_reports_are_written_where_they_are_asked_for(result, tmp_path):
    frame = polars.DataFrame({"age": [1, 2, 3]})
    for _ in range(2):
        written = reidrisk.scan(frame, quasi="age", out=tmp_path, emit=["html", "csv"], name="three people")
        assert {place.name for place in written.folder.iterdir()} == {"record.json", "result.json", "index.html", "summary.csv"}
        assert json.loads((written.folder / "result.json").read_bytes()) == written.data
        assert written.data["dataset"]["name"] == "three people"
        assert reidrisk.Result.load(written.folder).data == written.data
    assert reidrisk.scan(frame, quasi="age").folder is None


def test_from_fail_to_a_file_that_may_leave(bank):
    extract = bank / "bank_extract" / "bank_extract.csv"
    treated = bank / "bank_extract" / "treated.toml"
    refused = reidrisk.release(extract, to=bank / "refused")
    assert not refused.passed and refused.files == () and refused.exit_code == 1 and "not released" in refused.text
    assert not (bank / "refused").exists()
    advice = reidrisk.advise(extract, write=treated)
    assert advice.found and advice.config == treated and advice.plan in advice.plans
    released = reidrisk.release(extract, config=treated, to=bank / "november", format="parquet")
    assert released.passed and released.outcome == "pass"
    assert [file.name for file in released.files] == ["november.parquet"]
    certificate = bank / "november" / "release.json"
    assert reidrisk.verify(list(released.files), certificate=certificate).passed
    with open(released.files[0], "ab") as file:
        file.write(b"x")
    tampered = reidrisk.verify(released.files[0], certificate=certificate)
    assert not tampered.passed and "not a file that the certificate names" in tampered.text


def test_a_frame_is_released_as_its_file_is(bank):
    extract = bank / "bank_extract" / "bank_extract.csv"
    advice = reidrisk.advise(extract, write=bank / "bank_extract" / "treated.toml")
    frame = polars.read_csv(extract, infer_schema=False)
    key = bank / "key"
    key.write_bytes(b"sixteen bytes or more")
    files = [
        reidrisk.release(data, config=advice.config, to=bank / to, key=key).files[0].read_bytes()
        for data, to in ((extract, "of_file"), (frame, "of_frame"))
    ]
    assert files[0] == files[1]


def test_two_results_are_compared(result, tmp_path):
    same = reidrisk.compare(result, result)
    assert not same.is_worse and str(same)
    from conftest import REPOSITORY

    better = reidrisk.scan(REPOSITORY / "sample_data" / "bank_coarsened" / "bank_coarsened.csv")
    assert better.passed
    better.save(tmp_path / "better.json")
    assert reidrisk.compare(tmp_path / "better.json", result).is_worse


def test_what_an_earlier_run_knew_does_not_fail_again(people, tmp_path):
    """A Result keeps its run folder, which is what `baseline` takes."""
    roles = dict(subject="customer", quasi=["birth_year", "town"], ignore=["booked_on", "amount", "member"])
    first = reidrisk.scan(polars.DataFrame(people), out=tmp_path / "reports", emit="json", **roles)
    assert first.verdict.outcome == "fail"
    again = reidrisk.scan(polars.DataFrame(people), baseline=first.folder, fail_on_new=True, **roles)
    assert again.verdict.outcome == "review"
