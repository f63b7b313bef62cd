"""Imports the DAG of the examples as Airflow does, and runs the function of its tasks against the program."""

import stat
import sys
import tempfile
from pathlib import Path

folder, program, configuration = sys.argv[1:]
try:
    from airflow.dag_processing.dagbag import DagBag
except ImportError:
    from airflow.models import DagBag

# Examples of Airflow itself are off in the environment; version 3 has no argument for it.
bag = DagBag(dag_folder=folder)
assert not bag.import_errors, bag.import_errors
dag = bag.dags["reidrisk_nightly"]
tasks = {task.task_id: task for task in dag.tasks}
assert sorted(tasks) == ["scan_accounts", "scan_cards", "upload_accounts", "upload_cards"], sorted(tasks)
for name in ("cards", "accounts"):
    assert tasks[f"scan_{name}"].downstream_task_ids == {f"upload_{name}"}
    assert tasks[f"scan_{name}"].retries == 2 and tasks[f"upload_{name}"].retries == 0
assert dag.max_active_runs == 1 and not dag.catchup

sys.path.insert(0, folder)
import reidrisk_dag  # noqa: E402

AirflowException, AirflowFailException = reidrisk_dag.AirflowException, reidrisk_dag.AirflowFailException

with tempfile.TemporaryDirectory() as out:
    dataset = reidrisk_dag.scan_once(configuration, out, program)
    assert dataset["verdict"] == "pass" and reidrisk_dag.result_of(dataset, out).exists(), dataset
    again = reidrisk_dag.scan_once(configuration, out, program)
    assert again["same_as"] and reidrisk_dag.result_of(again, out) == reidrisk_dag.result_of(dataset, out), again

    def ended(code: int, words: str = "") -> type[Exception] | None:
        """What comes of a program that ends with this code."""
        script = Path(out) / f"ends_with_{code}"
        script.write_text(f"#!/bin/sh\nprintf '%s' '{words}'\nexit {code}\n")
        script.chmod(script.stat().st_mode | stat.S_IXUSR)
        try:
            reidrisk_dag.scan_once(configuration, out, str(script))
        except Exception as error:
            return type(error)
        return None

    for code in (3, 4):
        assert ended(code) is AirflowException, code
    for code in (1, 2, 70):
        assert ended(code) is AirflowFailException, code
    review = '{"datasets":[{"dataset":"x","verdict":"review"}]}'
    assert ended(0, review) is AirflowFailException, "a REVIEW that ends with 0 is no PASS"
