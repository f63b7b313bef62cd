"""Starts one command and tells its wall time and peak memory: `launch.py REPORT COMMAND...`.

A program of its own, and a small one: Linux counts the memory of the process that starts a command into the command's
peak, and the benchmark that asks holds whole tables.
"""

import json
import os
import sys
import time


def main() -> None:
    report, *command = sys.argv[1:]
    start = time.perf_counter()
    child = os.posix_spawn(command[0], command, os.environ)
    _, status, usage = os.wait4(child, 0)
    seconds = time.perf_counter() - start
    with open(report, "w", encoding="utf-8") as file:
        code = os.waitstatus_to_exitcode(status)
        json.dump({"seconds": seconds, "peak_bytes": usage.ru_maxrss * 1024, "code": code}, file)


if __name__ == "__main__":
    main()
