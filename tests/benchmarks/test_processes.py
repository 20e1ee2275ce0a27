import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks.processes import end_group, watch

BUSY = "import time\nwhile time.process_time() < 0.5: pass\n"
AGAIN = "start = time.process_time()\nwhile time.process_time() - start < 0.5: pass"
HELD = "held = bytearray(100 << 20)\nimport time; time.sleep(2)\n"


def python(*lines: str) -> list[str]:
    return [sys.executable, "-c", "\n".join(lines)]


def test_output_and_exit_code_are_kept(tmp_path: Path) -> None:
    done = watch(python("import sys; print('out'); sys.exit('wrong')"), os.environ, tmp_path, limit=60)
    assert (done.code, done.output, done.errors) == (1, "out\n", "wrong\n")


def test_the_limit_ends_the_command_and_its_children(tmp_path: Path) -> None:
    begun = time.monotonic()
    done = watch(["/bin/sh", "-c", "sleep 60 & echo $!; wait"], os.environ, tmp_path, limit=2)
    assert done.code is None
    assert time.monotonic() - begun < 30
    assert not is_alive(int(done.output))


def is_alive(pid: int) -> bool:
    status = Path(f"/proc/{pid}/status")
    try:
        return "zombie" not in status.read_text()
    except OSError:
        return False


def test_peaks_of_all_its_processes_are_added_up(tmp_path: Path) -> None:
    alone = watch(python(HELD), os.environ, tmp_path, limit=60)
    child = f"import subprocess, sys\nbeside = subprocess.Popen([sys.executable, '-c', {HELD!r}])"
    two = watch(python(child, HELD, "beside.wait()"), os.environ, tmp_path, limit=60)
    assert 100 < alone.peak_memory_mb < 190
    assert two.peak_memory_mb > alone.peak_memory_mb + 90


def test_a_copy_that_soon_ends_does_not_count(tmp_path: Path) -> None:
    copies = "import os\nfor _ in range(8):\n    if not os.fork(): time.sleep(0.4); os._exit(0)\n    os.wait()"
    done = watch(python("held = bytearray(100 << 20)", "import time", copies), os.environ, tmp_path, limit=60)
    assert 100 < done.peak_memory_mb < 190


@pytest.mark.parametrize("worker_works", [True, False], ids=["the worker", "an executor that ended"])
def test_a_cluster_is_measured_for_as_long_as_the_command_runs(tmp_path: Path, worker_works: bool) -> None:
    """What it did before is not counted; what an executor did is, although it is gone."""
    called = tmp_path / "called"
    wait = [
        "import pathlib, time, subprocess, sys",
        f"while not pathlib.Path({str(called)!r}).exists(): time.sleep(0.05)",
    ]
    work = AGAIN if worker_works else f"subprocess.run([sys.executable, '-c', {BUSY!r}])"
    worker_code = python(BUSY, *wait, "held = bytearray(100 << 20)", work, "time.sleep(60)")
    call = python("import pathlib, time", f"pathlib.Path({str(called)!r}).touch()", "time.sleep(3)")
    with subprocess.Popen(worker_code, start_new_session=True) as worker:
        try:
            time.sleep(2)
            done = watch(call, os.environ, tmp_path, limit=60, cluster=[worker.pid])
        finally:
            end_group(worker.pid)
    assert done.code == 0
    assert 0.4 <= done.cluster_cpu_seconds < 0.95
    assert done.cluster_peak_memory_mb > 100
