"""Handing data over: paths as they are, data frames as an Arrow IPC stream in a folder that only the user can open.

A frame is written in slices, so that nothing beside it is held in memory. The program reads a stream of Arrow from a file
only, and a release reads its input twice; so the stream is a file, which is removed when the call ends. How a frame of Spark
comes there is told in :mod:`reidrisk._spark_frames`.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import struct
import tempfile
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Protocol, Union, runtime_checkable

from ._errors import ConversionError, InputOutputError

#: Records of a message: few enough to need little memory, many enough to cost no time.
ROWS = 1 << 18


@runtime_checkable
class ArrowStream(Protocol):
    """Anything with the Arrow C stream interface, such as a data frame of polars, pandas or pyarrow, or a DuckDB relation."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...


class SparkFrame(Protocol):
    """A data frame of Spark, of a classic session or of Spark Connect."""

    def mapInArrow(self, func: Any, schema: Any) -> Any: ...

    def toLocalIterator(self, prefetchPartitions: bool = False) -> Iterator[Any]: ...


#: A path, or several paths that are one dataset, or a data frame.
Data = Union[str, "os.PathLike[str]", Sequence[Union[str, "os.PathLike[str]"]], ArrowStream, SparkFrame]


class Handover:
    """A folder for what is handed over; use it with ``with``, which removes it at the end."""

    def __init__(self) -> None:
        self._folder: str | None = None
        self._names: set[str] = set()

    def __enter__(self) -> Handover:
        return self

    def __exit__(self, *_: object) -> None:
        if self._folder is None:
            return
        shutil.rmtree(self._folder, ignore_errors=True)
        if os.path.lexists(self._folder):
            warnings.warn(f"the records in `{self._folder}` could not be removed; remove that folder", stacklevel=3)

    @property
    def folder(self) -> Path:
        """The folder, open to its owner alone."""
        if self._folder is None:
            self._folder = _new_folder()
        return Path(self._folder)

    def inputs(self, data: Any, name: str) -> list[str]:
        """What the program is told to read. `name` becomes the name of a frame."""
        if is_path(data):
            return [path_argument(data)]
        if is_frame(data):
            return [self._written(data, name)]
        if isinstance(data, (list, tuple)) and data and all(is_path(item) for item in data):
            return [path_argument(item) for item in data]
        raise TypeError(
            f"data is a {type(data).__name__}; expected a path, a list of paths, a data frame with the Arrow C stream "
            f"interface, or one of Spark{_advice(data)}"
        )

    def _written(self, frame: Any, name: str) -> str:
        """Writes a frame; gives the path."""
        if not name or name in (".", "..") or any(sign in name for sign in "/\\\0"):
            raise ValueError("name must be a plain file name")
        number, unique = 2, name
        while unique in self._names:
            number, unique = number + 1, f"{name}-{number}"
        self._names.add(unique)
        path = self.folder / f"{unique}.arrows"
        refused: int | None = None
        try:
            with open(path, "xb") as file:
                write_stream(frame, file)
        except OSError as error:
            refused = error.errno or errno.EIO
        if refused is not None:
            raise InputOutputError(
                f"the data frame cannot be written into `{self.folder.parent}`: {os.strerror(refused)}",
                "set the environment variable TMPDIR to a folder with room for it",
            )
        return str(path)


def is_path(data: object) -> bool:
    return isinstance(data, (str, os.PathLike))


def is_frame(data: object) -> bool:
    # Not asked of an object of Spark, which would look for a column.
    return is_spark_frame(data) or hasattr(data, "__arrow_c_stream__")


def is_spark_frame(data: object) -> bool:
    return hasattr(type(data), "mapInArrow") and hasattr(type(data), "toLocalIterator")


def _new_folder() -> str:
    number = 0
    try:
        return tempfile.mkdtemp(prefix="reidrisk-")
    except OSError as error:
        number = error.errno or errno.EIO
    raise InputOutputError(
        f"no folder for temporary files can be made: {os.strerror(number)}",
        "set the environment variable TMPDIR to a folder that can be written",
    )


def path_argument(path: Any) -> str:
    """A path as an argument: never standard input, never a flag.

    >>> path_argument("-"), path_argument("--help"), path_argument("data.csv")
    ('./-', './--help', 'data.csv')
    """
    text = os.fspath(path)
    if not isinstance(text, str):
        raise TypeError("a path must be text, not bytes")
    if not text:
        raise ValueError("a path is empty")
    return f"./{text}" if text.startswith("-") else text


def _advice(data: object) -> str:
    if hasattr(data, "collect") and type(data).__module__.startswith("polars"):
        return "; call .collect() first"
    if type(data).__module__.startswith("pandas"):
        return "; pandas has it from version 2.2 on"
    if type(data).__module__.startswith("pyspark.pandas"):
        return "; call .to_spark() first"
    return ""


