"""Runs mutmut, as pyproject.toml sets it up, and reads what survived."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from hitcast.core.home import PROJECT_DIR
from tests.mutation.explained import Survivor

# what a run of the tests can come to, other than a mutant's death
ALIVE = ("survived", "no tests", "not checked", "suspicious", "skipped")


def run() -> tuple[int, list[Survivor]]:
    """Tries every mutant anew; returns their number and those that lived.

    Raises:
        RuntimeError: mutmut could not run; its words.
    """
    shutil.rmtree(PROJECT_DIR / "mutants", ignore_errors=True)
    done = _mutmut("run", "--max-children", str(os.cpu_count() or 1))
    if done.returncode:
        raise RuntimeError(done.stdout[-3000:] + done.stderr[-3000:])
    outcomes = parse_results(_mutmut("results", "--all", "true").stdout)
    alive = [name for name, outcome in outcomes.items() if outcome in ALIVE]
    return len(outcomes), [parse_diff(name, _mutmut("show", name).stdout) for name in alive]


def parse_results(text: str) -> dict[str, str]:
    """Outcome of each mutant by its name."""
    return dict(re.findall(r"^\s*(\S+__mutmut_\d+): (.+?)\s*$", text, re.MULTILINE))


def parse_diff(name: str, diff: str) -> Survivor:
    """The survivor that `mutmut show` prints as a diff of its function."""
    changed = [line for line in diff.splitlines() if re.match(r"[-+](?![-+]{2} )", line)]
    before, after = ("\n".join(line[1:].strip() for line in changed if line[0] == sign) for sign in "-+")
    return Survivor("/".join(name.split(".")[:-1]) + ".py", before, after)


def _mutmut(*arguments: str) -> "subprocess.CompletedProcess[str]":
    # mutmut imports the copies that it mutates, which a path to the originals would hide
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [str(Path(sys.executable).with_name("mutmut")), *arguments]
    return subprocess.run(command, cwd=PROJECT_DIR, env=environment, capture_output=True, text=True, check=False)
