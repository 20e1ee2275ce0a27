"""The command line as a whole: its version, how it is started, and that it runs from a checkout alone."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from hitcast.core.home import PROJECT_DIR, Home
from tests.commands import hitcast, refused, succeeded
from tests.desk.world import publish


def started(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """`python -m hitcast` in a folder, whose packages come before the installed ones."""
    environment = os.environ | {"HITCAST_HOME": str(folder / "home"), "PYTHONPATH": str(folder)}
    command = [sys.executable, "-m", "hitcast", *words]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_the_version_is_that_of_pyproject(tmp_path: Path) -> None:
    number = tomllib.loads((PROJECT_DIR / "pyproject.toml").read_text())["project"]["version"]
    done = started(tmp_path, "--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"hitcast {number}\n", "")


def test_help_lists_the_commands_in_the_order_of_their_use(tmp_path: Path) -> None:
    commands = re.findall(r"^│ ([a-z-]+) ", started(tmp_path, "--help").stdout, re.MULTILINE)
    assert " ".join(word for word in commands if not word.startswith("--")) == (
        "map demo-data ingest withdraw prune run status explain plan decide decisions publish export alerts week "
        "dashboard train tune predict models backtest report compare experiment verify backup restore"
    )


@pytest.mark.parametrize("words", [("status",), ("ingest", "exports"), ("--help",), ("--version",), ()])
def test_outside_a_checkout_it_says_how_it_is_run(words: tuple[str, ...], tmp_path: Path) -> None:
    """The packages alone, as a wheel would bring them."""
    for package in ("hitcast", "ml"):
        shutil.copytree(PROJECT_DIR / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    done = started(tmp_path, *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"hitcast: {tmp_path}: hitcast runs from a checkout of its repository, and this is none. "
        "git clone the repository, run `make setup` there, then .venv/bin/hitcast\n"
    )
    assert not (tmp_path / "home").exists()


def test_a_variable_that_cannot_be_stops_every_command_at_once(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    for command in (("status",), ("models", "list"), ("ingest", "x.csv")):
        line = refused(hitcast(home, *command, HITCAST_PATIENCE="x"), 2)
        assert line == "hitcast: HITCAST_PATIENCE: 'x' does not fit. Give seconds from 0 to 86400, such as 30"
    assert "HITCAST_MEMORY_LIMIT: 'abc' does not fit" in refused(hitcast(home, "run", HITCAST_MEMORY_LIMIT="abc"), 2)
    assert not home.root.exists()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (("runn",), "Did you mean run? `hitcast --help` lists them"),
        (("statsu",), "Did you mean status? "),
        (("prun",), "Did you mean run? "),
        (("withdra",), "no such command. `hitcast --help` lists them"),
        (("zzz",), "no such command. `hitcast --help` lists them"),
        (("models", "lst"), "Did you mean list? `hitcast models --help` lists them"),
        (("models", "rolback"), "no such command. `hitcast models --help` lists them"),
    ],
)
def test_a_slip_leads_to_a_near_name_and_to_nothing_that_removes(
    tmp_path: Path, typed: tuple[str, ...], said: str
) -> None:
    line = refused(hitcast(Home(tmp_path / "home"), *typed), 2)
    assert line.startswith(f"hitcast: {typed[-1]}: no such command")
    assert said in line


@pytest.mark.parametrize(("command", "files"), [("week", ("week.html", "week.txt")), ("export", ("releases.csv",))])
def test_what_is_written_lies_in_the_home_unless_a_folder_is_named(
    tmp_path: Path, command: str, files: tuple[str, ...]
) -> None:
    home, other = Home(tmp_path / "home"), tmp_path / "other"
    home.serving.mkdir(parents=True)
    publish(home.serving / "hitcast.duckdb")
    own = home.root / {"week": "week", "export": "exported"}[command]
    for folder, given in ((own, ()), (other, ("--to", str(other)))):
        words = (command, *(("releases",) if command == "export" else ()), *given)
        assert f"ritten to {folder}; --to names another folder" in succeeded(hitcast(home, *words))
        assert all((folder / file).exists() for file in files)