def write_stream(frame: Any, file: BinaryIO) -> None:
    """Writes `frame` as one Arrow IPC stream.

    Raises:
        ConversionError: the frame holds what Arrow cannot express, or a library that this needs is missing.
        InputOutputError: a session of Spark failed, or records were lost on the way from it.
    """
    if is_spark_frame(frame):
        from ._spark_frames import write_spark_frame

        write_spark_frame(frame, file)
        return
    try:
        import pyarrow
    except ImportError:
        pyarrow = None
    told: str | None = None
    columns = _objects(frame)
    try:
        if columns:
            told = "objects of Python"
        elif pyarrow is not None:
            _write_with_pyarrow(pyarrow, frame, file)
        elif hasattr(frame, "write_ipc_stream") and hasattr(frame, "iter_slices"):
            _write_with_polars(frame, file)
        else:
            told = ""
    except OSError:
        raise
    except Exception as error:  # noqa: BLE001  Its message may quote cells, so only its kind is kept.
        told = type(error).__name__
    if told == "":
        raise ConversionError(
            f"a {type(frame).__name__} is handed over with pyarrow, which is not installed",
            "pip install pyarrow, or write the data to a Parquet file and name that",
        )
    if told is not None:
        columns = columns or _unconvertible(frame)
        of = f": column {', '.join(f'`{name}`' for name in columns)}" if columns else ""
        raise ConversionError(
            f"the data frame cannot be expressed in Arrow ({told}){of}",
            "give each column one type, such as with .astype(str), and each its own name",
        )


def _write_with_pyarrow(pyarrow: Any, frame: Any, file: BinaryIO) -> None:
    reader = pyarrow.RecordBatchReader.from_stream(frame)
    plain = pyarrow.schema([field.with_type(_plain(pyarrow, field.type)) for field in reader.schema])
    with pyarrow.ipc.new_stream(file, plain) as writer:
        for batch in reader:
            for start in range(0, batch.num_rows, ROWS):
                part = batch.slice(start, ROWS)
                columns = [_as(pyarrow, *pair) for pair in zip(part.columns, plain.types, strict=True)]
                writer.write_batch(pyarrow.RecordBatch.from_arrays(columns, schema=plain))


def _plain(pyarrow: Any, kind: Any) -> Any:
    """A type whose slices hold their own bytes. A slice of views would be written with the texts of all of them."""
    if kind == pyarrow.string_view():
        return pyarrow.large_string()
    if kind == pyarrow.binary_view():
        return pyarrow.large_binary()
    if pyarrow.types.is_dictionary(kind):
        return pyarrow.dictionary(kind.index_type, _plain(pyarrow, kind.value_type), kind.ordered)
    return kind


def _as(pyarrow: Any, column: Any, kind: Any) -> Any:
    """A column in a type of :func:`_plain`."""
    if column.type == kind:
        return column
    if pyarrow.types.is_dictionary(kind):
        values = column.dictionary.cast(kind.value_type)
        return pyarrow.DictionaryArray.from_arrays(column.indices, values, ordered=kind.ordered)
    return column.cast(kind)


def _write_with_polars(frame: Any, file: BinaryIO) -> None:
    """Slices as streams of their own, joined into one: a stream is a schema, messages, and an end of eight bytes."""
    import io

    import polars

    first = True
    for part in frame.iter_slices(ROWS) if frame.height else [frame]:
        stream = io.BytesIO()
        part.write_ipc_stream(stream, compression="uncompressed", compat_level=polars.CompatLevel.oldest())
        written = stream.getbuffer()
        # Every stream begins with the schema, which stands once, and ends with the mark of the end, which comes last.
        start = 0 if first else _length_of_first_message(written)
        file.write(written[start:-8])
        first = False
    file.write(b"\xff\xff\xff\xff\0\0\0\0")


def _length_of_first_message(stream: memoryview) -> int:
    """Of a schema: eight bytes with the length of its metadata, and these; a schema has no body."""
    (length,) = struct.unpack_from("<4xi", stream)
    return 8 + int(length)


def _objects(frame: Any) -> list[str]:
    """Columns of a polars frame that hold Python objects. Arrow would be given their addresses."""
    if not type(frame).__module__.startswith("polars"):
        return []
    return [name for name, kind in frame.schema.items() if str(kind) == "Object"]


def _unconvertible(frame: Any) -> list[str]:
    """Columns of a pandas frame that have no type in Arrow."""
    if not type(frame).__module__.startswith("pandas"):
        return []
    import pyarrow

    found = []
    for place, name in enumerate(frame.columns):
        with contextlib.suppress(Exception):
            try:
                pyarrow.Array.from_pandas(frame.iloc[:, place])
            except Exception:  # noqa: BLE001  As above.
                found.append(str(name))
    return found


def flattened(sources: Any) -> Iterator[Any]:
    """One or several: a source of its own, or each of a list."""
    if is_path(sources) or is_frame(sources) or isinstance(sources, Mapping):
        yield sources
    else:
        yield from sources
