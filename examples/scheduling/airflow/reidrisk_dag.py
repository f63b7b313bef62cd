"""Scan each extract every night, and upload it only where the verdict of these bytes is PASS.

One task a dataset: a task that fails is the dataset that failed. Exit codes 3 (could not be read) and 4 (cut off by a
limit) may be gone on another attempt; 1 (FAIL or REVIEW), 2 (configuration) and 70 (bug) are not, and are not retried.
"""

from __future__ import annotations

import json
import subprocess
from datetime import timedelta
from pathlib import Path

import pendulum

try:
    from airflow.sdk import dag, task
    from airflow.sdk.exceptions import AirflowException, AirflowFailException
except ImportError:  # Airflow 2
    from airflow.decorators import dag, task
    from airflow.exceptions import AirflowException, AirflowFailException

CONFIGURATIONS = {
    "cards": "/etc/reidrisk/cards/reidrisk.toml",
    "accounts": "/etc/reidrisk/accounts/reidrisk.toml",
}
REPORTS = "/srv/reports"
RETRIED = {3, 4}


def scan_once(configuration: str, reports: str, program: str = "reidrisk") -> dict:
    """The line of one dataset, or an exception that says whether another attempt may help."""
    command = [program, "nightly", configuration, "--out", reports, "--format", "json"]
    ended = subprocess.run(command, stdout=subprocess.PIPE, check=False)
    if ended.returncode in RETRIED:
        raise AirflowException(f"not measured (exit code {ended.returncode}); trying again")
    if ended.returncode != 0:
        raise AirflowFailException(f"exit code {ended.returncode}; see the report below {reports}")
    (dataset,) = json.loads(ended.stdout)["datasets"]
    if dataset["verdict"] != "pass":
        # With `allow_review` a REVIEW ends with 0 as well; it is no PASS.
        raise AirflowFailException(f"the verdict is {dataset['verdict']}")
    return dataset


def result_of(dataset: dict, reports: str) -> Path:
    """The result of a dataset: its own, or that of the earlier run where nothing had changed since."""
    folder = Path(reports) / dataset["folder"]
    return folder.with_name(dataset.get("same_as") or folder.name) / "result.json"


@dag(
    dag_id="reidrisk_nightly",
    schedule="0 2 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz="Europe/Berlin"),
    catchup=False,
    max_active_runs=1,
    tags=["data-protection"],
)
def reidrisk_nightly():
    """A scan of each dataset, and behind it the upload that waits for its PASS."""

    @task(retries=2, retry_delay=timedelta(minutes=15), execution_timeout=timedelta(hours=3))
    def scan(configuration: str) -> dict:
        return scan_once(configuration, REPORTS)

    @task
    def upload(dataset: dict) -> None:
        result = result_of(dataset, REPORTS)
        print(f"{dataset['dataset']}: PASS, {result}; send the files whose SHA-256 it names")

    for name, configuration in CONFIGURATIONS.items():
        scanned = scan.override(task_id=f"scan_{name}")(configuration)
        upload.override(task_id=f"upload_{name}")(scanned)


reidrisk_nightly()
