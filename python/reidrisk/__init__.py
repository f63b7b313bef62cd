"""Measures the re-identification risk of a dataset before it is shared.

>>> import reidrisk
>>> result = reidrisk.scan(frame, subject="customer", quasi=["birth_year", "district"])  # doctest: +SKIP
>>> result.passed  # doctest: +SKIP
False

The compiled program is part of this package; it runs on this machine and opens no connection. A verdict is a value, never
an exception: whatever is wrong with the data is in the :class:`Result`. What is wrong with the call raises a
:class:`ReidriskError`.
"""

from ._errors import (
    ConversionError,
    IncompleteError,
    InputOutputError,
    InternalError,
    ReidriskError,
    UsageError,
)
from ._program import find_program
from ._result import Figure, Finding, Plot, Result, Verdict
from ._verbs import Advice, Comparison, Release, Verification, advise, compare, release, scan, verify

__all__ = [
    "Advice",
    "Comparison",
    "ConversionError",
    "Figure",
    "Finding",
    "IncompleteError",
    "InputOutputError",
    "InternalError",
    "Plot",
    "Release",
    "ReidriskError",
    "Result",
    "UsageError",
    "Verdict",
    "Verification",
    "advise",
    "compare",
    "find_program",
    "release",
    "scan",
    "verify",
]
