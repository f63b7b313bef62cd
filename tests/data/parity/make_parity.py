"""Cuts one small extract out of the sample and writes it in several formats, with another tool than ours.

Run from the root of the repository: `python tests/data/parity/make_parity.py` (needs pyarrow).
The rule: every record with an empty cell, and of the others every 30th.
"""

import csv
import decimal
import datetime
import json
import pathlib

import pyarrow as pa
import pyarrow.parquet as pq

FOLDER = pathlib.Path(__file__).parent
SAMPLE = pathlib.Path("sample_data/purchase_cards.csv")


def selected_records():
    """Yields the chosen records with two derived columns: a boolean and a small integer."""
    with SAMPLE.open(newline="", encoding="utf-8") as file:
        for position, record in enumerate(csv.DictReader(file)):
            if position % 30 == 0 or "" in record.values():
                record["refund"] = "true" if record["amount_gbp"].startswith("-") else "false"
                record["weekday"] = str(datetime.date.fromisoformat(record["trans_date"]).isoweekday())
                yield record


def write_csv(records):
    with (FOLDER / "cards.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(records[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(records)


def write_ndjson(records):
    with (FOLDER / "cards.ndjson").open("w", encoding="utf-8") as file:
        for record in records:
            row = {name: value or None for name, value in record.items()}
            row["amount_gbp"] = float(row["amount_gbp"])
            row["weekday"] = int(row["weekday"])
            row["refund"] = row["refund"] == "true"
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def write_parquet(records, name, amount_type, amount_of):
    """Several row groups and a dictionary page each, so that codes of one group mean nothing in the next."""
    text = lambda column: pa.array([record[column] or None for record in records], pa.string())
    columns = {column: text(column) for column in records[0]}
    columns["trans_date"] = pa.array([datetime.date.fromisoformat(r["trans_date"]) for r in records], pa.date32())
    columns["amount_gbp"] = pa.array([amount_of(r["amount_gbp"]) for r in records], amount_type)
    columns["refund"] = pa.array([r["refund"] == "true" for r in records], pa.bool_())
    columns["weekday"] = pa.array([int(r["weekday"]) for r in records], pa.int8())
    pq.write_table(pa.table(columns), FOLDER / name, row_group_size=100, compression="snappy")


def main():
    records = list(selected_records())
    write_csv(records)
    write_ndjson(records)
    write_parquet(records, "cards_decimal.parquet", pa.decimal128(10, 2), decimal.Decimal)
    write_parquet(records, "cards_double.parquet", pa.float64(), float)
    print(f"{len(records)} records")


if __name__ == "__main__":
    main()
