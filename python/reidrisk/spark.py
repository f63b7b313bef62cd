"""Counts the equivalence classes of a data frame of Spark on its cluster.

>>> import reidrisk.spark
>>> result = reidrisk.spark.scan(spark, "warehouse.bookings", subject="customer", quasi=["birth_year"])  # doctest: +SKIP

The records stay on the cluster: the executors code and count them with the same program that scans a file, and codes and
counts are all that they exchange. The distinct values of the columns that are counted come to this machine, into a folder
that only the user can open and that is removed when the call ends. Where the disk of this machine can hold the records,
:func:`reidrisk.scan` takes the same frame with all measures.

Sessions of the classic kind, of Spark Connect and of Sail all do. Every executor needs pyarrow.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import _spark_tasks
from ._arguments import flags_of
from ._errors import InputOutputError, InternalError, UsageError
from ._frames import Handover
from ._program import Ended, run_expecting
from ._result import Result
from ._spark_session import kind_of, ran, send_functions_by_value, type_name
from ._spark_state import Profile, State, profile_of
from ._spark_tasks import ANSWER, CELLS, SCHEMA, ipc_bytes
from ._spark_worker import Frame, Worker, frame_bytes
from ._verbs import StrPath, _files

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ._settings import Settings

__all__ = ["scan"]

#: Names of types in Spark whose values can be counted. Nested ones cannot.
_COUNTABLE = {
    "binary", "boolean", "byte", "char", "date", "decimal", "double", "float", "integer", "long", "short", "string",
    "timestamp", "timestamp_ntz", "varchar", "void",
}  # fmt: skip
#: Tasks of an exchange where Spark does not say how many it runs at once.
_PARTS = 8
#: Tasks that count values, for each part.
_TALLIES_OF_A_PART = 4
#: Parts that one task takes at most before there are more tasks: with several each, tasks are about as large.
_PARTS_OF_A_TASK = 4


def scan(
    spark: Any,
    data: Any,
    *,
    config: StrPath | None = None,
    waivers: StrPath | None = None,
    name: str = "frame",
    program: StrPath | None = None,
    parts: int | None = None,
    part_memory: int | None = None,
    **settings: Unpack[Settings],
) -> Result:
    """Measures the re-identification risk of a data frame of Spark and judges it, as :func:`reidrisk.scan` does of a file.

    Args:
        spark: the session.
        data: a data frame of this session, or the name of a table.
        config: a `reidrisk.toml`.
        waivers: a waivers file.
        name: the name of the data in the report.
        program: a `reidrisk` for the machines of the cluster, on this machine, that is sent there. Without it, this package
            must be installed on every executor, in the same version.
        parts: the fewest tasks of an exchange; without it, as many as Spark runs at once if it says so, else 8.
        part_memory: MiB that a process on an executor may take for one part; 512 without it.
        settings: the flags of ``reidrisk scan``, as for :func:`reidrisk.scan`.

    Returns:
        The result, whatever its verdict. It never passes, because only equivalence classes are counted.

    Raises:
        UsageError: a setting, a column or the configuration is wrong, or a column has too many distinct values.
        InputOutputError: something could not be read or written, the data changed while they were scanned, or a job failed.
        IncompleteError: time or memory ran out.
        InternalError: a bug.
    """
    if not name or name in (".", "..") or any(sign in name for sign in "/\\\0"):
        raise ValueError("name must be a plain file name")
    if parts is not None and (isinstance(parts, bool) or not isinstance(parts, int) or parts < 1):
        raise ValueError("parts must be a whole number of at least 1")
    if part_memory is not None and (isinstance(part_memory, bool) or not isinstance(part_memory, int) or part_memory < 16):
        raise ValueError("part_memory must be a whole number of MiB, at least 16")
    send_functions_by_value()
    with Handover() as handover:
        state = State(handover.folder / "state", name)
        tasks = parts or _parallelism(spark)
        arguments = ["cluster", f"--state={state.folder}", f"--parts={tasks}"]
        arguments += [] if part_memory is None else [f"--part-memory={part_memory}"]
        arguments += _files(config=config, waivers=waivers)
        arguments += [*flags_of(settings, handover), "--", str(state.values)]
        shipped = None if program is None else _shipped(spark, Path(program))
        frame = _frame(spark, data)
        state.write_frame(ran(lambda: frame.columns))
        jobs = _Jobs(frame, state, shipped, tasks)
        with contextlib.closing(jobs):
            while True:
                ended = run_expecting([0], arguments)
                asked = _asked(ended)
                if asked["next"] == "done":
                    return Result(state.read("result.json"), None, ended.told)
                jobs.run(asked)


def _asked(ended: Ended) -> dict[str, Any]:
    """What the program asks for next."""
    with contextlib.suppress(ValueError):
        asked = json.loads(ended.output)
        if isinstance(asked, dict) and "next" in asked:
            return asked
    raise InternalError("the program did not say what comes next")


class _Jobs:
    """The jobs of one scan. What they keep on the cluster is let go by :meth:`close`."""

    def __init__(self, frame: Any, state: State, shipped: str | None, parts: int) -> None:
        self._frame = frame
        self._state = state
        self._shipped = shipped
        self._parts = parts
        self._profile: Profile | None = None
        self._keyed: Any = None
        self._kept: list[Any] = []

    def run(self, asked: dict[str, Any]) -> None:
        """Runs the job that the program asks for, and writes what it found where the program reads it."""
        jobs = {"values": self._values, "subjects": self._subjects, "count": self._count}
        if asked["next"] not in jobs:
            raise InternalError("the program asks for a job that this package does not know")
        number = 0
        try:
            jobs[asked["next"]](asked)
        except OSError as error:
            # Those of Spark are errors of this package by now.
            number = error.errno or errno.EIO
        if number:
            raise InputOutputError(
                f"the files of the scan cannot be written or read in `{self._state.folder.parent.parent}`: {os.strerror(number)}",
                "set the environment variable TMPDIR to a folder with room for them",
            )

    def close(self) -> None:
        while self._kept:
            self._let_go(self._kept[-1])

    def _values(self, asked: dict[str, Any]) -> None:
        """Counts the distinct values of each column."""
        selected = _selected(self._frame, asked["columns"], asked["subject"])
        # In the order of the data, as a file would have them.
        columns = [column for column in ran(lambda: selected.columns) if column in asked["columns"]]
        # Tallies come here as they are: no executor writes a value for another. So there must not be too many of them.
        together = ran(lambda: selected.coalesce(self._parts * _TALLIES_OF_A_PART))
        frames = _collected(_mapped(together, _spark_tasks.profile_task(columns)))
        self._profile = ran(lambda: profile_of(columns, frames))
        if self._profile.records == 0:
            raise UsageError("the data hold no record", "check the path or the table: a path that is wrong may read as empty")
        self._state.write_profile(self._profile)

    def _subjects(self, asked: dict[str, Any]) -> None:
        """Codes the records, brings those of a subject together, and counts the subjects."""
        columns, subject = asked["columns"], asked["subject"]
        if self._profile is None or self._profile.columns != columns:
            raise InternalError("the program asks for other columns than those whose values it has")
        tables = self._profile.tables
        values = [ipc_bytes(table.select(["value"])) for table in tables]
        codes = self._state.codes(asked["codes"], tables)
        place = None if subject is None else [*columns, subject].index(subject)
        task = _spark_tasks.records_task(self._worker(asked["task"]), place, values, codes)
        records = _mapped(_selected(self._frame, columns, subject), task)
        self._keyed = self._persisted(self._exchanged(records, asked["parts"]))
        frames = _collected(_mapped(self._keyed, _spark_tasks.worker_task(self._worker(asked["count_task"]))))
        self._state.write_frames("subjects.rows", sorted(frames, key=lambda frame: (frame.part, frame.kind, frame.blob)))

    def _count(self, asked: dict[str, Any]) -> None:
        """Counts sets of columns: those with few cells by subject, the others where their classes come together."""
        tasks = _tasks(asked["parts"], self._parts)
        route = _spark_tasks.worker_task(self._worker(asked["route_task"]))
        routed = self._persisted(self._exchanged(_mapped(self._keyed, route), tasks))
        of_subjects = routed.where(f"part < {int(asked['subject_parts'])}")
        of_classes = routed.where(f"part >= {int(asked['subject_parts'])}")

        answers: list[Frame] = []
        sums: list[Frame] = []
        if asked["cells"]:
            for frame in self._merged_cells(of_subjects, asked["task"]):
                (sums if frame.kind == CELLS else answers).append(frame)
            sums.sort(key=lambda frame: (frame.part, frame.blob))
        last = _mapped(of_classes, _spark_tasks.classes_task(self._worker(asked["task"], _spark_tasks.CLASSES_STEP)))
        if asked["subjects"]:
            # The answers among them only pass through, so that the step before runs once where nothing can be kept.
            together = self._exchanged(of_subjects.union(last), tasks)
            finish = self._worker(asked["task"], _spark_tasks.FINISH_STEP, sums)
            last = _mapped(together, _spark_tasks.finish_task(finish))
        answers += (frame._replace(kind=frame.kind - ANSWER) for frame in _collected(last) if frame.kind >= ANSWER)
        answers.sort(key=lambda frame: (frame.kind, frame.part, frame.blob))
        self._state.write_frames(f"answers-{int(asked['round'])}.rows", answers)
        self._let_go(routed)

    def _merged_cells(self, of_subjects: Any, task: str) -> list[Frame]:
        cells = _mapped(of_subjects, _spark_tasks.worker_task(self._worker(task, _spark_tasks.CELLS_STEP)))
        merge = _spark_tasks.worker_task(self._worker(task, _spark_tasks.MERGE_STEP))
        return _collected(_mapped(self._exchanged(cells, self._parts), merge))

    def _worker(self, task: str, step: int = 0, first: Iterable[Frame] = ()) -> Worker:
        before = b"".join(map(frame_bytes, first))
        return Worker(self._shipped, self._state.read(task), step, before)

    def _exchanged(self, frame: Any, tasks: int) -> Any:
        return frame.repartition(max(1, int(tasks)), "part")

    def _persisted(self, frame: Any) -> Any:
        """Keeps the rows on the disks of the cluster; where that is not offered, they are made again."""
        from pyspark import StorageLevel

        with contextlib.suppress(Exception):
            frame = frame.persist(StorageLevel.DISK_ONLY)
            self._kept.append(frame)
        return frame

    def _let_go(self, frame: Any) -> None:
        # By identity: comparing data frames makes a column.
        self._kept = [kept for kept in self._kept if kept is not frame]
        # What cannot be let go now goes with the session.
        with contextlib.suppress(Exception):
            frame.unpersist()


def _tasks(parts: int, fewest: int) -> int:
    """Tasks of an exchange of `parts` parts.

    >>> _tasks(3, 8), _tasks(24, 8), _tasks(1000, 8)
    (3, 8, 250)
    """
    return min(parts, max(fewest, -(-parts // _PARTS_OF_A_TASK)))


def _parallelism(spark: Any) -> int:
    """How many tasks Spark runs at once, as far as it says so."""
    with contextlib.suppress(Exception):
        if _is_connect(spark):
            return max(1, int(spark.conf.get("spark.default.parallelism", str(_PARTS))))
        return max(1, int(spark.sparkContext.defaultParallelism))
    return _PARTS


def _is_connect(spark: Any) -> bool:
    return type(spark).__module__.startswith("pyspark.sql.connect")


def _shipped(spark: Any, program: Path) -> str:
    """Sends a program to the cluster; gives the name that it has there."""
    path = program.absolute()
    if not path.is_file():
        raise InputOutputError(f"the program `{program}` is not a file")
    told = ""
    try:
        if _is_connect(spark):
            spark.addArtifacts(str(path), file=True)
        else:
            spark.sparkContext.addFile(str(path))
    except Exception as error:  # noqa: BLE001  Sessions differ in what they raise.
        told = kind_of(error)
    if told:
        raise InputOutputError(
            f"the program cannot be sent to the cluster ({told})",
            "start a new session if it holds another program of this name, or install reidrisk there and leave `program` out",
        )
    return path.name


def _frame(spark: Any, data: Any) -> Any:
    if isinstance(data, str):
        return ran(lambda: spark.table(data))
    if not hasattr(data, "mapInArrow"):
        raise TypeError(f"data is a {type(data).__name__}; expected a data frame of Spark or the name of a table")
    return data


def _selected(frame: Any, columns: Sequence[str], subject: str | None) -> Any:
    """The columns in the order of the data, and the subject after them.

    Raises:
        UsageError: one is not there, or is of a type that cannot be counted.
    """
    kinds: dict[str, list[str]] = {}
    for field in ran(lambda: frame.schema.fields):
        kinds.setdefault(field.name, []).append(type_name(field.dataType))
    for column in [*columns, *([] if subject is None else [subject])]:
        found = kinds.get(column, [])
        if not found:
            raise UsageError(f"column `{column}` is not in the data")
        if len(found) > 1:
            raise UsageError(f"column `{column}` is in the data more than once", "give each column its own name")
        if found[0] not in _COUNTABLE or (column == subject and found[0] == "binary"):
            raise UsageError(
                f"column `{column}` is of the type {found[0]}, which cannot be counted", "convert it, or leave it out"
            )
    chosen = [name for name in kinds if name in columns]
    chosen += [] if subject is None or subject in columns else [subject]
    # Without any column a batch has no length everywhere.
    names = chosen or [next(iter(kinds))]
    return ran(lambda: frame.select(*(_quoted(name) for name in names)))


def _quoted(name: str) -> str:
    """A column name as Spark reads it as one name.

    >>> _quoted("a.b"), _quoted("a`b")
    ('`a.b`', '`a``b`')
    """
    return "`" + name.replace("`", "``") + "`"


def _mapped(frame: Any, task: _spark_tasks.Task) -> Any:
    return ran(lambda: frame.mapInArrow(task, SCHEMA))


def _collected(frame: Any) -> list[Frame]:
    """Runs a job; gives its rows."""
    return [Frame(int(row[0]), int(row[1]), bytes(row[2])) for row in ran(frame.collect)]
