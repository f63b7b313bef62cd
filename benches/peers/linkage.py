"""An extract against a register on four shared columns, all fifteen subsets: reidrisk and DuckDB, in one run.

Start it with benches/peers/run.sh linkage.py; docs/performance.md says how to read what it prints.

Both count from whole numbers in memory: for each subset the classes of the extract with their distinct subjects and the
classes of the register with their rows, joined. The figures of every subset must be equal, or the run ends.
"""

import argparse
import itertools
import json
import pathlib
import tempfile
import time

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

import process

COLUMNS = ("a", "b", "c", "d")
CARDINALITIES = (2, 100, 3_000, 30_000)
HARNESS = process.TARGET / "release/examples/count_links"
CHUNK = 1_000_000


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=10_000_000, help="of the extract, and rows of the register")
    parser.add_argument("--subjects", type=int, default=1_000_000, help="of the extract; all of them are in the register")
    parser.add_argument("--events", type=int, default=0, help="so many of the columns, from the last, vary within a subject")
    parser.add_argument("--format", choices=("parquet", "csv"), default="parquet")
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument("--counting-only", action="store_true", help="leave out the scan of the whole process")
    return parser.parse_args()


def draw(random: np.random.Generator, cardinality: int, count: int) -> np.ndarray:
    """Low values are common, high ones rare."""
    return (cardinality * random.random(count) ** 3).astype(np.int32)


def write(path: pathlib.Path, columns: dict) -> None:
    table = pa.table(columns)
    if path.suffix == ".csv":
        pa.csv.write_csv(table, path)
    else:
        pa.parquet.write_table(table, path, row_group_size=CHUNK)


def make(folder: pathlib.Path, options: argparse.Namespace) -> tuple[pathlib.Path, pathlib.Path]:
    """The extract and the register. Subject number n of the extract is row n of the register."""
    random = np.random.default_rng(options.seed)
    register = {name: draw(random, values, options.records) for name, values in zip(COLUMNS, CARDINALITIES)}
    subject = random.integers(0, options.subjects, options.records, dtype=np.int32)
    extract = {"subject": subject} | {name: values[subject] for name, values in register.items()}
    for name, values in list(zip(COLUMNS, CARDINALITIES))[len(COLUMNS) - options.events :]:
        extract[name] = draw(random, values, options.records)
    paths = tuple(folder / f"{side}.{options.format}" for side in ("extract", "register"))
    for path, columns in zip(paths, (extract, register)):
        write(path, columns)
    return paths


class DuckDb:
    """Both sides in DuckDB's memory."""

    def __init__(self, extract: pathlib.Path, register: pathlib.Path, threads: int):
        self.connection = duckdb.connect(config={"threads": threads})
        start = time.perf_counter()
        for name, path in (("extract", extract), ("register", register)):
            self.connection.execute(f"CREATE TABLE {name} AS SELECT * FROM '{path}'")
        self.read_seconds = time.perf_counter() - start

    def count(self) -> tuple[dict, float]:
        """The figures of every subset, and the seconds they took."""
        figures = {}
        start = time.perf_counter()
        for size in range(1, len(COLUMNS) + 1):
            for columns in itertools.combinations(COLUMNS, size):
                key = ",".join(columns)
                (row,) = self.connection.execute(
                    f"""SELECT count(*), sum(ours), sum(theirs), count(*) FILTER (ours = 1 AND theirs = 1) FROM
                    (SELECT {key}, count(DISTINCT subject) AS ours FROM extract GROUP BY {key})
                    JOIN (SELECT {key}, count(*) AS theirs FROM register GROUP BY {key}) USING ({key})"""
                ).fetchall()
                figures[key] = [int(figure) for figure in row]
        return figures, time.perf_counter() - start


def scan(extract: pathlib.Path, register: pathlib.Path, threads: int) -> tuple[process.Finished, dict]:
    """A whole scan, as a person would type it."""
    with tempfile.TemporaryDirectory(dir=extract.parent) as out:
        command = [process.BINARY, "scan", extract, "--subject", "subject", "--against", register]
        command += ["--on", ",".join(COLUMNS), "--attack", "exact", "--measures", "linkage", "--threads", threads]
        command += ["--emit", "json", "--out", out, "--progress", "never", "-q"]
        finished = process.run(command, allowed=(0, 1))
        (result,) = pathlib.Path(out).glob("*/*/result.json")
        return finished, json.loads(result.read_text())


def main() -> None:
    options = arguments()
    ratios = []
    with tempfile.TemporaryDirectory() as work:
        extract, register = make(pathlib.Path(work), options)
        print(
            f"{options.records:,} records of {options.subjects:,} subjects against {options.records:,} rows, "
            f"{options.events} event columns, {options.format}, {options.threads} threads",
            flush=True,
        )
        if not options.counting_only:
            finished, result = scan(extract, register, options.threads)
            (attack,) = result["measures"]["linkage"]["value"]["attacks"]
            peak = finished.peak_bytes / 2**20
            print(f"  whole scan {finished.seconds:8.2f} s, peak {peak:6.0f} MiB, {len(attack['column_sets'])} sets; at most 30 s, 3072 MiB", flush=True)
        peer = DuckDb(extract, register, options.threads)
        for _ in range(options.repetitions):
            command = [HARNESS, extract, register, "--threads", options.threads, "--repeat", 1]
            ours = json.loads(process.run(command).stdout)
            figures, theirs = peer.count()
            if figures != ours["sets"]:
                wrong = [key for key, row in figures.items() if row != ours["sets"][key]]
                raise SystemExit(f"the figures differ for {wrong}")
            ratios.append(theirs / ours["count_seconds"])
            print(
                f"  counting: reidrisk {ours['count_seconds']:7.2f} s (reading {ours['read_seconds']:.2f} s, "
                f"joining {ours['join_seconds']:.2f} s); DuckDB {theirs:7.2f} s (reading {peer.read_seconds:.2f} s); "
                f"ratio {ratios[-1]:5.1f}",
                flush=True,
            )
    ratio = sorted(ratios)[len(ratios) // 2]
    print(f"  DuckDB / reidrisk, counting, median {ratio:.1f}   >= 20 {'met' if ratio >= 20 else 'MISSED'}")


if __name__ == "__main__":
    main()
