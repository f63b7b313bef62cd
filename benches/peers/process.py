"""Fresh processes: their wall time and peak memory, and what reidrisk wrote."""

import dataclasses
import json
import os
import pathlib
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = ROOT / "target/release/reidrisk"
HARNESS = ROOT / "target/release/examples/count_sets"


@dataclasses.dataclass
class Finished:
    """A process that ended with a code it was allowed to end with."""

    seconds: float
    peak_bytes: int
    stdout: str


def run(command: list, allowed=(0,), environment: dict | None = None) -> Finished:
    """Runs `command`; wall time includes the start of the process, peak memory is what the kernel accounts to it."""
    with tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
        start = time.perf_counter()
        child = subprocess.Popen(
            [str(part) for part in command], stdout=stdout, stderr=stderr, env={**os.environ, **(environment or {})}
        )
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        stdout.seek(0)
        stderr.seek(0)
        if child.returncode not in allowed:
            raise SystemExit(f"{' '.join(map(str, command))}\nended with {child.returncode}:\n{stderr.read().decode()}")
        return Finished(seconds, usage.ru_maxrss * 1024, stdout.read().decode())


def scan(path: pathlib.Path, columns, max_set: int, threads: int, subject: str | None) -> tuple[Finished, dict]:
    """A whole `reidrisk scan`, as a person would type it; returns the process and its `result.json`."""
    with tempfile.TemporaryDirectory(dir=path.parent) as out:
        command = [BINARY, "scan", path, "--quasi", ",".join(columns), "--max-set", max_set, "--threads", threads]
        command += ["--measures", "uniqueness", "--emit", "json", "--out", out, "--progress", "never", "-q"]
        command += ["--subject", subject] if subject else []
        finished = run(command, allowed=(0, 1))
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
    missing = [str(path.relative_to(ROOT)) for path in (BINARY, HARNESS) if not path.exists()]
    if missing:
        raise SystemExit(f"not built: {', '.join(missing)}\nhint: cargo build --release --locked --bins --examples")
