"""A session of Sail, or of Spark where ``REIDRISK_SPARK`` is ``local`` or ``connect``, and data for it.

Names that stand in the module of the same name in the folder above are the same here: both are imported as `conftest`.
"""

from __future__ import annotations

import contextlib
import datetime
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[3]
CANARY = "Zsófiacanary"
KIND = os.environ.get("REIDRISK_SPARK", "sail")

# What the executors find as the package: its program is whatever the file of the test names, so that one session does.
PROGRAM_OF_EXECUTORS = """
import os

def find_program():
    with open(os.environ["REIDRISK_TEST_PROGRAM"]) as file:
        path = file.read()
    if not path:
        raise FileNotFoundError
    return path
"""


@pytest.fixture(scope="session")
def executors():
    """A folder that is the path of Python on the executors."""
    with tempfile.TemporaryDirectory(prefix="executors-") as folder:
        package = Path(folder, "reidrisk")
        package.mkdir()
        (package / "__init__.py").write_text("")
        (package / "_program.py").write_text(PROGRAM_OF_EXECUTORS)
        Path(folder, "program").write_text("")
        yield Path(folder)


@pytest.fixture(scope="session")
def session(executors):
    from pyspark.sql import SparkSession

    seen = {"PYTHONPATH": str(executors), "REIDRISK_TEST_PROGRAM": str(executors / "program"), "PYSPARK_PYTHON": sys.executable}
    with contextlib.ExitStack() as stack:
        if KIND == "sail":
            builder = SparkSession.builder.remote(stack.enter_context(sail({**os.environ, **seen})))
        else:
            os.environ.update(seen)
            builder = SparkSession.builder
            builder = builder.remote("local[2]") if KIND == "connect" else builder.master("local[2]")
            settings = {
                "spark.ui.enabled": "false",
                "spark.driver.bindAddress": "127.0.0.1",
                "spark.sql.warehouse.dir": str(executors / "warehouse"),
            }
            for name, value in settings.items():
                builder = builder.config(name, value)
        spark = builder.getOrCreate()
        # Before the server goes, which the client would wait for.
        stack.callback(spark.stop)
        yield spark


@contextlib.contextmanager
def sail(environment):
    """A server of Sail; gives its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(Path(sys.executable).with_name("sail")), "spark", "server", "--port", str(port)]
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(300):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            time.sleep(0.1)
        yield f"sc://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """Where the driver puts what must be gone afterwards."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    assert list(folder.iterdir()) == []


@pytest.fixture
def program(executors, temporary):
    """The program itself, on the driver and on the executors."""
    import reidrisk

    path = ""
    with contextlib.suppress(FileNotFoundError):
        path = reidrisk.find_program()
    if not path or subprocess.run([path, "cluster", "--help"], capture_output=True, check=False).returncode:
        pytest.skip("a program that knows `cluster` is not installed")
    (executors / "program").write_text(path)
    return path


def records(count=3000, *, hot=False, frequent=False, seed=7):
    """Columns of several types with some missing cells; `hot` is one town for half, `frequent` one customer for a third."""
    import pyarrow

    draw = random.Random(seed)
    rows = range(count)
    towns = [None if draw.random() < 0.01 else f"{CANARY}-t{int(40 * draw.random() ** 3)}" for _ in rows]
    customers = [f"{CANARY}-c{draw.randrange(count // 4)}" for _ in rows]
    if hot:
        towns = [f"{CANARY}-hot" if draw.random() < 0.5 else town for town in towns]
    if frequent:
        customers = [f"{CANARY}-often" if row % 3 == 0 else customer for row, customer in zip(rows, customers, strict=True)]
    return pyarrow.table(
        {
            "town": towns,
            "birth_year": [1930 + draw.randrange(70) for _ in rows],
            "booked_on": [datetime.date(2026, 1, 1) + datetime.timedelta(days=draw.randrange(90)) for _ in rows],
            "amount": [None if draw.random() < 0.02 else draw.randrange(200) * 0.25 for _ in rows],
            "member": [draw.random() < 0.3 for _ in rows],
            "customer": customers,
        }
    )


def written(table, folder, *, files=3, seed=None):
    """A table as several files; in another order with a seed."""
    from pyarrow import parquet

    folder.mkdir()
    if seed is not None:
        order = list(range(table.num_rows))
        random.Random(seed).shuffle(order)
        table = table.take(order)
    step = max(1, -(-table.num_rows // files))
    for place, start in enumerate(range(0, max(1, table.num_rows), step)):
        parquet.write_table(table.slice(start, step), folder / f"part-{place}.parquet")
    return folder


def read(session, table, folder, **how):
    return session.read.parquet(str(written(table, folder, **how)))
