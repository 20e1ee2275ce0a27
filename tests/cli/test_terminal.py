"""Exit codes, each with the one line that goes with it."""

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest
import typer

from hitcast.cli.terminal import guarded, measured
from hitcast.core.errors import BusyError, HitcastError, MachineError


@pytest.fixture
def heeded() -> Iterator[None]:
    """Ctrl-C is heeded, also where the tests were started in the background, which ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def raising(error: BaseException) -> Callable[[], None]:
    def app() -> None:
        raise error

    return app


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (HitcastError("is empty", "a.csv", "Ask for it again"), 2, "hitcast: a.csv: is empty. Ask for it again"),
        (BusyError("is held", "home", "Wait"), 3, "hitcast: home: is held. Wait"),
        (MachineError("is full", "disk", "Make room"), 4, "hitcast: disk: is full. Make room"),
        (
            OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/x/y"),
            4,
            "hitcast: /x/y: no space left on device. Make room there, or name another home: HITCAST_HOME=PATH",
        ),
        (
            OSError(errno.EIO, os.strerror(errno.EIO), "/x/y"),
            4,
            "hitcast: /x/y: the disk failed to read or write. Look at the disk's health, then give the same command "
            "again",
        ),
        (
            duckdb.IOException("No space left\nmore"),
            4,
            "hitcast: No space left. Look at the disk's space and permissions, then run the same command again",
        ),
        (
            duckdb.OutOfMemoryException("too much"),
            4,
            "hitcast: there is not enough memory (too much). Give more, or set HITCAST_MEMORY_LIMIT, such as 2GB, then "
            "give the same command again",
        ),
        (
            typer.Abort(),
            2,
            "hitcast: the question: ended without an answer, and nothing was done. Answer it",
        ),
        (
            KeyboardInterrupt(),
            130,
            "hitcast: interrupted; what was finished is kept. The same command does the rest",
        ),
        (
            SystemExit(130),
            130,
            "hitcast: interrupted; what was finished is kept. The same command does the rest",
        ),
    ],
)
def test_each_failure_is_one_line_and_a_code_of_its_own(
    error: BaseException, code: int, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert guarded(raising(error)) == code
    assert capsys.readouterr().err == line + "\n"


def test_a_name_gives_the_terminal_no_orders_and_keeps_to_the_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert guarded(raising(HitcastError("is odd", "a\x1b]0;owned\x07\nb.csv"))) == 2
    assert capsys.readouterr().err == "hitcast: a\ufffd]0;owned\ufffd b.csv: is odd\n"


def test_success_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert guarded(lambda: None) == 0
    assert guarded(raising(SystemExit(0))) == 0
    assert capsys.readouterr().err == ""


def test_a_bar_is_for_terminals_alone(capsys: pytest.CaptureFixture[str]) -> None:
    with measured("ingesting") as show:
        show("ingesting a.csv", 0.5)
    assert capsys.readouterr().err == ""


def test_a_defect_is_one_line_that_says_where_its_traceback_lies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HITCAST_HOME", str(tmp_path))
    assert guarded(raising(KeyError("streams"))) == 1
    [line] = capsys.readouterr().err.splitlines()
    file = tmp_path / "logs" / "defect.txt"
    assert line == f"hitcast: a defect of hitcast, not of your data: KeyError: 'streams'. Please report it with {file}"
    assert "Traceback" in file.read_text()


@pytest.mark.parametrize(
    "made_of_it",
    [RuntimeError("Query interrupted"), duckdb.InterruptException("x"), typer.Abort(), HitcastError("odd")],
)
def test_a_ctrl_c_is_none_whatever_a_library_makes_of_it(
    heeded: None, made_of_it: Exception, capsys: pytest.CaptureFixture[str]
) -> None:
    def app() -> None:
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt:
            raise made_of_it from None

    assert guarded(app) == 130
    [line] = capsys.readouterr().err.splitlines()
    assert line == "hitcast: interrupted; what was finished is kept. The same command does the rest"
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


SLEEPER = """
import sys, time
from pathlib import Path
from hitcast.core.home import Home
from hitcast.cli.terminal import changing, guarded

def app():
    with changing(Home(Path(sys.argv[1])), "run"):
        print("begun", flush=True)
        try:
            time.sleep(60)
        except SystemExit:
            # as CatBoost does, which makes a Ctrl-C of whatever ends it
            sys.exit(int(sys.argv[2]))

sys.exit(guarded(app))
"""


@pytest.mark.parametrize("code", [143, 130])
def test_a_terminated_command_leaves_by_the_front_door(tmp_path: Path, code: int) -> None:
    command = [sys.executable, "-c", SLEEPER, str(tmp_path), str(code)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        begun = time.monotonic()
        process.send_signal(signal.SIGTERM)
        _, message = process.communicate(timeout=20)
    assert process.returncode == 143
    assert time.monotonic() - begun < 10
    assert message == "hitcast: interrupted; what was finished is kept. The same command does the rest\n"
    assert not (tmp_path / ".writer.json").exists()
    assert '"outcome": "interrupted"' in (tmp_path / "logs" / "hitcast.jsonl").read_text()
