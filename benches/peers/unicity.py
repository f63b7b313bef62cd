"""How many known points single a customer out: reidrisk and DuckDB on the same file, in one run.

Start it with benches/peers/run.sh unicity.py; docs/performance.md says how to read what it prints.

DuckDB gets what reidrisk has after coding: a table of whole numbers in memory. From there both make the distinct points
of each customer and answer draws: as many customers, drawn by chance, each known by p of its points, drawn by chance,
held against all customers. DuckDB joins the drawn points with the distinct ones and counts who matches all of them.
The two draw with generators of their own, so their shares differ by chance and must agree within it.
"""

import argparse
import json
import math
import pathlib
import tempfile
import time

import duckdb

import process


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--subjects", type=int, default=1_100_000)
    parser.add_argument("--known-points", type=int, default=5, help="1 up to this")
    parser.add_argument("--draws", type=int, default=10_000, help="reidrisk makes 10,000; fewer make DuckDB's part shorter")
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--extract", type=pathlib.Path, help="an extract that make_transactions wrote; else one is made")
    return parser.parse_args()


def reidrisk(extract: pathlib.Path, options: argparse.Namespace) -> tuple[process.Finished, dict]:
    """A whole scan, as a person would type it."""
    with tempfile.TemporaryDirectory(dir=extract.parent) as out:
        command = [process.BINARY, "scan", extract, "--subject", "account", "--point", "day+merchant"]
        command += ["--known-points", f"1..{options.known_points}", "--measures", "unicity", "--threads", options.threads]
        command += ["--quasi", "day,merchant", "--emit", "json", "--out", out, "--progress", "never", "-q"]
        finished = process.run(command, allowed=(0, 1))
        (result,) = pathlib.Path(out).glob("*/*/result.json")
        return finished, json.loads(result.read_text())


def eligible(result: dict) -> dict[int, dict]:
    curves = result["measures"]["unicity"]["value"]["curves"]
    (curve,) = [curve for curve in curves if curve["cohort"] == "eligible" and not curve.get("known_attributes")]
    return {found["known_points"]: found for found in curve["results"]}


class DuckDb:
    """The extract as whole numbers in DuckDB's memory."""

    def __init__(self, extract: pathlib.Path, threads: int):
        self.connection = duckdb.connect(config={"threads": threads})
        start = time.perf_counter()
        self.connection.execute(
            "CREATE TABLE t AS SELECT substr(account, 2)::INTEGER AS account, (day - DATE '2026-01-01')::INTEGER AS day, "
            "substr(merchant, 2)::INTEGER AS merchant FROM read_csv(?, header = true)",
            [str(extract)],
        )
        self.read_seconds = time.perf_counter() - start

    def index(self) -> float:
        """Distinct points of each customer."""
        start = time.perf_counter()
        self.connection.execute("CREATE OR REPLACE TABLE trace AS SELECT DISTINCT account, day, merchant FROM t")
        return time.perf_counter() - start

    def draw(self, known: int, draws: int, seed: int) -> None:
        """Draws customers with enough points, and points of each; not timed."""
        self.connection.execute(
            f"""CREATE OR REPLACE TABLE drawn AS
            WITH eligible AS (SELECT account FROM trace GROUP BY account HAVING count(*) >= {known}),
            sampled AS (SELECT account FROM eligible ORDER BY hash(account + {seed}), account LIMIT {draws}),
            numbered AS (SELECT account, day, merchant, row_number() OVER
                (PARTITION BY account ORDER BY hash(day * 100003 + merchant + account * 31 + {seed})) AS place
                FROM trace JOIN sampled USING (account))
            SELECT account AS draw, day, merchant FROM numbered WHERE place <= {known}"""
        )

    def match(self, known: int) -> tuple[float, float]:
        """The share of draws that nobody else matches, and the seconds it took."""
        start = time.perf_counter()
        ((share,),) = self.connection.execute(
            f"""SELECT avg((matches = 1)::INTEGER) FROM (SELECT draw, count(*) AS matches FROM
            (SELECT draw, account FROM drawn JOIN trace USING (day, merchant) GROUP BY draw, account
             HAVING count(*) = {known}) GROUP BY draw)"""
        ).fetchall()
        return share, time.perf_counter() - start


def agree(ours: float, theirs: float, draws: int) -> bool:
    """Whether two shares, one of them of so many draws, differ by no more than chance explains (four deviations)."""
    middle = min(max((ours + theirs) / 2, 1 / draws), 1 - 1 / draws)
    return abs(ours - theirs) <= 4 * math.sqrt(2 * middle * (1 - middle) / draws)


def main() -> None:
    options = arguments()
    with tempfile.TemporaryDirectory() as work:
        extract = options.extract
        if extract is None:
            extract = pathlib.Path(work) / "transactions.csv"
            generator = process.TARGET / "release/examples/make_transactions"
            process.run([generator, extract, "--subjects", options.subjects])
        print(f"{extract.stat().st_size / 2**20:.0f} MiB, {options.threads} threads, {options.draws} draws", flush=True)
        peer = DuckDb(extract, options.threads)
        print(f"  DuckDB, reading into whole numbers      {peer.read_seconds:8.2f} s", flush=True)
        ratios = []
        for repetition in range(options.repetitions):
            finished, result = reidrisk(extract, options)
            ours = process.stage_seconds(result, "measure")
            curve = eligible(result)
            theirs = peer.index()
            shares = {}
            for known in range(1, options.known_points + 1):
                peer.draw(known, options.draws, seed=repetition)
                shares[known], seconds = peer.match(known)
                theirs += seconds
            for known, share in shares.items():
                if not agree(curve[known]["share"], share, options.draws):
                    raise SystemExit(f"{known} known points: {curve[known]['share']} here, {share} by DuckDB")
            ratios.append(theirs / ours)
            print(
                f"  reidrisk, file to curve {finished.seconds:8.2f} s, peak {finished.peak_bytes / 2**20:6.0f} MiB; "
                f"index and matching {ours:6.2f} s; DuckDB, distinct points and joins {theirs:8.2f} s; "
                f"ratio {ratios[-1]:6.1f}",
                flush=True,
            )
        told = ", ".join(f"{known}: {curve[known]['share']:.4f} ({share:.4f})" for known, share in shares.items())
        print(f"  shares by known points, DuckDB's in brackets: {told}")
        ratio = sorted(ratios)[len(ratios) // 2]
        print(f"  DuckDB / reidrisk, index and matching, median {ratio:.1f}   >= 5 {'met' if ratio >= 5 else 'MISSED'}")


if __name__ == "__main__":
    main()
