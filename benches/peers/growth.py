"""How time and memory of a whole scan grow with the records: one line on log-log paper, and its slope.

Start it with `benches/peers/run.sh growth.py`; docs/performance.md says how to read what it prints.
"""

import argparse
import contextlib
import math
import pathlib
import shutil
import tempfile
import threading

import process
import table

SLOPE_TARGET = 1.1
LARGEST_PEAK_GIB = 8
# Two sizes differ by noise of the allocator; memory per record counts as growing above this.
MEMORY_TOLERANCE = 1.02
PEAK_TARGET = 1.15


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--millions", default="1,3,10,30,100", help="sizes, in millions of records")
    parser.add_argument("--limits", help="values of --memory, one for each size: what does not fit goes to files beside the table")
    parser.add_argument("--keep", action="store_true", help="leaves the tables in the folder, for another run")
    parser.add_argument("--max-set", type=int, default=3)
    parser.add_argument("--seed", type=int, default=20261121)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--work", type=pathlib.Path, help="folder for the tables; a temporary one when absent")
    return parser.parse_args()


def slope(points: list[tuple[float, float]]) -> float:
    """Least squares of log y against log x."""
    logs = [(math.log(x), math.log(y)) for x, y in points]
    mean_x, mean_y = (sum(values) / len(logs) for values in zip(*logs))
    covariance = sum((x - mean_x) * (y - mean_y) for x, y in logs)
    return covariance / sum((x - mean_x) ** 2 for x, _ in logs)


class DiskWatch:
    """The most that a disk held, while it watches, beyond what it held before. Files without a name have no other size."""

    EVERY_SECONDS = 0.5

    def __init__(self, folder: pathlib.Path) -> None:
        self._folder = folder
        self._least = self._free = shutil.disk_usage(folder).free
        self._over = threading.Event()

    def _watch(self) -> None:
        while not self._over.wait(self.EVERY_SECONDS):
            self._least = min(self._least, shutil.disk_usage(self._folder).free)

    @contextlib.contextmanager
    def watching(self):
        thread = threading.Thread(target=self._watch)
        thread.start()
        try:
            yield self
        finally:
            self._over.set()
            thread.join()

    @property
    def most_bytes(self) -> int:
        return self._free - self._least


def measure(options: argparse.Namespace, work: pathlib.Path, records: int, limit: str | None) -> tuple[process.Finished, bool]:
    """One scan, and whether its column effects were sampled; the table is removed again, so that one at a time is on disk."""
    path = table.write(work, options.seed, records, max(records // 10, 1), formats=("parquet",))["parquet"]
    more = ("--memory", limit, "--spill", str(work / "spill")) if limit else ()
    with DiskWatch(work).watching() as disk:
        finished, result = process.scan(path, table.COLUMNS, options.max_set, options.threads, table.SUBJECT, more=more)
    if result["dataset"]["records"] != records:
        raise SystemExit(f"{records} records were written, {result['dataset']['records']} were read")
    stages = ", ".join(f"{stage['stage']} {stage['elapsed_ms'] / 1000:.2f}" for stage in result["run"]["stages"])
    sampled = result["measures"]["uniqueness"]["value"]["shapley_method"]["method"] == "sampled"
    row = f"{records:>13,} {finished.seconds:>9.2f} s {finished.processor_seconds:>9.2f} s {finished.peak_bytes / 2**20:>8.0f} MiB"
    print(f"{row} {finished.peak_bytes / records:>10.1f} B   {stages}{' (with sampled column effects)' if sampled else ''}", flush=True)
    if limit:
        peak = finished.peak_bytes / size_in_bytes(limit)
        print(
            f"{'':>13} under {limit}: peak {peak:.2f} times the limit ({verdict(peak <= PEAK_TARGET)}); files held at most "
            f"{disk.most_bytes / 1e9:.1f} GB, {finished.written_bytes / 1e9:.1f} GB were written, {finished.written_bytes / records:.0f} B a record",
            flush=True,
        )
    if not options.keep:
        path.unlink()
    return finished, sampled


def size_in_bytes(limit: str) -> int:
    return int(limit[:-3]) * {"MiB": 2**20, "GiB": 2**30}[limit[-3:]]


def verdict(holds: bool) -> str:
    return "met" if holds else "MISSED"


def report_slope(what: str, points: list[tuple[float, float]]) -> None:
    exponent = slope(points)
    print(f"{what}: {exponent:.3f}   <= {SLOPE_TARGET} {verdict(exponent <= SLOPE_TARGET)}")


def main() -> None:
    options = arguments()
    process.require_build()
    sizes = [round(float(millions) * 1_000_000) for millions in options.millions.split(",")]
    limits = options.limits.split(",") if options.limits else [None] * len(sizes)
    print(f"whole scan from Parquet, 10 columns, sets of up to {options.max_set}, {options.threads} threads")
    print(f"{'records':>13} {'wall':>11} {'processor':>11} {'peak':>12} {'a record':>12}   stages in seconds")
    with tempfile.TemporaryDirectory(prefix="reidrisk-growth-") as temporary:
        work = options.work or pathlib.Path(temporary)
        work.mkdir(parents=True, exist_ok=True)
        measured = [measure(options, work, records, limit) for records, limit in zip(sizes, limits, strict=True)]
    if len(sizes) > 1:
        points = [(records, finished.seconds) for records, (finished, _) in zip(sizes, measured)]
        report_slope("slope of log time against log records", points)
        busy = [(records, finished.processor_seconds) for records, (finished, _) in zip(sizes, measured)]
        report_slope("slope of log processor time against log records", busy)
        # Sampled column effects are a fixed extra that only small tables get; it would flatten the line.
        alike = [point for point, (_, sampled) in zip(points, measured) if not sampled]
        if 1 < len(alike) < len(points):
            report_slope("the same among the scans without sampled column effects", alike)
    if not options.limits:
        report_memory(sizes, [finished.peak_bytes for finished, _ in measured])


def report_memory(sizes: list[int], peaks: list[int]) -> None:
    per_record = [peak / records for records, peak in zip(sizes, peaks)]
    falling = all(after <= before * MEMORY_TOLERANCE for before, after in zip(per_record, per_record[1:]))
    if len(sizes) > 1:
        print(f"memory per record falling or constant: {verdict(falling)}")
    peak = max(peaks) / 2**30
    print(f"largest peak: {peak:.2f} GiB   <= {LARGEST_PEAK_GIB} {verdict(peak <= LARGEST_PEAK_GIB)}")


if __name__ == "__main__":
    main()
