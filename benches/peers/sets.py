"""The column sets, and a sample of them from which the time of all is estimated."""

import itertools
import math
import random

from table import CARDINALITIES, COLUMNS

CARDINALITY = dict(zip(COLUMNS, CARDINALITIES))


def sets_of_size(size: int) -> list[tuple[str, ...]]:
    """Every set of `size` columns, columns in file order."""
    return list(itertools.combinations(COLUMNS, size))


def cells(columns: tuple[str, ...]) -> int:
    """Combinations of values that could occur; what the time of a set depends on most."""
    return math.prod(CARDINALITY[column] for column in columns)


def sample(size: int, count: int, seed: int) -> list[tuple[str, ...]]:
    """`count` sets of one size, evenly spaced along their number of cells from a seeded start.

    Small and large sets differ fifty-fold in time; a systematic sample holds both in their proportion.
    """
    ordered = sorted(sets_of_size(size), key=lambda columns: (cells(columns), columns))
    count = min(count, len(ordered))
    step = len(ordered) / count
    start = random.Random(f"{seed}/{size}").random() * step
    return [ordered[int(start + index * step)] for index in range(count)]


def estimate_total(seconds: dict[tuple[str, ...], float]) -> float:
    """Seconds for all sets of the sizes that occur, from the mean of each size."""
    total = 0.0
    for size in sorted({len(columns) for columns in seconds}):
        measured = [value for columns, value in seconds.items() if len(columns) == size]
        total += sum(measured) / len(measured) * len(sets_of_size(size))
    return total
