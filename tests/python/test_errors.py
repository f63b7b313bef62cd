"""Mistakes are exceptions with a sentence and a hint, verdicts are not, and no cell is in either."""

from __future__ import annotations

import datetime
import os
import traceback

import pandas
import polars
import pytest
import reidrisk
from conftest import CANARY
from reidrisk import _arguments, _errors, _program
from reidrisk._frames import Handover


def test_a_wrong_setting_is_a_usage_error_with_the_hint_of_the_program(people):
    frame = polars.DataFrame(people)
    with pytest.raises(reidrisk.UsageError) as caught:
        reidrisk.scan(frame, quasi=["birth_yeer"])
    assert caught.value.exit_code == 2
    assert "birth_yeer" in caught.value.message and "birth_year" in caught.value.hint
    for settings in (dict(coarsen={"town": "prefx:3"}), dict(measures="uniquenes")):
        with pytest.raises(reidrisk.UsageError) as caught:
            reidrisk.scan(frame, **settings)
        assert "did you mean" in caught.value.hint, settings
    for settings in (dict(k=0), dict(quasi=[""]), dict(timeout="soon"), dict(seed=-1)):
        with pytest.raises(reidrisk.UsageError):
            reidrisk.scan(frame, **settings)
    with pytest.raises(reidrisk.UsageError):
        reidrisk.scan(frame, config="no-such.toml")


def test_an_unknown_setting_is_a_type_error_that_says_what_was_meant(people):
    with pytest.raises(TypeError, match="did you mean `quasi`"):
        reidrisk.scan(polars.DataFrame(people), qasi=["town"])
    for settings in (dict(sweep="yes"), dict(k=True), dict(coarsen="town=drop"), dict(quasi=7.5j), dict(subject=b"x")):
        with pytest.raises(TypeError):
            reidrisk.scan(polars.DataFrame(people), **settings)


def test_what_cannot_be_read_is_an_input_output_error(tmp_path):
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(reidrisk.InputOutputError) as caught:
            reidrisk.scan(path)
        assert caught.value.exit_code == 3 and caught.value.hint
    (tmp_path / "result.json").write_text("{}")
    with pytest.raises(reidrisk.InputOutputError):
        reidrisk.Result.load(tmp_path / "result.json")
    with pytest.raises(reidrisk.InputOutputError):
        reidrisk.compare(tmp_path / "a.json", tmp_path / "b.json")


def test_a_fail_raises_nothing(people):
    result = reidrisk.scan(
        polars.DataFrame(people), subject="customer", quasi=["birth_year", "town"], ignore=["amount", "member", "booked_on"]
    )
    assert result.verdict.outcome == "fail" and result.verdict.exit_code == 1 and not result.passed


def test_no_verdict_is_a_truth_value(people):
    result = reidrisk.scan(polars.DataFrame(people), quasi=["town"])
    for value in (result, result.verdict, reidrisk.compare(result, result)):
        with pytest.raises(TypeError, match="neither true nor false"):
            bool(value)


def test_memory_that_ran_out_is_no_verdict(people):
    frame = polars.DataFrame({"a": range(300_000)})
    with pytest.raises(reidrisk.IncompleteError) as caught:
        reidrisk.scan(frame, quasi=["a"], memory="1MiB")
    assert caught.value.exit_code == 4 and caught.value.hint
    result = reidrisk.scan(polars.DataFrame(people), quasi=["town"], memory="1MiB")
    assert result.verdict.outcome == "incomplete" and result.verdict.exit_code == 4 and not result.passed


def test_no_cell_is_in_an_exception_its_context_or_its_trace(people, tmp_path):
    mixed = pandas.DataFrame({"id": [1, 2], "cell": [f"{CANARY}-1", 2.5]})
    twice = pandas.DataFrame([[CANARY, 1]], columns=["a", "a"])
    broken = tmp_path / "broken.csv"
    broken.write_text(f'id,cell\n1,"{CANARY}\n2,{CANARY},{CANARY}\n')
    objects = polars.DataFrame({"cell": polars.Series([CANARY, object()], dtype=polars.Object)})
    for data in (mixed, twice, broken, objects):
        with pytest.raises(reidrisk.ReidriskError) as caught:
            reidrisk.scan(data)
        told = "".join(traceback.format_exception(caught.value, chain=True))
        assert CANARY not in told
        assert caught.value.__context__ is None and caught.value.__cause__ is None
    for frame in (mixed, objects):
        with pytest.raises(reidrisk.ConversionError, match="column `cell`"):
            reidrisk.scan(frame)


