"""The verbs of the program as functions."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Union

from ._arguments import flags_of
from ._errors import raise_for
from ._frames import Data, Handover, path_argument
from ._program import Ended, run, run_expecting
from ._result import Outcome, Result, _NoTruth, run_folder

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ._settings import Settings

StrPath = Union[str, "os.PathLike[str]"]


def scan(
    data: Data,
    *,
    config: StrPath | None = None,
    waivers: StrPath | None = None,
    released: StrPath | None = None,
    out: StrPath | None = None,
    emit: str | list[str] | None = None,
    name: str = "frame",
    **settings: Unpack[Settings],
) -> Result:
    """Measures the re-identification risk of `data` and judges it.

    Args:
        data: a path, a list of paths that are one dataset, any object with the Arrow C stream interface (a data frame of
            polars or pandas, a table of pyarrow, a relation of DuckDB), or a data frame of Spark, Spark Connect or Sail, whose
            records come to a folder of this machine until the call ends.
        config: a `reidrisk.toml`. For a path, the one beside it is the default; for a frame there is none.
        waivers: a waivers file.
        released: the certificate that names `data`, to scan it as that released file.
        out: a folder for reports. Without it none is written, and the result renders them when asked.
        emit: what to write into that folder, such as ``["html", "png"]``.
        name: the name of a data frame in the report.
        settings: the flags of ``reidrisk scan``, with `_` for `-`: ``subject="card"``, ``quasi=["birth_year", "district"]``,
            ``coarsen={"booked_on": "month"}``, ``point=[["booked_on", "merchant"]]``, ``against=members``, ``k=11``.
            ``reidrisk explain configuration`` tells all of them.

    Returns:
        The result, whatever its verdict. A FAIL raises nothing; ask for ``result.passed``.

    Raises:
        UsageError: a setting, a column or the configuration is wrong.
        InputOutputError: something could not be read or written, or a session of Spark failed.
        IncompleteError: time or memory ran out before `data` was read.
        ConversionError: a data frame cannot be expressed in Arrow.
        InternalError: a bug.

    >>> import tempfile, pathlib
    >>> file = pathlib.Path(tempfile.mkdtemp(), "people.csv")
    >>> _ = file.write_text("age,town\\n34,Leeds\\n34,Leeds\\n71,York\\n")
    >>> result = scan(file, quasi=["age", "town"])
    >>> result.verdict.outcome
    'fail'
    >>> result.figure("uniqueness.full.smallest_class").value
    1.0
    """
    with Handover() as handover:
        inputs = handover.inputs(data, name)
        reports = handover.folder / "reports" if out is None else out
        chosen = ["json"] if out is None else emit
        arguments = ["scan", "--format=json", f"--out={path_argument(reports)}", *_emit(chosen)]
        arguments += [*_files(config=config, waivers=waivers, released=released), *flags_of(settings, handover)]
        ended = run_expecting([0, 1, 4], [*arguments, "--", *inputs])
        folder = None if out is None else run_folder(out, json.loads(ended.output))
        return Result(ended.output, folder, ended.told)


@dataclass(frozen=True)
class Advice(_NoTruth):
    """What `advise` found.

    Attributes:
        found: whether there is a plan that keeps every limit.
        complete: whether the search came to its end.
        data: the whole answer, as `reidrisk advise --format json` prints it.
        config: the configuration that was written for the plan; ``None`` if none was asked for or no plan was found.
    """

    found: bool
    complete: bool
    data: dict[str, Any]
    config: Path | None

    _ask = "ask for `.found`"

    @property
    def plan(self) -> dict[str, Any] | None:
        """The recommended plan; ``None`` if none that was judged passes."""
        place = self.data.get("recommended")
        plan: dict[str, Any] | None = None if place is None else self.data["plans"][place]
        return plan

    @property
    def plans(self) -> list[dict[str, Any]]:
        """The plans that no other beats in both detail and exposure, most detail first."""
        plans: list[dict[str, Any]] = self.data["plans"]
        return plans


def advise(
    data: Data,
    *,
    config: StrPath | None = None,
    waivers: StrPath | None = None,
    write: StrPath | None = None,
    name: str = "frame",
    **settings: Unpack[Settings],
) -> Advice:
    """Searches the plan that keeps the most detail and keeps every limit.

    Args:
        write: a copy of `config` with the plan in it is written to this path, which must not exist.
        data, config, waivers, name, settings: as for :func:`scan`.

    Returns:
        What was found. That there is no such plan raises nothing.

    Raises:
        As :func:`scan`.
    """
    with Handover() as handover:
        inputs = handover.inputs(data, name)
        arguments = ["advise", "--format=json", *_files(config=config, waivers=waivers, write=write)]
        arguments += flags_of(settings, handover)
        ended = run_expecting([0, 1, 4], [*arguments, "--", *inputs])
    told = json.loads(ended.output)
    found = ended.exit_code == 0 and told.get("recommended") is not None
    return Advice(found, told["complete"], told, Path(write) if write is not None and found else None)


@dataclass(frozen=True)
class Release(_NoTruth):
    """How a release ended.

    Attributes:
        passed: whether the written bytes passed, so that the files exist.
        exit_code: that of the program: 0 where files were released, 1 or 4 where they were refused.
        text: what the program said; of a refusal, why.
        folder: the new folder; ``None`` after a refusal, which writes nothing.
        certificate: the content of `release.json`; ``None`` after a refusal.
    """

    passed: bool
    exit_code: int
    text: str
    folder: Path | None
    certificate: dict[str, Any] | None

    @property
    def files(self) -> tuple[Path, ...]:
        """The released files."""
        if self.folder is None or self.certificate is None:
            return ()
        return tuple(self.folder / file["name"] for file in self.certificate["files"])

    @property
    def outcome(self) -> Outcome | None:
        """The verdict on the released bytes: PASS, or a REVIEW that somebody approved."""
        return None if self.certificate is None else self.certificate["outcome"]


def release(
    data: Data,
    *,
    to: StrPath,
    format: Literal["csv", "parquet", "arrow"] = "csv",
    key: StrPath | None = None,
    approved_by: str | None = None,
    config: StrPath | None = None,
    waivers: StrPath | None = None,
    name: str = "frame",
    **settings: Unpack[Settings],
) -> Release:
    """Writes the treated data, scans the written bytes, and gives them their name only if they pass.

    Args:
        to: a new folder for the released file and its certificate.
        format: of the released file.
        key: a file with the secret key for pseudonyms; a random one is used once and forgotten without it.
        approved_by: who takes responsibility for a REVIEW, with ``allow_review=True``.
        data, config, waivers, name, settings: as for :func:`scan`.

    Returns:
        How it ended. A refusal raises nothing and leaves nothing on disk; ask for ``.passed``.

    Raises:
        As :func:`scan`.
    """
    with Handover() as handover:
        inputs = handover.inputs(data, name)
        arguments = ["release", f"--to={path_argument(to)}", f"--format={format}"]
        arguments += _files(key=key, config=config, waivers=waivers)
        arguments += [f"--approved-by={approved_by}"] if approved_by is not None else []
        ended = run([*arguments, *flags_of(settings, handover), "--", *inputs])
    folder = Path(to)
    _refused_or_released(ended, folder)
    if ended.exit_code != 0:
        return Release(False, ended.exit_code, ended.output.decode(), None, None)
    certificate = json.loads((folder / "release.json").read_bytes())
    return Release(True, 0, ended.output.decode(), folder, certificate)


def _refused_or_released(ended: Ended, folder: Path) -> None:
    """A refusal stands on standard output; anything else that went wrong is an error."""
    if ended.exit_code not in (0, 1, 4) or (ended.exit_code and not ended.output.strip()):
        raise_for(ended.exit_code, ended.told)


@dataclass(frozen=True)
class Comparison(_NoTruth):
    """Two results side by side.

    Attributes:
        is_worse: whether the later one is worse.
        data: the whole comparison, as `reidrisk compare --format json` prints it.
        text: the same for people.
    """

    is_worse: bool
    data: dict[str, Any]
    text: str

    _ask = "ask for `.is_worse`"

    def __str__(self) -> str:
        return self.text


def compare(
    old: Result | StrPath,
    new: Result | StrPath,
    *,
    least_change: float | str | None = None,
) -> Comparison:
    """Compares two results: what is new, worse, better or gone.

    Args:
        old, new: results, or paths of a `result.json` or of a run folder.
        least_change: the change of an exact share that matters, such as ``"0.5%"``.

    Returns:
        The comparison. That the later one is worse raises nothing.

    Raises:
        UsageError, InputOutputError: a result cannot be read.
    """
    with Handover() as handover:
        places = []
        for label, side in (("old", old), ("new", new)):
            if isinstance(side, Result):
                place = handover.folder / f"{label}.json"
                side.save(place)
                places.append(str(place))
            else:
                places.append(path_argument(side))
        least = [] if least_change is None else [f"--least-change={least_change}"]
        told = run_expecting([0, 1], ["compare", "--format=json", *least, "--", *places])
        text = run_expecting([0, 1], ["compare", "--format=text", *least, "--", *places])
    return Comparison(told.exit_code == 1, json.loads(told.output), text.output.decode())


@dataclass(frozen=True)
class Verification(_NoTruth):
    """Whether files are those that a certificate names and may still be used.

    Attributes:
        passed: whether nothing stands against them.
        text: the sentence that says so, or each objection on a line.
    """

    passed: bool
    text: str


def verify(files: StrPath | list[StrPath], *, certificate: StrPath, as_of: Any = None) -> Verification:
    """Checks released files against their certificate.

    Args:
        files: all files of the release.
        certificate: its `release.json`.
        as_of: a day for which the agreement must hold, besides today.

    Raises:
        UsageError, InputOutputError: something cannot be read.
    """
    named = files if isinstance(files, (list, tuple)) else [files]
    day = [] if as_of is None else [f"--as-of={as_of}"]
    arguments = ["verify", f"--certificate={path_argument(certificate)}", *day, "--"]
    ended = run_expecting([0, 1], [*arguments, *map(path_argument, named)])
    return Verification(ended.exit_code == 0, ended.output.decode().strip())


def _files(**flags: Any) -> list[str]:
    return [f"--{name}={path_argument(path)}" for name, path in flags.items() if path is not None]


def _emit(formats: str | list[str] | None) -> list[str]:
    if formats is None:
        return []
    return [f"--emit={formats if isinstance(formats, str) else ','.join(formats)}"]
