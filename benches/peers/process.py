"""Fresh processes: their wall time and peak memory, and what reidrisk wrote."""

import dataclasses
import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
BINARY = TARGET / "release/reidrisk"
LAUNCHER = pathlib.Path(__file__).with_name("launch.py")
HARNESS = TARGET / "release/examples/count_sets"


@dataclasses.dataclass
class Finished:
    """A process that ended with a code it was allowed to end with."""

    seconds: float
    processor_seconds: float
    peak_bytes: int
    written_bytes: int
    stdout: str


def run(command: list, allowed=(0,), environment: dict | None = None) -> Finished:
    """Runs `command`; wall time includes the start of the process, peak memory is what the kernel accounts to it."""
    command = [str(part) for part in command]
    with tempfile.NamedTemporaryFile() as report:
        launched = subprocess.run(
            [sys.executable, "-S", "-E", LAUNCHER, report.name, *command],
            capture_output=True,
            text=True,
            env={**os.environ, **(environment or {})},
        )
        ended = json.loads(report.read() or b'{"code": null}')
    if ended["code"] not in allowed:
        raise SystemExit(f"{' '.join(command)}\nended with {ended['code']}:\n{launched.stderr}")
    del ended["code"]
    return Finished(**ended, stdout=launched.stdout)


def scan(path: pathlib.Path, columns, max_set: int, threads: int, subject: str | None, measures: str | None = "uniqueness", more: tuple = ()) -> tuple[Finished, dict]:
    """A whole `reidrisk scan`, as a person would type it, of every measure that applies where `measures` is none, with `more` flags; returns the process and its `result.json`."""
    with tempfile.TemporaryDirectory(dir=path.parent) as out:
        command = [BINARY, "scan", path, "--quasi", ",".join(columns), "--max-set", max_set, "--threads", threads]
        command += ["--emit", "json", "--out", out, "--progress", "never", "-q"]
        command += ["--measures", measures] if measures else []
        command += ["--subject", subject] if subject else []
        finished = run([*command, *more], allowed=(0, 1))
        (result,) = pathlib.Path(out).glob("*/*/result.json")
        return finished, json.loads(result.read_text())


def count_sets(path: pathlib.Path, threads: int, max_set: int) -> dict:
    """The counting harness on an extract that it has read: seconds of each way to count, without the reading."""
    return json.loads(run([HARNESS, path, "--threads", threads, "--max-set", max_set]).stdout)


def stage_seconds(result: dict, stage: str) -> float:
    """Wall time of one stage of a scan."""
    return sum(entry["elapsed_ms"] for entry in result["run"]["stages"] if entry["stage"] == stage) / 1000


def require_build() -> None:
    """Refuses to start without a release build, with the command that makes one."""
    missing = [str(path) for path in (BINARY, HARNESS) if not path.exists()]
    if missing:
        raise SystemExit(f"not built: {', '.join(missing)}\nhint: cargo build --release --locked --bins --examples")
