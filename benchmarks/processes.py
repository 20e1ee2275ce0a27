"""A command under watch: its time limit, and the memory and processors that it and a cluster take."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

SAMPLE_SECONDS = 0.2
LEAVE_SECONDS = 30.0
MIN_LIFE_SECONDS = 1.0
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class ProcessUsage:
    """What became of a command.

    Attributes:
        code: Its exit code; null where the time limit ended it.
        output: What it printed.
        errors: What it printed to the other stream.
        peak_memory_mb: Peaks of its processes that lived for a second, added up, in MB (2^20 bytes).
        cluster_peak_memory_mb: The same of the cluster's processes.
        cluster_cpu_seconds: What the cluster's processes took of the processors meanwhile.
    """

    code: int | None
    output: str
    errors: str
    peak_memory_mb: float
    cluster_peak_memory_mb: float
    cluster_cpu_seconds: float


def watch(
    command: Sequence[str], environment: Mapping[str, str], cwd: Path, limit: float, cluster: Sequence[int] = ()
) -> ProcessUsage:
    """Runs a command in a process group of its own, and kills the whole group at its time limit.

    Args:
        command: What to run.
        environment: All of its environment.
        cwd: Its working directory.
        limit: Seconds that it may take.
        cluster: Process groups, each named by its leader, that work for it.
    """
    before = sum(_cpu_seconds(leader) for leader in cluster)
    ours, theirs, ended = _Peaks(), _Peaks(), threading.Event()
    with subprocess.Popen(
        command,
        env=dict(environment),
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:

        def sample() -> None:
            while not ended.wait(SAMPLE_SECONDS):
                ours.take({process.pid})
                theirs.take(set(cluster))

        sampler = threading.Thread(target=sample)
        sampler.start()
        code: int | None = None
        try:
            output, errors = process.communicate(timeout=limit)
            code = process.returncode
        except subprocess.TimeoutExpired:
            end_group(process.pid)
            output, errors = process.communicate()
        except BaseException:
            end_group(process.pid)
            raise
        finally:
            ended.set()
            sampler.join()
    _await_leaders_alone(set(cluster))
    after = sum(_cpu_seconds(leader) for leader in cluster)
    return ProcessUsage(code, output, errors, ours.megabytes(), theirs.megabytes(), after - before)


def end_group(leader: int) -> None:
    """Kills a process group; one that is gone is none of anybody's business."""
    with suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)


class _Peaks:
    """The most that each process of some groups ever held; the kernel keeps it, so that no peak falls between looks."""

    def __init__(self) -> None:
        self._kilobytes: dict[int, int] = {}
        self._first_seen: dict[int, float] = {}
        self._last_seen: dict[int, float] = {}

    def take(self, groups: set[int]) -> None:
        for process in _members(groups):
            with suppress(OSError, StopIteration):
                lines = (process / "status").read_text().splitlines()
                peak = next(line for line in lines if line.startswith("VmHWM:"))
                pid, at = int(process.name), time.monotonic()
                self._kilobytes[pid] = int(peak.split()[1])
                self._first_seen.setdefault(pid, at)
                self._last_seen[pid] = at

    def megabytes(self) -> float:
        """Of all that lived for a second: where Java forks to call `ls`, the copy first seems to hold all of Java."""
        lived = {pid: self._last_seen[pid] - first for pid, first in self._first_seen.items()}
        return sum(held for pid, held in self._kilobytes.items() if lived[pid] >= MIN_LIFE_SECONDS) / 1024


def _members(groups: set[int]) -> list[Path]:
    found = []
    for process in Path("/proc").iterdir():
        if groups and process.name.isdigit():
            with suppress(OSError):
                if int(_stat(process)[2]) in groups:
                    found.append(process)
    return found


def _stat(process: Path) -> list[str]:
    """Fields of `stat` from the process's state on: its name may hold blanks and brackets."""
    return (process / "stat").read_text().rsplit(")", 1)[1].split()


def _cpu_seconds(pid: int) -> float:
    """Of a process and of all its children that have ended."""
    with suppress(OSError):
        return sum(int(field) for field in _stat(Path(f"/proc/{pid}"))[11:15]) / _TICKS
    return 0.0


def _await_leaders_alone(groups: set[int]) -> None:
    """Executors count once they have ended, which takes them a moment after their driver has."""
    given_up = time.monotonic() + LEAVE_SECONDS
    while len(_members(groups)) > len(groups) and time.monotonic() < given_up:
        time.sleep(SAMPLE_SECONDS)
