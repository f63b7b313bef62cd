"""Starts one command and tells its times, its peak memory and what it wrote: `launch.py REPORT COMMAND...`.

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
        ended = {
            "seconds": seconds,
            "processor_seconds": usage.ru_utime + usage.ru_stime,
            "peak_bytes": usage.ru_maxrss * 1024,
            # Blocks of 512 bytes: what was written into files and mapped pages, whether or not it has reached the disk.
            "written_bytes": usage.ru_oublock * 512,
            "code": code,
        }
        json.dump(ended, file)


if __name__ == "__main__":
    main()
