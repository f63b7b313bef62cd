"""Runs the program on an executor: bytes that are frames go in, frames come out.

Everything here travels to executors by value, as what is in :mod:`reidrisk._spark_tasks` does.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import struct
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from typing import IO, Any, NamedTuple

#: Part, kind and length, before the bytes of a frame.
#: As a text, because a compiled one cannot travel.
HEADER = "<IBI"
HEADER_BYTES = struct.calcsize(HEADER)

#: The kind of a task.
TASK = 250


class Frame(NamedTuple):
    """A row of an exchange, and a message of the worker."""

    part: int
    kind: int
    blob: Any


class Failed(Exception):
    """A task that failed, in a form that can be found again in the trace that Spark makes of it."""

    def __init__(self, code: int, told: str) -> None:
        super().__init__(f"reidrisk-failure({code})<<<{told}>>>")


class Worker(NamedTuple):
    """A step of the program.

    Attributes:
        shipped: the file name of the program that came with the job; ``None`` where it is installed.
        task: the bytes of a task file.
        step: which step of that file.
        first: frames that every worker reads before its own.
    """

    shipped: str | None
    task: bytes
    step: int = 0
    first: bytes = b""


def frame_bytes(frame: Frame) -> bytes:
    """A frame as the worker reads it."""
    return struct.pack(HEADER, frame.part, frame.kind, len(frame.blob)) + bytes(frame.blob)


def read_frames(stream: IO[bytes]) -> Iterator[Frame]:
    """The frames of a stream.

    Raises:
        EOFError: the stream ends inside a frame.
    """
    while header := stream.read(HEADER_BYTES):
        if len(header) < HEADER_BYTES:
            raise EOFError
        part, kind, length = struct.unpack(HEADER, header)
        blob = stream.read(length)
        if len(blob) < length:
            raise EOFError
        yield Frame(part, kind, blob)


def worked(worker: Worker, frames: list[Frame]) -> Iterator[Frame]:
    if frames:
        yield from through_worker(worker, _pieces(frames))


def _pieces(frames: Sequence[Frame]) -> Iterator[Any]:
    for frame in frames:
        yield struct.pack(HEADER, frame.part, frame.kind, len(frame.blob))
        yield frame.blob


def through_worker(worker: Worker, pieces: Iterator[Any]) -> Iterator[Frame]:
    """Runs the program over bytes that are frames; gives the frames that it writes.

    Raises:
        Failed: the program is missing, failed, or is not the worker.
    """
    with _executable(worker.shipped) as program:
        process = _started(program)
        run = _Run(process, _with_task(worker, pieces))
        whole = ended = False
        try:
            with contextlib.suppress(EOFError):
                yield from read_frames(_stream(process.stdout))
                whole = True
            ended = True
        finally:
            if not ended:
                process.kill()
            run.end()
        run.check(whole)


def _with_task(worker: Worker, pieces: Iterator[Any]) -> Iterator[Any]:
    yield frame_bytes(Frame(worker.step, TASK, worker.task))
    yield worker.first
    yield from pieces


class _Run:
    """A process whose input is written and whose messages are read while somebody else reads its output."""

    def __init__(self, process: subprocess.Popen[bytes], pieces: Iterator[Any]) -> None:
        self._process = process
        self._pieces = pieces
        self._told = b""
        self._error: BaseException | None = None
        self._was_read = True
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._feed, self._listen)]
        for thread in self._threads:
            thread.start()

    def _feed(self) -> None:
        stream = _stream(self._process.stdin)
        try:
            for piece in self._pieces:
                stream.write(piece)
            stream.close()
        except BrokenPipeError:
            # Its exit code says why.
            self._was_read = False
        except BaseException as error:  # noqa: BLE001  Raised by `check`, in the thread of the task.
            self._error = error
            # Not to be taken for the end of the input.
            self._process.kill()
        with contextlib.suppress(OSError):
            stream.close()

    def _listen(self) -> None:
        stream = _stream(self._process.stderr)
        while more := stream.read(1 << 16):
            self._told = (self._told + more)[:4096]

    def end(self) -> None:
        for thread in self._threads:
            thread.join()
        self._process.wait()
        for stream in (self._process.stdout, self._process.stderr):
            _stream(stream).close()

    def check(self, whole: bool) -> None:
        if self._error is not None:
            raise self._error
        code = self._process.returncode
        if code < 0:
            raise Failed(code, "")
        if code in (2, 3, 4, 70):
            raise Failed(code, self._told.decode("utf-8", "replace").strip())
        if code:
            # No exit code of the worker: what such a program wrote might be anything, so it is not shown.
            raise Failed(3, f"the program on an executor ended with exit code {code}{_NOT_OURS}")
        if not (whole and self._was_read):
            raise Failed(3, f"the program on an executor is not the worker of reidrisk{_NOT_OURS}")


_NOT_OURS = "\nhint: install the same version of reidrisk on every machine of the cluster"


def _started(program: str) -> subprocess.Popen[bytes]:
    # An executor runs a task on each core; the user may say otherwise.
    environment = {"RAYON_NUM_THREADS": "1", **os.environ, "NO_COLOR": "1"}
    number = 0
    for attempt in range(6):
        try:
            return subprocess.Popen(
                [program, "worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=environment,
            )
        except OSError as error:
            number = error.errno or errno.EIO
        # A process that another thread is just starting may still hold the new copy open for writing.
        if number != errno.ETXTBSY:
            break
        time.sleep(0.02 * 2**attempt)
    raise Failed(3, f"the program cannot be started on an executor: {os.strerror(number)}")


@contextlib.contextmanager
def _executable(shipped: str | None) -> Iterator[str]:
    """A program that can be started: the installed one, or the shipped one."""
    if shipped is None:
        yield _installed()
        return
    from pyspark import SparkFiles

    path = SparkFiles.get(shipped)
    if not os.path.isfile(path):
        raise Failed(3, f"the program `{shipped}` did not reach an executor")
    if os.access(path, os.X_OK):
        # Spark makes it so where it fetches the file itself.
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="reidrisk-") as folder:
        copy = os.path.join(folder, "reidrisk")
        shutil.copyfile(path, copy)
        os.chmod(copy, 0o700)
        yield copy


def _installed() -> str:
    told = ""
    try:
        from reidrisk._program import find_program

        return find_program()
    except ModuleNotFoundError:
        told = "the package `reidrisk` is not installed on an executor"
    except FileNotFoundError:
        told = "the program `reidrisk` is not installed beside the package on an executor"
    raise Failed(3, f"{told}\nhint: install reidrisk there, or name a `program` to ship")


def _stream(stream: IO[bytes] | None) -> IO[bytes]:
    assert stream is not None, "every stream is a pipe"
    return stream
