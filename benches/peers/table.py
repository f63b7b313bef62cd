"""The table that every benchmark of this folder counts: seeded, written in chunks, so that size is bounded by disk only."""

import pathlib

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

CARDINALITIES = (2, 5, 7, 12, 30, 50, 100, 400, 1_000, 3_000)
COLUMNS = tuple(f"c{cardinality}" for cardinality in CARDINALITIES)
SUBJECT = "subject"

# Records that are in memory at one time, and in one row group of the Parquet file.
CHUNK = 1_000_000

SCHEMA = pa.schema([(SUBJECT, pa.int32())] + [(column, pa.int32()) for column in COLUMNS])


def chunk(seed: int, index: int, records: int, subjects: int) -> pa.RecordBatch:
    """Chunk `index`: subjects uniform, values `floor(cardinality * u**3)`, so that low values are common, high ones rare."""
    random = np.random.default_rng([seed, index])
    columns = [random.integers(0, subjects, records, dtype=np.int32)]
    columns += [(cardinality * random.random(records) ** 3).astype(np.int32) for cardinality in CARDINALITIES]
    return pa.record_batch([pa.array(column) for column in columns], schema=SCHEMA)


def chunks(seed: int, records: int, subjects: int):
    """Yields the table in chunks; the same seed and sizes give the same table."""
    for index, start in enumerate(range(0, records, CHUNK)):
        yield chunk(seed, index, min(CHUNK, records - start), subjects)


def write(folder: pathlib.Path, seed: int, records: int, subjects: int, formats=("csv", "parquet")) -> dict:
    """Writes the table once in each of `formats`; returns the paths by format. A file that is there is kept."""
    paths = {name: folder / f"table-{records}-{subjects}-{seed}.{name}" for name in formats}
    missing = {name: path for name, path in paths.items() if not path.exists()}
    if not missing:
        return paths
    partial = {name: path.with_suffix(path.suffix + ".partial") for name, path in missing.items()}
    writers = {}
    if "csv" in missing:
        writers["csv"] = pa.csv.CSVWriter(partial["csv"], SCHEMA, write_options=pa.csv.WriteOptions(quoting_style="none"))
    if "parquet" in missing:
        writers["parquet"] = pa.parquet.ParquetWriter(partial["parquet"], SCHEMA, compression="snappy")
    for batch in chunks(seed, records, subjects):
        for writer in writers.values():
            writer.write_batch(batch)
    for name, writer in writers.items():
        writer.close()
        partial[name].rename(missing[name])
    return paths
