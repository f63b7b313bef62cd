"""The package: its settings are the flags of its program, the command is on the path, and its examples hold."""

from __future__ import annotations

import doctest
import importlib
import os
import pkgutil
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
import reidrisk
from conftest import REPOSITORY
from reidrisk._settings import VALUES, Settings


def test_the_settings_are_the_flags_of_the_program():
    """What the wheel holds belongs together; `tests/documents` compares every word of the file with the help."""
    told = subprocess.run([reidrisk.find_program(), "scan", "--help"], capture_output=True, check=True, text=True)
    flags = set(re.findall(r"^ {2,6}(?:-\w, )?--([a-z0-9-]+)", told.stdout, re.MULTILINE))
    settings = {name.replace("_", "-") for name in VALUES}
    assert len(settings) > 60
    assert settings <= flags
    assert set(Settings.__annotations__) == set(VALUES)
    own = {"config", "emit", "out", "released", "waivers"}
    assert flags - settings - own == {"color", "exit-zero", "format", "help", "progress", "quiet", "verbose"}


def test_the_command_is_that_of_the_package():
    for command in ([reidrisk.find_program()], [sys.executable, "-m", "reidrisk"]):
        told = subprocess.run([*command, "--version"], capture_output=True, check=True)
        assert told.stdout.decode().strip() == f"reidrisk {version('reidrisk')}"
    ended = subprocess.run([sys.executable, "-m", "reidrisk", "scan", "none.csv"], capture_output=True, check=False)
    assert ended.returncode == 3


def modules():
    return [
        "reidrisk",
        *(f"reidrisk.{module.name}" for module in pkgutil.iter_modules(reidrisk.__path__) if module.name != "__main__"),
    ]


@pytest.mark.parametrize("name", modules())
def test_the_examples_of_docstrings_hold(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_examples_are_there_at_all():
    finder = doctest.DocTestFinder()
    found = [test for name in modules() for test in finder.find(importlib.import_module(name)) if test.examples]
    assert len(found) >= 6


def test_the_module_needs_nothing_beside_python():
    code = "import sys; before = set(sys.modules); import reidrisk; print(*{n.partition('.')[0] for n in set(sys.modules) - before})"
    told = subprocess.run(
        [
            sys.executable,
            "-S",
            "-c",
            f"sys_path = {str(Path(reidrisk.__file__).parents[1])!r}; import sys; sys.path.append(sys_path); {code}",
        ],
        capture_output=True,
        check=True,
        text=True,
    )
    foreign = set(told.stdout.split()) - set(sys.stdlib_module_names) - {"reidrisk"}
    # What Python was built with is a module of its own that sysconfig reads.
    assert {name for name in foreign if not name.startswith("_sysconfigdata")} == set()


def test_the_types_are_part_of_the_package():
    assert Path(reidrisk.__file__).with_name("py.typed").is_file()


def test_the_package_passes_a_strict_type_check():
    mypy = pytest.importorskip("mypy.api")
    told, _, code = mypy.run(
        ["--strict", "--ignore-missing-imports", "--cache-dir", os.devnull, str(REPOSITORY / "python" / "reidrisk")]
    )
    assert code == 0, told


def commands_of(page):
    """The Python blocks of a page, one script."""
    text = (REPOSITORY / "docs" / page).read_text(encoding="utf-8")
    return [block.partition("```")[0] for block in text.split("```python\n")[1:]]


def test_the_blocks_of_the_documentation_run(bank, monkeypatch):
    monkeypatch.chdir(bank.parent)
    blocks = commands_of("python.md")
    assert len(blocks) >= 5
    names: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, "docs/python.md", "exec"), names)  # noqa: S102
