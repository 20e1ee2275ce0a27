"""`hitcast` as a scheduler calls it."""

import atexit
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from hitcast.core.home import PROJECT_DIR, Home
from tests.launcher import Launcher

HITCAST = Path(sys.executable).with_name("hitcast")
MAPPINGS = [part for name in ("catalog", "tiktok", "vk") for part in ("--mapping", f"demo_{name}")]
ROWS = 60_000
"""Size of the demo world that most tests share."""
slow = pytest.mark.slow


def rest_slow(values: Iterable[Any], plain: int = 1) -> list[Any]:
    """Parameters of which a plain run takes the first, and `-m slow` the others."""
    kept = list(values)
    return [*kept[:plain], *(pytest.param(value, marks=slow) for value in kept[plain:])]


def environment(home: Home, **variables: str) -> dict[str, str]:
    return os.environ | {"HITCAST_HOME": str(home.root), "COLUMNS": "80", "HITCAST_PATIENCE": "1"} | variables


def hitcast(home: Home, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """The command line, in a process of its own: one forked from another that has imported what commands import."""
    ended = _launcher().run(environment(home, **variables), arguments)
    return subprocess.CompletedProcess([str(HITCAST), *arguments], ended.code, ended.stdout, ended.stderr)


@cache
def _launcher() -> Launcher:
    """One for each of xdist's workers, until that ends."""
    folder = tempfile.TemporaryDirectory()
    launcher = Launcher(Path(folder.name))
    atexit.register(folder.cleanup)
    atexit.register(launcher.close)
    return launcher


def refused(done: subprocess.CompletedProcess[str], code: int) -> str:
    """The one line with which a command ended; anything more is a defect."""
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    assert done.returncode == code, done.stderr
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("hitcast: ")
    return lines[0]


def succeeded(done: subprocess.CompletedProcess[str]) -> str:
    # 5: landed, but look; the demo's exports hold rows that are rejected
    assert done.returncode == 0 or (done.returncode == 5 and done.args[1] == "ingest"), done.stderr
    return done.stdout


def interrupted(home: Home, number: signal.Signals, until: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A command that is sent a signal once it says `until` of its progress, and half a second has passed."""
    with subprocess.Popen(
        [str(HITCAST), *arguments],
        env=environment(home, FORCE_COLOR="1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=PROJECT_DIR,
    ) as process:
        assert process.stderr is not None
        message = ""
        while until not in message:
            read = os.read(process.stderr.fileno(), 4096).decode(errors="replace")
            assert read, message
            message += read
        time.sleep(0.5)
        process.send_signal(number)
        stdout, rest = process.communicate(timeout=60)
    return subprocess.CompletedProcess(process.args, process.returncode, stdout, message + rest)


def published(home: Home, sql: str) -> pd.DataFrame:
    with duckdb.connect(str(home.serving / "hitcast.duckdb"), read_only=True) as serving:
        return serving.sql(sql).df()


def copied(home: Home, root: Path, share_landing: bool = False) -> Home:
    """A copy of a home; a shared landing is linked, which hitcast never writes into and a test must not."""
    root.mkdir(parents=True, exist_ok=True)
    for part in sorted(home.root.iterdir()):
        if part.name not in ("exports", "rejects"):
            # thousands of files: cp takes a tenth of the time of shutil
            how = "-al" if share_landing and part == home.raw else "-a"
            subprocess.run(["cp", how, str(part), str(root)], check=True)
    return Home(root)


def overwritten(file: Path, start: float, share: float, seed: int = 1) -> None:
    """Puts noise over a share of a file, from a share of its length on."""
    import numpy as np

    size = file.stat().st_size
    with file.open("r+b") as opened:
        opened.seek(int(size * start))
        opened.write(np.random.default_rng(seed).bytes(max(int(size * share), 16)))


def cut(file: Path, share: float) -> None:
    with file.open("r+b") as opened:
        opened.truncate(int(file.stat().st_size * share))
