"""Equivalence classes of a table on Spark: `reidrisk.spark` beside plain Spark SQL, in one session, by processor time.

Runs in an environment with the packages of tests/python/spark/requirements-spark.txt and numpy, in which the program is
installed as `reidrisk`; docs/performance.md says how. Processor time is that of the whole machine, so nothing else may run.
"""

import argparse
import os
import pathlib
import sys
import tempfile
import time

PACKAGE = str(pathlib.Path(__file__).resolve().parents[2] / "python")
sys.path.insert(0, PACKAGE)

import reidrisk.spark
from pyspark.sql import SparkSession

import sets
import table

CPU_TARGET = 20


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--records", type=int, default=10_000_000)
    parser.add_argument("--seed", type=int, default=20261121)
    parser.add_argument("--sample", default="2,3,4", help="sets of one, two and three columns that SQL counts")
    parser.add_argument("--master", default="local[2]")
    parser.add_argument("--heap", default="6g", help="of the driver; in local mode that of everything")
    parser.add_argument("--parts", type=int, default=8)
    parser.add_argument("--program", help="a program to ship to the executors")
    parser.add_argument("--table", type=pathlib.Path, help="a table that is there already")
    parser.add_argument("--without-sql", action="store_true")
    return parser.parse_args()


def busy_seconds() -> float:
    """Processor time that the machine has spent so far."""
    user, nice, system = pathlib.Path("/proc/stat").read_text().split(maxsplit=4)[1:4]
    return (int(user) + int(nice) + int(system)) / os.sysconf("SC_CLK_TCK")


def timed(work):
    wall, busy = time.monotonic(), busy_seconds()
    value = work()
    return value, time.monotonic() - wall, busy_seconds() - busy


def histogram_sql(columns) -> str:
    names = ", ".join(columns)
    return f"SELECT n, count(*), sum(r) FROM (SELECT count(DISTINCT subject) n, count(*) r FROM t GROUP BY {names}) GROUP BY n"


def smallest_sql(columns) -> str:
    """How many subjects have which smallest class."""
    names = ", ".join(columns)
    classes = f"SELECT {names}, count(DISTINCT subject) n FROM t GROUP BY {names}"
    return f"SELECT m, count(*) FROM (SELECT subject, min(n) m FROM t JOIN ({classes}) USING ({names}) GROUP BY subject) GROUP BY m"


def spark_sql(spark, options: argparse.Namespace, result) -> dict:
    """Processor time of each set of the sample; its figures must be those of the result."""
    ours = {tuple(found["columns"]): found for found in result.measures["uniqueness"]["value"]["sets"]}
    spent = {}
    for size, count in enumerate(map(int, options.sample.split(",")), start=1):
        for columns in sets.sample(size, count, options.seed):
            histogram, wall, busy = timed(lambda: spark.sql(histogram_sql(columns)).collect())
            smallest, more_wall, more_busy = timed(lambda: spark.sql(smallest_sql(columns)).collect())
            unique = sum(row[1] for row in smallest if row[0] == 1)
            found = ours[columns]
            classes = sum(row[1] for row in histogram)
            if unique != found["unique_subjects"] or classes != found["classes"]:
                raise SystemExit(f"{columns}: {classes} classes and {unique} unique subjects, not those of the scan")
            spent[columns] = busy + more_busy
            print(
                f"  {'+'.join(columns):<22} {wall:6.1f} s and {more_wall:6.1f} s, {spent[columns]:7.1f} s of processor",
                flush=True,
            )
    return spent


def main() -> None:
    options = arguments()
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    os.environ["PYTHONPATH"] = PACKAGE
    with tempfile.TemporaryDirectory() as folder:
        path = (
            options.table
            or table.write(pathlib.Path(folder), options.seed, options.records, options.records // 10, formats=("parquet",))[
                "parquet"
            ]
        )
        builder = SparkSession.builder.master(options.master).config("spark.driver.memory", options.heap)
        spark = (
            builder.config("spark.ui.enabled", "false")
            .config("spark.ui.showConsoleProgress", "false")
            .config("spark.local.dir", folder)
            .getOrCreate()
        )
        spark.sparkContext.setLogLevel("ERROR")
        frame = spark.read.parquet(str(path))
        frame.createOrReplaceTempView("t")
        # The first job starts the machinery of both.
        frame.limit(1).collect()
        settings = {"subject": table.SUBJECT, "quasi": list(table.COLUMNS), "max_set": 3, "measures": "uniqueness"}
        scan = lambda: reidrisk.spark.scan(spark, frame, parts=options.parts, program=options.program, **settings)
        result, wall, busy = timed(scan)
        counted = len(result.measures["uniqueness"]["value"]["sets"])
        print(
            f"reidrisk.spark, {counted} sets, the full one and those without one column: {wall:.1f} s, {busy:.1f} s of processor",
            flush=True,
        )
        if options.without_sql:
            return
        spent = spark_sql(spark, options, result)
        whole = sets.estimate_total(spent)
        ratio = whole / busy
        verdict = "met" if ratio >= CPU_TARGET else "MISSED"
        print(f"Spark SQL, scaled to all sets of up to three columns: {whole:.0f} s of processor")
        print(f"Spark SQL / reidrisk.spark: {ratio:.1f}   >= {CPU_TARGET} {verdict}")
        spark.stop()


if __name__ == "__main__":
    main()
