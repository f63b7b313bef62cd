"""What a scan costs whose columns and classes do not fit in memory, beside the same scan in memory: the same file, one after the other.

Start it with `benches/peers/run.sh beyond_memory.py --millions 30 --limits 256MiB,1GiB`. A result that differs ends it.
"""

import argparse
import pathlib
import tempfile

import process

import table

FILES_TARGET = 2.5
PEAK_TARGET = 1.15
UNITS = {"MiB": 2**20, "GiB": 2**30}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--millions", type=int, default=30, help="size, in millions of records")
    parser.add_argument("--limits", default="256MiB,1GiB", help="values of --memory")
    parser.add_argument("--seed", type=int, default=20261121)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--work", type=pathlib.Path, help="folder for the table and the files; a temporary one when absent")
    return parser.parse_args()


def measure(options: argparse.Namespace, path: pathlib.Path, limit: str | None) -> tuple[process.Finished, dict]:
    """One scan of the table, in memory without a limit."""
    more = ("--memory", limit, "--spill", str(path.parent / "spill")) if limit else ()
    finished, result = process.scan(path, table.COLUMNS, 3, options.threads, table.SUBJECT, more=more)
    stages = ", ".join(f"{stage['stage']} {stage['elapsed_ms'] / 1000:.1f}" for stage in result["run"]["stages"])
    print(f"{limit or 'memory':>8} {finished.seconds:>8.1f} s {finished.peak_bytes / 2**20:>8.0f} MiB   {stages}", flush=True)
    return finished, {part: result[part] for part in ("measures", "findings", "verdict")}


def main() -> None:
    options = arguments()
    process.require_build()
    with tempfile.TemporaryDirectory(dir=options.work) as folder:
        records = options.millions * 1_000_000
        path = table.write(pathlib.Path(folder), options.seed, records, records // 10, formats=("parquet",))["parquet"]
        print(f"{records:,} records, sets of up to 3 of 10 columns, {options.threads} threads, from Parquet")
        whole, expected = measure(options, path, None)
        for limit in options.limits.split(","):
            finished, found = measure(options, path, limit)
            if found != expected:
                raise SystemExit("another result than in memory")
            ratio, peak = finished.seconds / whole.seconds, finished.peak_bytes / (int(limit[:-3]) * UNITS[limit[-3:]])
            print(
                f"{limit:>8}: {ratio:.2f} times the time in memory ({'met' if ratio <= FILES_TARGET else 'MISSED'}), "
                f"peak {peak:.2f} times the limit ({'met' if peak <= PEAK_TARGET else 'MISSED'}), the same result",
                flush=True,
            )


if __name__ == "__main__":
    main()
