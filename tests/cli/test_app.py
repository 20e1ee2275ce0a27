"""The command line as a whole: its version, how it is started, and that it runs from a checkout alone."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from hitcast.core.home import PROJECT_DIR


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
        "map demo-data ingest withdraw prune run status publish export alerts dashboard "
        "train tune predict models backtest report compare experiment"
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