def test_every_ending_of_the_program_has_its_exception(monkeypatch):
    cases = {
        2: reidrisk.UsageError,
        3: reidrisk.InputOutputError,
        4: reidrisk.IncompleteError,
        70: reidrisk.InternalError,
        -9: reidrisk.ReidriskError,
        99: reidrisk.ReidriskError,
        130: KeyboardInterrupt,
    }
    for code, kind in cases.items():
        monkeypatch.setattr(_program, "run", lambda arguments, code=code: _program.Ended(code, b"", "error: x\nhint: y\n"))
        with pytest.raises(kind):
            _program.run_expecting([0, 1, 4], [])


def test_hints_are_told_apart_from_sentences():
    assert _errors.split_told("note: n\nerror[config/unknown-role]: `a` is not a role\n --> x.toml:1:2\nhint: b\n") == (
        "`a` is not a role\n --> x.toml:1:2",
        "b",
    )
    assert _errors.split_told("error: no such flag '--x'\n\n  tip: use '--y'\n\nUsage: reidrisk\n\nFor more information\n") == (
        "no such flag '--x'",
        "use '--y'",
    )
    assert _errors.split_told("") == ("", None)


def test_settings_are_the_flags_that_a_person_would_type():
    def typed(**settings):
        with Handover() as handover:
            return _arguments.flags_of(settings, handover)

    assert typed(quasi=["a", "b, c"], k=11, sweep=True, random_sample=False, seed=None) == [
        '--quasi=a,"b, c"',
        "--k=11",
        "--sweep",
    ]
    assert typed(coarsen={"day": ["week", "month"], "x": "drop"}) == [
        "--coarsen=day=week",
        "--coarsen=day=month",
        "--coarsen=x=drop",
    ]
    assert typed(within={"amount": "5%", "balance": 100}) == ["--within=amount=5%", "--within=balance=100"]
    assert typed(point=["a+b", ["c", "d"]]) == ["--point=a+b", "--point=c+d"]
    assert typed(on={"city": "home"}, truth={"card": "member"}) == ["--on=city=home", "--truth=card=member"]
    assert typed(known_points=[1, 4], max_unicity=1e-05) == ["--known-points=1,4", "--max-unicity=0.00001"]
    assert typed(as_of=datetime.date(2026, 11, 29), timeout=datetime.timedelta(minutes=2)) == [
        "--as-of=2026-11-29",
        "--timeout=120.0s",
    ]
    assert typed(null_value=["NA", "-"]) == ["--null-value=NA", "--null-value=-"]
    assert typed(against=["a.csv", "b.csv"]) == ["--against=a.csv", "--against=b.csv"]


def test_a_zero_byte_or_an_endless_list_is_a_usage_error(people):
    with pytest.raises(reidrisk.UsageError):
        reidrisk.scan(polars.DataFrame(people), subject="a\0b")
    with pytest.raises(reidrisk.UsageError) as caught:
        reidrisk.scan(polars.DataFrame(people), quasi=[f"column {number}" for number in range(100_000)])
    assert "config" in caught.value.hint


def test_names_with_commas_quotes_and_blanks_are_one_column_each():
    names = ["last, first", '6" pipe', "a=b", "c+d", "-e"]
    frame = polars.DataFrame({name: [1, 2, 3] for name in names})
    result = reidrisk.scan(frame, quasi=names)
    assert set(result.measures["uniqueness"]["value"]["quasi_identifiers"]) == set(names)


@pytest.mark.skipif(os.name == "nt", reason="folders have other rights there")
def test_what_is_handed_over_is_open_to_its_owner_alone():
    with Handover() as handover:
        (path,) = handover.inputs(polars.DataFrame({"a": [1]}), "frame")
        assert os.stat(os.path.dirname(path)).st_mode & 0o077 == 0
    assert not os.path.exists(path)
