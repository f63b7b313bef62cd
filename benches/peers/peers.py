"""The same question asked of DuckDB and of polars: how many classes hold how many distinct subjects (or records)."""

import pathlib
import time

import duckdb
import polars

from table import SUBJECT


class DuckDb:
    """A table in DuckDB's memory."""

    name = "DuckDB"

    def __init__(self, parquet: pathlib.Path, threads: int):
        self.connection = duckdb.connect(config={"threads": threads})
        start = time.perf_counter()
        self.connection.execute("CREATE TABLE t AS SELECT * FROM read_parquet(?)", [str(parquet)])
        self.read_seconds = time.perf_counter() - start

    def histogram(self, columns: tuple[str, ...], distinct_subjects: bool) -> dict[int, int]:
        """Classes by size on one set."""
        size = f"count(DISTINCT {SUBJECT})" if distinct_subjects else "count(*)"
        query = f"SELECT d, count(*) FROM (SELECT {size} d FROM t GROUP BY {', '.join(columns)}) GROUP BY d"
        return dict(self.connection.execute(query).fetchall())


class Polars:
    """A data frame in polars' memory. Threads are set by POLARS_MAX_THREADS before the import."""

    name = "polars"

    def __init__(self, parquet: pathlib.Path, threads: int):
        if polars.thread_pool_size() != threads:
            raise SystemExit(f"polars has {polars.thread_pool_size()} threads, {threads} are wanted")
        start = time.perf_counter()
        self.frame = polars.read_parquet(parquet).rechunk()
        self.read_seconds = time.perf_counter() - start

    def histogram(self, columns: tuple[str, ...], distinct_subjects: bool) -> dict[int, int]:
        """Classes by size on one set."""
        size = polars.col(SUBJECT).n_unique() if distinct_subjects else polars.len()
        classes = self.frame.group_by(columns).agg(size.alias("size"))
        return dict(classes.group_by("size").agg(polars.len().alias("classes")).iter_rows())
