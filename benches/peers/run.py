"""reidrisk, DuckDB and polars side by side: the same table, the same question, interleaved in one run.

Start it with benches/peers/run.sh; docs/performance.md says how to read what it prints.
"""

import argparse
import json
import os
import pathlib
import statistics
import tempfile


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--records", type=int, default=10_000_000)
    parser.add_argument("--subjects", type=int, default=1_000_000)
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--sample", default="2,6,12", help="sets timed with the peers, by size; 10,45,120 is all of them")
    parser.add_argument("--seed", type=int, default=20261121, help="of the table and of the sample of sets")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--parts", default="counting,process", help="counting, process or both")
    parser.add_argument("--work", type=pathlib.Path, help="folder for the table; a temporary one when absent")
    parser.add_argument("--json", type=pathlib.Path, help="also write every figure to this file")
    return parser.parse_args()


OPTIONS = arguments()
# polars reads this once, when it is imported.
os.environ["POLARS_MAX_THREADS"] = str(OPTIONS.threads)

import peers  # noqa: E402
import process  # noqa: E402
import sets  # noqa: E402
import table  # noqa: E402

MAX_SET = 3
PROCESS_COLUMNS = ("c50", "c400")
FIGURES = {}


def spread(values: list[float]) -> str:
    """Median and range."""
    return f"{statistics.median(values):9.3f} s  [{min(values):.3f} .. {max(values):.3f}]"


def show(name: str, values: list[float], note: str = "") -> None:
    FIGURES[name] = values
    print(f"  {name:<50} {spread(values)}  {note}", flush=True)


def show_ratio(name: str, value: float, target: float, at_least: bool) -> None:
    holds = value >= target if at_least else value <= target
    FIGURES[name] = value
    print(f"  {name:<62} {value:8.2f}   {'>=' if at_least else '<='} {target:<6} {'met' if holds else 'MISSED'}", flush=True)


def ratio(dividend: str, divisor: str) -> float:
    return statistics.median(FIGURES[dividend]) / statistics.median(FIGURES[divisor])


def sampled_sets() -> list[tuple[str, ...]]:
    counts = [int(count) for count in OPTIONS.sample.split(",")]
    return [columns for size, count in enumerate(counts, 1) for columns in sets.sample(size, count, OPTIONS.seed)]


def time_peer(peer, chosen, distinct_subjects: bool, histograms: dict) -> float:
    """Seconds for all sets, estimated from the chosen ones; keeps each histogram for the check of equality."""
    import time

    seconds = {}
    for columns in chosen:
        start = time.perf_counter()
        histogram = peer.histogram(columns, distinct_subjects)
        seconds[columns] = time.perf_counter() - start
        histograms[peer.name, columns, distinct_subjects] = histogram
    return sets.estimate_total(seconds)


def time_counting(parquet: pathlib.Path, chosen) -> dict:
    """Interleaves the harness with the peers, so that a slow minute of the machine hurts all alike."""
    duck, polars = peers.DuckDb(parquet, OPTIONS.threads), peers.Polars(parquet, OPTIONS.threads)
    histograms, harness, times = {}, [], {}
    for repetition in range(OPTIONS.repetitions):
        for peer in (duck, polars):
            harness.append(process.count_sets(parquet, OPTIONS.threads, MAX_SET))
            for distinct_subjects in (True, False):
                seconds = time_peer(peer, chosen, distinct_subjects, histograms)
                times.setdefault((peer.name, distinct_subjects), []).append(seconds)
        print(f"  repetition {repetition + 1} of {OPTIONS.repetitions} done", flush=True)
    show("reidrisk, read and code Parquet", [run["read_seconds"] for run in harness])
    show("reidrisk, distinct subjects, histograms", [run["histogram_seconds"] for run in harness], f"{harness[0]['sets']} sets")
    show("reidrisk, distinct subjects, every field", [run["full_seconds"] for run in harness])
    show("reidrisk, records, histograms", [run["record_level_seconds"] for run in harness])
    for peer in (duck, polars):
        show(f"{peer.name}, read Parquet into memory", [peer.read_seconds])
        show(f"{peer.name}, distinct subjects, scaled to all sets", times[peer.name, True])
        show(f"{peer.name}, records, scaled to all sets", times[peer.name, False])
    FIGURES["harness peak memory, bytes"] = max(run["peak_memory_bytes"] for run in harness)
    return histograms


