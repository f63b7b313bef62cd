"""Speaks the protocol of the program without measuring anything: what arrives where is what its result says.

The first task of a scan names the columns and the subject; each later one is a small object of JSON.
"""

from __future__ import annotations

import itertools
import json
import struct
import sys
import zlib
from pathlib import Path

HEADER = struct.Struct("<IBI")
SUBJECT_PARTS, PARTS = 3, 7


def read(stream):
    while header := stream.read(HEADER.size):
        part, kind, length = HEADER.unpack(header)
        yield part, kind, stream.read(length)


def write(part, kind, value):
    blob = json.dumps(value).encode()
    sys.stdout.buffer.write(HEADER.pack(part, kind, len(blob)) + blob)


# The worker


def records_of(blob):
    """The subject, as a number that stands for it, and the codes of each record of a batch."""
    records, length = struct.unpack_from("<QQ", blob)
    place = 16
    subjects = list(range(records))
    if length != 2**64 - 1:
        offsets = struct.unpack_from(f"<{records + 1}q", blob, place)
        place += 8 * (records + 1)
        texts = blob[place : place + length]
        place += length
        assert offsets[0] == 0 and offsets[-1] == length
        subjects = [zlib.crc32(texts[a:b]) for a, b in itertools.pairwise(offsets)]
    width = (len(blob) - place) // 4 // max(1, records)
    codes = struct.unpack_from(f"<{records * width}I", blob, place)
    assert place + 4 * len(codes) == len(blob)
    return [[subjects[at], *codes[at::records]] for at in range(records)]


def records_step(rows):
    for _, kind, blob in rows:
        assert kind == 8
        parts = {}
        for record in records_of(blob):
            parts.setdefault(record[0] % SUBJECT_PARTS, []).append(record)
        for part, records in parts.items():
            write(part, 9, records)


def subjects_step(rows):
    for part, records in by_part(rows, {9}):
        write(part, 10, [len(records), len({record[0] for record in records})])


def route_step(rows):
    for part, records in by_part(rows, {9}):
        write(part, 1, records)
        for lead in range(SUBJECT_PARTS, PARTS):
            there = [record for record in records if record[1] % (PARTS - SUBJECT_PARTS) == lead - SUBJECT_PARTS]
            if there:
                write(lead, 1, there)


def cells_step(rows):
    for _, records in by_part(rows, {1}):
        write(0, 2, [len(records)])


def merge_step(rows):
    for part, counts in by_part(rows, {2}):
        write(part, 2, [sum(counts)])
        write(part, 3, [sum(counts)])


def classes_step(rows):
    for part, records in by_part(rows, {1}):
        assert part >= SUBJECT_PARTS
        for target in range(SUBJECT_PARTS):
            write(target, 4, [len([record for record in records if record[0] % SUBJECT_PARTS == target])])
        write(part, 5, [len(records)])


def finish_step(rows):
    rows = list(rows)
    sums = [json.loads(blob)[0] for _, kind, blob in rows if kind == 2]
    minima = {}
    for part, kind, blob in rows:
        if kind == 4:
            minima[part] = minima.get(part, 0) + json.loads(blob)[0]
    for part, records in by_part((row for row in rows if row[1] == 1), {1}):
        write(part, 10, {"records": len(records), "minima": minima.get(part, 0), "sums": sums})


def by_part(rows, kinds):
    """The values of each part, whose rows must be neighbours."""
    done, part, held = set(), None, []
    for of, kind, blob in rows:
        assert kind in kinds, kind
        if of != part:
            assert of not in done, "the rows of a part are neighbours"
            if part is not None:
                yield part, held
            done.add(of)
            part, held = of, []
        held += json.loads(blob)
    if part is not None:
        yield part, held


STEPS = {
    "records": [records_step],
    "subjects": [subjects_step],
    "route": [route_step],
    "count": [None, cells_step, merge_step, classes_step, finish_step],
}


def worker():
    rows = read(sys.stdin.buffer)
    step, kind, task = next(rows)
    assert kind == 250
    if task == b"fail":
        print("error: the task is of another version\nhint: install the same version everywhere", file=sys.stderr)
        sys.exit(3)
    STEPS[task.decode()][step](rows)


# The driver


def flag(name):
    return next((argument.partition("=")[2] for argument in sys.argv if argument.startswith(f"--{name}=")), None)


def cluster():
    state = Path(flag("state"))
    values = Path(sys.argv[-1])
    assert state.stat().st_mode & 0o077 == 0
    columns, subject = flag("quasi").split(","), flag("subject")
    if not values.exists():
        return {"next": "values", "columns": columns, "subject": subject}
    counts = json.loads((state / "counts.json").read_text())
    if not (state / "subjects.rows").exists():
        for place, column in enumerate(counts["columns"]):
            codes = range(len(column["counts"]))
            (state / f"codes-{place}.u32").write_bytes(struct.pack(f"<{len(codes)}I", *codes))
        for task in STEPS:
            (state / f"{task}.task").write_text("fail" if flag("k") == "77" else task)
        names = [f"codes-{place}.u32" for place in range(len(columns))]
        tasks = {"task": "records.task", "count_task": "subjects.task"}
        return {"next": "subjects", "codes": names, **tasks, "parts": SUBJECT_PARTS, "columns": columns, "subject": subject}
    if not (state / "answers-0.rows").exists():
        tasks = {"route_task": "route.task", "task": "count.task", "parts": PARTS, "subject_parts": SUBJECT_PARTS}
        return {"next": "count", "round": 0, **tasks, "cells": flag("k") != "5", "subjects": flag("k") != "6"}
    result = {"counts": counts, "values": values.name}
    for name in ("subjects", "answers-0"):
        with open(state / f"{name}.rows", "rb") as file:
            result[name] = [(part, kind, json.loads(blob)) for part, kind, blob in read(file)]
    (state / "result.json").write_text(json.dumps(result))
    return {"next": "done"}


if __name__ == "__main__":
    if sys.argv[1] == "worker":
        worker()
    elif sys.argv[1] == "cluster":
        print(json.dumps(cluster()))
