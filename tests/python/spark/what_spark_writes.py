#!/usr/bin/env python3
"""Looks through what Spark writes to disk during a scan, which may hold no cell value, and adds up what it shuffles.

    tests/python/spark/what_spark_writes.py PROGRAM [--table FILE --subject COLUMN --quasi COLUMN,COLUMN]

Scans on a classic session of two threads, by default a small table of which every text can be told, then looks for these
texts in the local folders of Spark and in its log of events. A grouping of the same texts by Spark itself comes before:
where the search does not find that one, it proves nothing. With a table of yours only the bytes are added up. Needs the
environment that `REIDRISK_SPARK=local tests/python/spark/run` makes.
"""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import random
import sys
import tempfile

PACKAGE = pathlib.Path(__file__).resolve().parents[3] / "python"
sys.path.insert(0, str(PACKAGE))

import pyarrow
import pyarrow.parquet
import reidrisk.spark
from pyspark.sql import SparkSession

CANARY = "Zsofiacanary"
QUASI = ["town", "street", "shop"]
# Nothing is compressed, so that it can be searched, and nothing goes before it was looked at.
PLAIN = ["spark.shuffle.compress", "spark.shuffle.spill.compress", "spark.broadcast.compress", "spark.eventLog.compress"]
KEPT = ["spark.cleaner.referenceTracking"]


def write_table(path: pathlib.Path) -> None:
    draw = random.Random(5)
    columns = {name: [f"{CANARY}-{name}-{int(60 * draw.random() ** 3)}" for _ in range(20_000)] for name in [*QUASI, "spare"]}
    columns["customer"] = [f"{CANARY}-customer-{draw.randrange(4_000)}" for _ in range(20_000)]
    pyarrow.parquet.write_table(pyarrow.table(columns), path, row_group_size=4_000)


def started(folder: pathlib.Path) -> SparkSession:
    settings = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.local.dir": str(folder / "local"),
        "spark.eventLog.enabled": "true",
        "spark.eventLog.dir": (folder / "events").as_uri(),
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        **dict.fromkeys(PLAIN + KEPT, "false"),
    }
    builder = SparkSession.builder.master("local[2]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("OFF")
    return spark


def files_with_texts(folder: pathlib.Path) -> set[pathlib.Path]:
    """The files below a folder that hold a text of the table, as UTF-8 or in two bytes a letter."""
    spellings = [CANARY.encode(), CANARY.encode("utf-16-le"), CANARY.encode("utf-16-be")]
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path for path in files if any(spelling in path.read_bytes() for spelling in spellings)}


def shuffled_bytes(events: pathlib.Path) -> int:
    total = 0
    # Beside the logs lie checksums and a file that says how the application is.
    for path in events.rglob("events_*"):
        for event in map(json.loads, path.read_text().splitlines()):
            metrics = event.get("Task Metrics") if event["Event"] == "SparkListenerTaskEnd" else None
            total += metrics["Shuffle Write Metrics"]["Shuffle Bytes Written"] if metrics else 0
    if not total:
        raise SystemExit("no log tells of a shuffle")
    return total


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--table", type=pathlib.Path)
    parser.add_argument("--subject", default="customer")
    parser.add_argument("--quasi", default=",".join(QUASI))
    options = parser.parse_args()
    os.environ["PYSPARK_PYTHON"] = sys.executable
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for part in ["local", "events", "temporary"]:
            (folder / part).mkdir()
        tempfile.tempdir = str(folder / "temporary")
        table = options.table or folder / "table.parquet"
        if not options.table:
            write_table(table)
        spark = started(folder)
        frame = spark.read.parquet(str(table))
        known: set[pathlib.Path] = set()
        if not options.table:
            frame.groupBy("town").count().collect()
            known = files_with_texts(folder / "local")
            if not known:
                raise SystemExit("the texts of Spark's own grouping were not found, so the search proves nothing")
        result = reidrisk.spark.scan(
            spark,
            frame,
            subject=options.subject,
            quasi=options.quasi.split(","),
            measures="uniqueness",
            program=options.program,
        )
        if result.measures["uniqueness"]["status"] != "measured":
            raise SystemExit("uniqueness was not measured")
        records = frame.count()
        found = files_with_texts(folder / "local") - known
        spark.stop()
        found |= files_with_texts(folder / "events")
        shuffled = shuffled_bytes(folder / "events")
        print(f"{records} records, {shuffled} bytes shuffled: {shuffled / records:.1f} a record")
        if found:
            raise SystemExit(f"{len(found)} files hold texts of the table: " + ", ".join(path.name for path in found))
        if not options.table:
            print("no text of the table in the local folders and in the log of events")


if __name__ == "__main__":
    main()