def class_sizes(result: dict) -> dict:
    """Classes by size of every set of a scan."""
    found = result["measures"]["uniqueness"]["value"]["sets"]
    return {
        tuple(entry["columns"]): {row["size"]: row["classes"] for row in entry["class_sizes"]} for entry in found
    }


def check_equality(parquet: pathlib.Path, histograms: dict) -> None:
    """Every histogram of a peer must be the one in `result.json`; ends the run where one is not."""
    for distinct_subjects in (True, False):
        subject = table.SUBJECT if distinct_subjects else None
        finished, result = process.scan(parquet, table.COLUMNS, MAX_SET, OPTIONS.threads, subject)
        ours = class_sizes(result)
        for (peer, columns, kind), histogram in histograms.items():
            if kind == distinct_subjects and ours[columns] != histogram:
                raise SystemExit(f"{peer} and reidrisk differ on {columns}, distinct subjects: {distinct_subjects}")
        reading = "distinct subjects" if distinct_subjects else "records"
        compared = sum(kind == distinct_subjects for _, _, kind in histograms)
        print(f"  {reading}: {compared} histograms of the peers equal those of the scan", flush=True)
        show(f"whole scan from Parquet, {reading}", [finished.seconds], f"peak {finished.peak_bytes / 2**20:.0f} MiB")
        FIGURES[f"scan from Parquet, {reading}, peak MiB"] = finished.peak_bytes / 2**20


def default_scans(parquet: pathlib.Path) -> None:
    """Scans of every measure that applies, in turn with the histograms that they are held against."""
    name, histograms = "whole default scan from Parquet", "histograms beside the default scan"
    scans, harness, peak, stages = [], [], 0, {}
    for _ in range(OPTIONS.repetitions):
        harness.append(process.count_sets(parquet, OPTIONS.threads, MAX_SET)["histogram_seconds"])
        finished, result = process.scan(parquet, table.COLUMNS, MAX_SET, OPTIONS.threads, table.SUBJECT, measures=None)
        scans.append(finished.seconds)
        peak = max(peak, finished.peak_bytes)
        stages = {stage["stage"]: process.stage_seconds(result, stage["stage"]) for stage in result["run"]["stages"]}
    show(histograms, harness)
    shapley = result["measures"]["uniqueness"]["value"]["shapley_method"]["method"]
    show(name, scans, f"peak {peak / 2**20:.0f} MiB, Shapley values {shapley}")
    print("    " + ", ".join(f"{stage} {seconds:.2f}" for stage, seconds in stages.items()))
    FIGURES["default scan, peak MiB"] = peak / 2**20


def counting(parquet: pathlib.Path) -> None:
    chosen = sampled_sets()
    print(f"\nCounting in memory, {OPTIONS.threads} threads; peers on {len(chosen)} of 175 sets", flush=True)
    histograms = time_counting(parquet, chosen)
    check_equality(parquet, histograms)
    default_scans(parquet)
    ours, full = "reidrisk, distinct subjects, histograms", "reidrisk, distinct subjects, every field"
    print("\n  Targets")
    for peer, distinct_target, record_target in (("DuckDB", 90, 25), ("polars", 90, 5)):
        show_ratio(f"{peer} / reidrisk, distinct subjects", ratio(f"{peer}, distinct subjects, scaled to all sets", ours), distinct_target, True)
        show_ratio(f"{peer} / reidrisk, records", ratio(f"{peer}, records, scaled to all sets", "reidrisk, records, histograms"), record_target, True)
    show_ratio("every field / histograms", ratio(full, ours), 2, False)
    show_ratio("whole default scan / histograms", ratio("whole default scan from Parquet", "histograms beside the default scan"), 3, False)
    show_ratio("peak memory of the default scan, MiB", FIGURES["default scan, peak MiB"], 1024, False)
    show_ratio("peak memory of the scan from Parquet, MiB", FIGURES["scan from Parquet, distinct subjects, peak MiB"], 1024, False)


