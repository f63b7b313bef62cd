"""Times a scan of a large frame against the same from Parquet, and tells the memory of both sides. Not part of the tests.

python tests/python/large_frame.py [RECORDS]
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy
import polars
import reidrisk

ROLES = dict(
    subject="customer",
    quasi=["birth_year", "district", "segment", "booked_on", "amount", "merchant"],
    sensitive="balance",
    ignore=["reference", "channel"],
    measures=["identifiers", "uniqueness", "unicity"],
    max_set=2,
)


def made(records: int) -> polars.DataFrame:
    """Card transactions: fifty a customer, columns of every type, one long text."""
    random = numpy.random.default_rng(1)
    customer = random.integers(0, records // 50, records)
    return polars.DataFrame(
        {
            "customer": customer,
            "birth_year": (1935 + customer * 7919 % 70).astype("int16"),
            "district": polars.Series(customer * 104729 % 400).cast(polars.String).str.zfill(3) + " district of the town",
            "segment": polars.Series(customer % 5).replace_strict(
                dict(enumerate(["basic", "plus", "gold", "youth", "business"]))
            ),
            "booked_on": polars.Series(random.integers(20_400, 20_765, records).astype("int32")).cast(polars.Date),
            "amount": (random.gamma(2.0, 20.0, records)).round(2),
            "merchant": "merchant " + polars.Series(random.zipf(1.3, records) % 50_000).cast(polars.String),
            "balance": random.normal(2_000.0, 900.0, records).round(2),
            "reference": polars.Series(random.integers(10**14, 10**15, records)).cast(polars.String),
            "channel": polars.Series(random.integers(0, 3, records)).replace_strict({0: "chip", 1: "online", 2: "contactless"}),
        }
    )


def mebibytes(size: float) -> str:
    return f"{size / 2**20:,.0f} MiB"


def high_water() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def main() -> None:
    records = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
    frame = made(records)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "transactions.parquet")
        frame.write_parquet(path)
        size = path.stat().st_size
        print(f"{records:,} records, frame {mebibytes(frame.estimated_size())}, Parquet {mebibytes(size)}")
        before = high_water()
        seconds: dict[str, list[float]] = {"Parquet": [], "frame": []}
        results = {}
        for _ in range(3):
            for name, data in (("Parquet", path), ("frame", frame)):
                began = time.perf_counter()
                results[name] = reidrisk.scan(data, **ROLES)
                seconds[name].append(time.perf_counter() - began)
        for name, result in results.items():
            peak = result.data["run"]["peak_memory_bytes"]
            print(
                f"{name:8} {min(seconds[name]):6.2f} s (of {', '.join(f'{took:.2f}' for took in seconds[name])}), program {mebibytes(peak)}"
            )
        print(f"ratio    {min(seconds['frame']) / min(seconds['Parquet']):6.2f}")
        print(f"Python   {mebibytes(before)} before, {mebibytes(high_water())} at most")
        assert results["frame"].data["measures"] == results["Parquet"].data["measures"], "other figures"


if __name__ == "__main__":
    main()
