"""The notebook of the examples runs from its first cell to its last, and shows the report and a chart."""

from __future__ import annotations

import nbclient
import nbformat
from conftest import REPOSITORY


def test_the_notebook_runs():
    place = REPOSITORY / "examples" / "first_scan.ipynb"
    notebook = nbformat.read(place, as_version=4)
    assert all(cell.outputs == [] and cell.execution_count is None for cell in notebook.cells if cell.cell_type == "code")
    nbclient.NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(place.parent)}}).execute()
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    shown = [output.data for output in outputs if output.output_type in ("execute_result", "display_data")]
    assert any(data["text/plain"] == "('fail', False)" for data in shown)
    assert any('<iframe title="Report of reidrisk" sandbox=""' in data.get("text/html", "") for data in shown)
    assert any("image/png" in data for data in shown)
