"""Runs `hitcast` in children forked from one process that has imported everything.

Most of a short command's life is imports, during which a kill can harm nothing; a forked child starts with the work.
Run as a module it is the process that forks; `Launcher` is the test's end of it.
"""

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hitcast.core.home import PROJECT_DIR

IMPORTED = (
    "catboost",
    "dbt.adapters.duckdb",
    "dbt.cli.main",
    "duckdb",
    "lightgbm",
    "mlflow",
    "mlflow.store.tracking.sqlalchemy_store",
    "pandas",
    "pyarrow.parquet",
    "rich.console",
    "sklearn.linear_model",
    "ml.drift",
    "ml.predict",
    "ml.train",
    "hitcast.cli.app",
    "hitcast.ingest",
    "hitcast.job.run",
    "hitcast.job.steps",
    "hitcast.cli.summary",
)


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code (negative where a signal ended it), seconds, and all it said."""

    code: int
    seconds: float
    said: str


class Launcher:
    """Starts one command after another; to be closed."""

    def __init__(self, folder: Path) -> None:
        self.said = folder / "said.txt"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.launcher"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=PROJECT_DIR,
        )
        assert self._answer() == {"ready": True}

    def start(self, home: Path, arguments: list[str]) -> int:
        """Starts a command on a home, in a process group of its own; returns its id."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"home": str(home), "argv": arguments, "said": str(self.said)}) + "\n")
        self.process.stdin.flush()
        pid: int = self._answer()["pid"]
        return pid

    def ended(self) -> Ended:
        """Waits for the command that was started last."""
        answer = self._answer()
        return Ended(answer["code"], answer["seconds"], self.said.read_text(encoding="utf-8"))

    def run(self, home: Path, arguments: list[str]) -> Ended:
        self.start(home, arguments)
        return self.ended()

    def close(self) -> None:
        self.process.communicate()

    def _answer(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer


def kill(pid: int) -> None:
    """Ends a command and all that it started, at once."""
    os.killpg(pid, signal.SIGKILL)


def _serve() -> None:
    for name in IMPORTED:
        __import__(name)
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        asked, begun = json.loads(line), time.perf_counter()
        # made by the parent, so that the group is there before anybody is told of it
        pid = os.fork()
        if pid == 0:
            os.setpgid(0, 0)
            _work(asked)
        os.setpgid(pid, pid)
        print(json.dumps({"pid": pid}), flush=True)
        _, status = os.waitpid(pid, 0)
        seconds = time.perf_counter() - begun
        print(json.dumps({"code": os.waitstatus_to_exitcode(status), "seconds": seconds}), flush=True)


def _work(asked: dict[str, Any]) -> None:
    from hitcast.cli import app
    from hitcast.core import records

    out = os.open(asked["said"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for descriptor in (1, 2):
        os.dup2(out, descriptor)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.environ["HITCAST_HOME"] = asked["home"]
    sys.argv = ["hitcast", *asked["argv"]]
    records.INVOCATION = uuid.uuid4().hex
    code = 1
    try:
        app.main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    _serve()
