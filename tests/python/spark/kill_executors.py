#!/usr/bin/env python3
"""Kills an executor of a small cluster at many moments of a scan; every scan must give the same classes.

    tests/python/spark/kill_executors.py PROGRAM [--moments 12] [--records 1000000]

Starts a standalone master and two workers of one core each on this machine, in the environment that
`REIDRISK_SPARK=local tests/python/spark/run` makes. Not part of the tests: it needs Java and some minutes.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

PACKAGE = pathlib.Path(__file__).resolve().parents[3] / "python"
sys.path.insert(0, str(PACKAGE))

import numpy
import pyarrow
import pyarrow.parquet
import pyspark
import reidrisk.spark
from pyspark.sql import SparkSession

SETTINGS = {"subject": "subject", "quasi": ["c7", "c30", "c100", "c1000", "c3000"], "measures": "uniqueness"}


def write_table(path: pathlib.Path, records: int) -> None:
    random = numpy.random.default_rng(7)
    columns = {"subject": pyarrow.array(random.integers(0, records // 10, records))}
    for name in SETTINGS["quasi"]:
        columns[name] = pyarrow.array((int(name[1:]) * random.random(records) ** 3).astype("int32"))
    pyarrow.parquet.write_table(pyarrow.table(columns), path, row_group_size=records // 8)


@contextlib.contextmanager
def cluster(folder: pathlib.Path):
    """The address of a master, and its two workers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    home = pathlib.Path(pyspark.__file__).parent
    start = [str(home / "bin" / "spark-class")]
    environment = {**os.environ, "SPARK_HOME": str(home), "SPARK_LOCAL_IP": "127.0.0.1", "PYTHONPATH": str(PACKAGE)}
    address = f"spark://127.0.0.1:{port}"
    commands = [["org.apache.spark.deploy.master.Master", "--host", "127.0.0.1", "--port", str(port), "--webui-port", "0"]]
    commands += [
        ["org.apache.spark.deploy.worker.Worker", "-c", "1", "-m", "2g", "--webui-port", "0", "-d", str(folder), address]
    ] * 2
    running = []
    try:
        for command in commands:
            with open(folder / f"log-{len(running)}", "wb") as log:
                running.append(subprocess.Popen(start + command, env=environment, stdout=log, stderr=log))
            time.sleep(4)
        yield address, [process.pid for process in running[1:]]
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait()


def executors(workers: list[int]) -> list[int]:
    """The processes that these workers started."""
    parents = ",".join(map(str, workers))
    found = subprocess.run(
        ["pgrep", "-P", parents, "-f", "CoarseGrainedExecutorBackend"], capture_output=True, text=True, check=False
    )
    return [int(line) for line in found.stdout.split()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--moments", type=int, default=12)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--without-subject", action="store_true", help="each record is its own subject")
    options = parser.parse_args()
    os.environ["PYSPARK_PYTHON"] = sys.executable
    settings = {name: value for name, value in SETTINGS.items() if name != "subject" or not options.without_subject}
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        write_table(folder / "table.parquet", options.records)
        with cluster(folder) as (address, workers):
            builder = (
                SparkSession.builder.master(address).config("spark.executor.memory", "1g").config("spark.ui.enabled", "false")
            )
            builder = builder.config("spark.ui.showConsoleProgress", "false").config("spark.local.dir", name)
            # As many executors as are killed may be lost, and the cluster starts others.
            spark = builder.config("spark.deploy.maxExecutorRetries", "-1").getOrCreate()
            spark.sparkContext.setLogLevel("OFF")
            frame = spark.read.parquet(str(folder / "table.parquet"))

            def scan():
                began = time.monotonic()
                result = reidrisk.spark.scan(spark, frame, parts=4, program=options.program, **settings)
                return result.measures["uniqueness"], time.monotonic() - began

            scan()
            expected, whole = scan()
            print(f"unharmed: {whole:.1f} s", flush=True)
            for moment in range(options.moments):
                delay = whole * (moment + 0.5) / options.moments
                victims: list[int] = []

                def kill(victims=victims):
                    victims.extend(executors(workers)[:1])
                    for victim in victims:
                        os.kill(victim, signal.SIGKILL)

                timer = threading.Timer(delay, kill)
                timer.start()
                found, seconds = scan()
                timer.join()
                if found != expected or not victims:
                    raise SystemExit(
                        f"killed after {delay:.1f} s: {'other classes' if victims else 'nobody was there to kill'}"
                    )
                print(f"killed after {delay:5.1f} s: the same classes after {seconds:.1f} s", flush=True)
            spark.stop()


if __name__ == "__main__":
    main()
