"""One peer, one file, one question, in a process of its own: started by run.py, prints the seconds inside it."""

import sys
import time


def duckdb_count(path: str, threads: int, columns: list[str]) -> None:
    """Reads the CSV file, groups by the columns, makes the histogram."""
    import duckdb

    connection = duckdb.connect(config={"threads": threads})
    classes = f"SELECT count(DISTINCT subject) d FROM read_csv(?) GROUP BY {', '.join(columns)}"
    connection.execute(f"SELECT d, count(*) FROM ({classes}) GROUP BY d", [path]).fetchall()


def polars_read(path: str, threads: int, columns: list[str]) -> None:
    """Reads the CSV file, all columns, and does nothing with it."""
    import polars

    if polars.thread_pool_size() != threads:
        raise SystemExit(f"polars has {polars.thread_pool_size()} threads, {threads} are wanted")
    polars.read_csv(path)


def main() -> None:
    task, path, threads, *columns = sys.argv[1:]
    function = {"duckdb-count": duckdb_count, "polars-read": polars_read}[task]
    # The import is the price of Python, not of the peer.
    __import__(task.split("-")[0])
    start = time.perf_counter()
    function(path, int(threads), columns)
    print(time.perf_counter() - start)


if __name__ == "__main__":
    main()