def peer_process(task: str, csv: pathlib.Path, columns=()) -> tuple[float, process.Finished]:
    """Seconds inside a fresh Python process after the import, and the process as a whole."""
    import sys

    script = pathlib.Path(__file__).with_name("whole_process.py")
    environment = {"POLARS_MAX_THREADS": str(OPTIONS.threads)}
    finished = process.run([sys.executable, script, task, csv, OPTIONS.threads, *columns], environment=environment)
    return float(finished.stdout), finished


def whole_process(csv: pathlib.Path) -> None:
    print(f"\nWhole process from CSV ({csv.stat().st_size / 2**20:.0f} MiB), {OPTIONS.threads} threads", flush=True)
    columns = {"one set": PROCESS_COLUMNS, "all columns": table.COLUMNS}
    scans, peaks, reads = {}, {}, {}
    duck, duck_wall, polars = [], [], []
    for _ in range(OPTIONS.repetitions):
        for name, quasi_identifiers in columns.items():
            finished, result = process.scan(csv, quasi_identifiers, 1, OPTIONS.threads, table.SUBJECT)
            scans.setdefault(name, []).append(finished.seconds)
            peaks[name] = max(peaks.get(name, 0), finished.peak_bytes)
            reads.setdefault(name, []).append(process.stage_seconds(result, "read"))
        seconds, finished = peer_process("duckdb-count", csv, PROCESS_COLUMNS)
        duck.append(seconds)
        duck_wall.append(finished.seconds)
        peaks["DuckDB"] = max(peaks.get("DuckDB", 0), finished.peak_bytes)
        seconds, finished = peer_process("polars-read", csv)
        polars.append(seconds)
        peaks["polars"] = max(peaks.get("polars", 0), finished.peak_bytes)
    memory = {name: f"peak {value / 2**20:.0f} MiB" for name, value in peaks.items()}
    show("reidrisk scan, set c50 + c400 and its two singles", scans["one set"], memory["one set"])
    show("reidrisk scan, of which reading three columns", reads["one set"])
    show("reidrisk scan, ten columns, reading stage", reads["all columns"], memory["all columns"])
    show("DuckDB read_csv + GROUP BY + histogram", duck, memory["DuckDB"])
    show("DuckDB, with the start of Python", duck_wall)
    show("polars read_csv, every column", polars, memory["polars"])
    FIGURES["process peaks, MiB"] = {name: value / 2**20 for name, value in peaks.items()}
    print("\n  Targets")
    one = "reidrisk scan, set c50 + c400 and its two singles"
    show_ratio("scan / DuckDB (without the start of Python)", ratio(one, "DuckDB read_csv + GROUP BY + histogram"), 1.3, False)
    show_ratio("reading and coding ten columns / polars reading", ratio("reidrisk scan, ten columns, reading stage", "polars read_csv, every column"), 2.5, False)


def main() -> None:
    process.require_build()
    with tempfile.TemporaryDirectory(prefix="reidrisk-peers-") as temporary:
        work = OPTIONS.work or pathlib.Path(temporary)
        work.mkdir(parents=True, exist_ok=True)
        print(f"{OPTIONS.records:,} records, {OPTIONS.subjects:,} subjects, seed {OPTIONS.seed}", flush=True)
        paths = table.write(work, OPTIONS.seed, OPTIONS.records, OPTIONS.subjects)
        parts = OPTIONS.parts.split(",")
        if "counting" in parts:
            counting(paths["parquet"])
        if "process" in parts:
            whole_process(paths["csv"])
    if OPTIONS.json:
        OPTIONS.json.write_text(json.dumps({"options": vars(OPTIONS), "figures": FIGURES}, indent=1, default=str))


if __name__ == "__main__":
    main()
