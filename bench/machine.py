"""The machine: what it is, how long a flush takes, how its page cache is emptied, what processes hold in memory."""

import os
import pathlib
import platform
import statistics
import threading
import time
from collections.abc import Iterable

from worker import memory_bytes

DROP = pathlib.Path("/proc/sys/vm/drop_caches")


def describe(directory: str) -> dict:
    """Processor, memory, kernel and the median flush of the disk under a directory."""
    cpu = [line.split(":")[1].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    total_kb = int(pathlib.Path("/proc/meminfo").read_text().split()[1])
    flushes = sorted(flush_ms(directory))
    return {
        "cpu": cpu[0] if cpu else platform.machine(), "cores": os.cpu_count(), "memory_bytes": total_kb * 1024,
        "kernel": f"{platform.system()} {platform.release()}", "python": platform.python_version(),
        "flush_ms": {"p50": statistics.median(flushes), "p99": flushes[-1 - len(flushes) // 100]},
    }


def flush_ms(directory: str) -> list[float]:
    """How long `fdatasync` takes after 4 KiB, written into space the file has already."""
    file = os.open(pathlib.Path(directory, "flush"), os.O_CREAT | os.O_RDWR)
    took = []
    try:
        os.write(file, bytes(4096 * 200))
        os.fsync(file)
        for at in range(200):
            os.pwrite(file, os.urandom(4096), at * 4096)
            started = time.perf_counter()
            os.fdatasync(file)
            took.append((time.perf_counter() - started) * 1000)
    finally:
        os.close(file)
        os.unlink(pathlib.Path(directory, "flush"))
    return took


def drop_caches(data: str, code: Iterable[str]) -> str:
    """Empties the page cache of data, then reads the program files again; says how it was done."""
    os.sync()
    try:
        DROP.write_text("3")
        how = "the whole page cache dropped"
    except OSError:
        for file in pathlib.Path(data).rglob("*"):
            if file.is_file():
                with open(file, "rb") as opened:
                    os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        how = "the data files dropped from the page cache"
    for name in code:
        with open(name, "rb") as file:
            while file.read(1 << 22):
                pass
    return how


class MemoryPeak:
    """The most memory a process held while the block ran, sampled twenty times a second."""

    def __init__(self, pid: int):
        self.pid, self.peak, self.stop = pid, memory_bytes(pid), threading.Event()
        self.thread = threading.Thread(target=self.sample, daemon=True)

    def sample(self) -> None:
        while not self.stop.wait(0.05):
            try:
                now = memory_bytes(self.pid)
            except (OSError, KeyError):
                return
            self.peak = {name: max(value, now[name]) for name, value in self.peak.items()}

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        self.thread.join()
