"""Data that every test shares: a table of people with a canary in each cell that is text."""

from __future__ import annotations

import datetime
import shutil
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
CANARY = "Zsófiacanary"


@pytest.fixture
def people() -> dict[str, list[object]]:
    """Columns of several types; the first person alone has this town."""
    count = 60
    return {
        "customer": [f"{CANARY}-c{row % 20}" for row in range(count)],
        "birth_year": [1950 + row % 20 for row in range(count)],
        "town": [f"{CANARY}-{'Eger' if row % 20 == 0 else 'Pécs'}" for row in range(count)],
        "booked_on": [datetime.date(2026, 1, 1) + datetime.timedelta(days=row) for row in range(count)],
        "amount": [None if row == 7 else row * 1.25 for row in range(count)],
        "member": [row % 2 == 0 for row in range(count)],
    }


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    """The bank sample in a folder of its own, so that nothing is written into the repository."""
    for name in ("bank_extract", "bank_coarsened", "bank_customers"):
        shutil.copytree(REPOSITORY / "sample_data" / name, tmp_path / "sample_data" / name)
    return tmp_path / "sample_data"
