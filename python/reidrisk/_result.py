"""What a scan found, typed. Everything is made from `result.json`, which holds no cell value."""

from __future__ import annotations

import html
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, NoReturn

from ._errors import InputOutputError
from ._frames import path_argument
from ._program import run_expecting
from ._tables import Library, data_frame, tables

#: The four verdicts.
Outcome = Literal["pass", "review", "fail", "incomplete"]
#: How serious a finding is; a note changes no verdict.
Severity = Literal["note", "low", "medium", "high", "critical"]


class _NoTruth:
    """An object that `if` must not decide on: nearly every object is true, and a FAIL must not read as a yes."""

    def __bool__(self) -> NoReturn:
        raise TypeError(f"a {type(self).__name__} is neither true nor false; {self._ask}")

    _ask = "ask for `.passed`"


@dataclass(frozen=True, eq=True)
class Verdict(_NoTruth):
    """May the dataset leave?

    Attributes:
        outcome: ``"pass"``, ``"review"``, ``"fail"`` or ``"incomplete"``.
        exit_code: 0 for a pass, 1 for review and fail, 4 for incomplete.
        headline: what a pass rests on beside the file, or what a review lacks; ``None`` if there is nothing to add.
        reasons: why, in sentences, most important first.
    """

    outcome: Outcome
    exit_code: int
    headline: str | None
    reasons: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether the outcome is ``"pass"``. Nothing else may leave."""
        return self.outcome == "pass" and self.exit_code == 0

    def __str__(self) -> str:
        return f"{self.outcome.upper()}: {self.headline}" if self.headline else self.outcome.upper()


@dataclass(frozen=True)
class Finding:
    """One finding: its stable code, its severity, the columns it is about, and a sentence with figure and limit."""

    code: str
    severity: Severity
    measure: str
    columns: tuple[str, ...]
    message: str
    measured: float | None
    limit: float | None
    waived: bool

    def __str__(self) -> str:
        return f"{self.severity} {self.code}: {self.message}"


@dataclass(frozen=True)
class Figure:
    """One figure. `id`, `columns` and `about` together identify it.

    Attributes:
        value: the number; ``None`` unless `status` is ``"measured"``.
        status: ``"measured"``, ``"undefined"`` or ``"incomplete"``. What is undefined or incomplete is not 0.
        reason: why there is no number.
    """

    id: str
    label: str
    columns: tuple[str, ...]
    about: str | None
    unit: str
    value: float | None
    status: str
    reason: str | None


class Plot(bytes):
    """A chart as PNG bytes. A notebook shows it."""

    def _repr_png_(self) -> bytes:
        return bytes(self)

    def __repr__(self) -> str:
        return f"<reidrisk.Plot: {len(self)} bytes of PNG>"


class Result(_NoTruth):
    """The result of a scan.

    A result is neither true nor false; ask for :attr:`passed`. In a notebook it shows the first screen of its report.
    ``print(result)`` gives the summary that the command prints.
    """

    def __init__(self, document: bytes, folder: Path | None = None, notes: str = "") -> None:
        self._document = document
        #: The whole result, as in `result.json`.
        self.data: dict[str, Any] = json.loads(document)
        #: The run folder with the reports; ``None`` unless the scan was told where to write it.
        self.folder = folder
        #: What the program said beside the result.
        self.notes = notes

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Result:
        """Reads a `result.json`, or the run folder that holds one.

        Raises:
            InputOutputError: it cannot be read, or it is not a result.
        """
        ended = run_expecting([0], ["report", "--format=json", "--", path_argument(path)])
        place = Path(path)
        return cls(ended.output, place if place.is_dir() else None)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes `result.json`; a file that is there is replaced."""
        Path(path).write_bytes(self._document)

    @property
    def verdict(self) -> Verdict:
        """The verdict."""
        verdict = self.data["verdict"]
        return Verdict(verdict["outcome"], verdict["exit_code"], verdict.get("headline"), tuple(verdict["reasons"]))

    @property
    def passed(self) -> bool:
        """Whether the verdict is PASS."""
        return self.verdict.passed

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings, in the order of the report; waived ones among them."""
        return tuple(
            Finding(
                code=finding["code"],
                severity=finding["severity"],
                measure=finding["measure"],
                columns=tuple(finding["columns"]),
                message=finding["message"],
                measured=finding.get("measured"),
                limit=finding.get("limit"),
                waived=finding["waived"],
            )
            for finding in self.data["findings"]
        )

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Every figure."""
        return tuple(_figure(figure) for figure in self.data["figures"])

    def figure(self, id: str, *, columns: list[str] | None = None, about: str | None = None) -> Figure:
        """The only figure with this id, and with these columns and this `about` where they are given.

        Raises:
            LookupError: there is none, or more than one.
        """
        found = [
            figure
            for figure in self.figures
            if figure.id == id
            and (columns is None or figure.columns == tuple(columns))
            and (about is None or figure.about == about)
        ]
        if len(found) != 1:
            raise LookupError(f"{len(found) or 'no'} figures are `{id}`" + ("; say which columns or about" if found else ""))
        return found[0]

    @property
    def measures(self) -> Mapping[str, Any]:
        """The measures as in `result.json`: each has a `status`, and a `value` when that is ``"measured"``."""
        measures: Mapping[str, Any] = self.data["measures"]
        return measures

    @property
    def tables(self) -> tuple[str, ...]:
        """Names for :meth:`frame`: `figures`, `findings`, `columns`, and the lists of measures, such as `uniqueness.sets`."""
        return tuple(tables(self.data))

    def frame(self, table: str = "figures", library: Library | None = None) -> Any:
        """A table of the result as a data frame of pandas or polars; of whichever is installed unless `library` says.

        Raises:
            KeyError: the result has no such table.
            ConversionError: neither library is installed.
        """
        rows = tables(self.data).get(table)
        if rows is None:
            raise KeyError(f"no table `{table}`; there are {', '.join(self.tables)}")
        return data_frame(rows, library)

    @cached_property
    def html(self) -> str:
        """The report as one HTML page, which loads nothing from elsewhere."""
        return self._view("html").decode()

    @cached_property
    def text(self) -> str:
        """The summary that the command prints."""
        return self._view("text").decode()

    @cached_property
    def plots(self) -> Mapping[str, Plot]:
        """The charts of the report by name, each as PNG."""
        with tempfile.TemporaryDirectory(prefix="reidrisk-") as folder:
            self._report(folder, ["--emit=png", f"--out={folder}/views"])
            files = sorted(Path(folder, "views", "plots").glob("*.png"))
            return {file.stem: Plot(file.read_bytes()) for file in files}

    def _view(self, name: str) -> bytes:
        with tempfile.TemporaryDirectory(prefix="reidrisk-") as folder:
            return self._report(folder, [f"--format={name}"])

    def _report(self, folder: str, arguments: list[str]) -> bytes:
        """What the program shows of the result; the pages of a result and of the command are the same."""
        stored = Path(folder, "result.json")
        stored.write_bytes(self._document)
        return run_expecting([0], ["report", *arguments, "--", str(stored)]).output

    def __repr__(self) -> str:
        open_findings = sum(1 for finding in self.data["findings"] if not finding["waived"])
        return f"<reidrisk.Result {self.verdict.outcome.upper()}, open findings: {open_findings}>"

    def __str__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        """The report in a frame as high as its first screen. Its sandbox lets it run no script and reach nothing outside."""
        page = html.escape(self.html, quote=True)
        return (
            '<iframe title="Report of reidrisk" sandbox="" referrerpolicy="no-referrer" '
            'style="width: 100%; height: 720px; border: 1px solid #ccc; background: #fff" '
            f'srcdoc="{page}"></iframe>'
        )


def _figure(figure: Mapping[str, Any]) -> Figure:
    value = figure["value"]
    return Figure(
        id=figure["id"],
        label=figure["label"],
        columns=tuple(figure["columns"]),
        about=figure.get("about"),
        unit=figure["unit"],
        value=value.get("value"),
        status=value["status"],
        reason=value.get("explanation") or value.get("reason"),
    )


def run_folder(out: str | os.PathLike[str], document: Mapping[str, Any]) -> Path:
    """The folder that a scan wrote below `out`: the newest of its run."""
    run = document["run"]["id"]
    found = [place for place in Path(out).glob("*/*/result.json") if place.parent.name.startswith(run)]
    if not found:
        raise InputOutputError("the report folder is not there any more")
    return max(found, key=lambda place: place.stat().st_mtime_ns).parent
