"""Runs `hitcast` in children forked from one process that has imported everything.

Most of a short command's life is imports, which a test need not wait for, and during which a kill can harm nothing; a
forked child starts with the work. Nothing else is done before the fork: dbt's parser keeps threads, which a child would
wait for without end. Run as a module it is the process that forks; `Launcher` is the test's end of it.
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
from tests.interposed import Interposed

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
    stdout: str
    stderr: str

    @property
    def said(self) -> str:
        return self.stdout + self.stderr


class Launcher:
    """Starts one command after another; to be closed.

    Args:
        folder: Where what commands say is kept until it is read.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.launcher"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=PROJECT_DIR,
            # dbt's locks are still there when this process is ended
            env=os.environ | {"PYTHONWARNINGS": "ignore:resource_tracker"},
        )
        assert self._answer() == {"ready": True}

    def start(self, environment: dict[str, str], arguments: tuple[str, ...], harm: dict[str, Any] | None = None) -> int:
        """Starts a command in a process group of its own; returns its id.

        Args:
            environment: Its whole environment; HITCAST_HOME names the home.
            arguments: Of `hitcast`.
            harm: Arguments of `Interposed`, but for the places; none for an undisturbed one.
        """
        assert self.process.stdin is not None
        asked = {"environment": environment, "argv": arguments, "folder": str(self.folder), "harm": harm}
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        pid: int = self._answer()["pid"]
        return pid

    def ended(self) -> Ended:
        """Waits for the command that was started last."""
        answer = self._answer()
        stdout, stderr = ((self.folder / name).read_text(encoding="utf-8") for name in ("stdout", "stderr"))
        return Ended(answer["code"], answer["seconds"], stdout, stderr)

    def run(self, environment: dict[str, str], arguments: tuple[str, ...], harm: dict[str, Any] | None = None) -> Ended:
        self.start(environment, arguments, harm)
        return self.ended()

    @property
    def writes(self) -> int:
        """Writes that the command which ended last had come to; only of one that was harmed and has ended itself."""
        return int((self.folder / "writes").read_text())

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

    folder = Path(asked["folder"])
    for descriptor, name in ((1, "stdout"), (2, "stderr")):
        os.dup2(os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), descriptor)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.environ.clear()
    os.environ.update(asked["environment"])
    time.tzset()
    sys.argv = ["hitcast", *asked["argv"]]
    # click names the program by how this process was started
    sys.modules["__main__"].__package__ = None
    records.INVOCATION = uuid.uuid4().hex
    code, harm = 1, None
    if asked["harm"]:
        harm = Interposed(Path(os.environ["HITCAST_HOME"]), aside=folder / "aside", **asked["harm"])
        harm.begin()
    try:
        app.main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        if harm:
            (folder / "writes").write_text(str(harm.count))
        os._exit(code)


if __name__ == "__main__":
    _serve()
