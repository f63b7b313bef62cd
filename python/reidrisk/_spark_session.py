"""What every use of a session of Spark needs: functions that travel, and errors without a cell."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from typing import Any, TypeVar

from . import _spark_blobs, _spark_tasks, _spark_worker
from ._errors import OF_EXIT_CODE, InputOutputError, ReidriskError, raise_for

T = TypeVar("T")


def send_functions_by_value() -> None:
    from pyspark import cloudpickle

    for module in (_spark_blobs, _spark_tasks, _spark_worker):
        cloudpickle.register_pickle_by_value(module)


def type_name(kind: Any) -> str:
    return str(kind.typeName()).partition("(")[0]


_FAILURE = re.compile(r"reidrisk-failure\((-?\d+)\)<<<(.*?)>>>", re.DOTALL)


def ran(job: Callable[[], T]) -> T:
    """What `job` gives. An error of Spark becomes one of this package: its own message might quote a cell."""
    try:
        return job()
    except ReidriskError:
        raise
    except Exception as error:  # noqa: BLE001  Sessions differ in what they raise.
        told, kind = str(error), kind_of(error)
    # Raised here, so that the error of Spark is not kept as the context.
    raise failure(told, kind)


def failure(told: str, kind: str) -> ReidriskError:
    """The error of a job that failed, from the trace that Spark makes of it."""
    found = _FAILURE.search(told)
    if found is None and (missing := re.search(r"No module named '(pyarrow|pandas|pyspark)[.']", told)):
        # Spark itself needs it, before anything of this package runs.
        hint = "install it there; PYSPARK_PYTHON names the Python that executors run"
        return InputOutputError(f"the Python package {missing[1]} is missing on an executor", hint)
    if found is None:
        hint = "the log of Spark says why"
        if "spark.driver.maxResultSize" in told:
            hint = "raise spark.driver.maxResultSize, or repartition the frame into more partitions"
        return InputOutputError(f"Spark could not run a job of the scan ({kind})", hint)
    code = int(found[1])
    if code not in OF_EXIT_CODE and code >= 0:
        code = 3
    try:
        raise_for(code, found[2])
    except ReidriskError as error:
        return error


def kind_of(error: Exception) -> str:
    """The name of an error of Spark: its condition where it has one."""
    # Its name until Spark 4.
    tell = getattr(error, "getCondition", None) or getattr(error, "getErrorClass", None)
    with contextlib.suppress(Exception):
        if tell is not None and isinstance(condition := tell(), str) and condition:
            return condition
    # At its beginning only: what follows might quote a cell.
    found = re.match(r"(?:\([\w.$]+\) )?\[([A-Z][A-Z0-9_.]{3,80})\]", str(error))
    return found[1] if found else type(error).__name__
