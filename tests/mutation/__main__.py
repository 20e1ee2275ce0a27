"""`make mutants`: tries every mutant, and fails where one survives that `explained.toml` does not explain."""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from pipeline.home import PROJECT_DIR
from tests.mutation import python
from tests.mutation.explained import Survivor, faults, read_explanations
from tests.mutation.rules import Mutant, mutants_of

UNITS, DAYS = "unit tests", "incremental"
WINDOWS = r"day_number|as_of_day\b|between|teaser_days|_date [-+<>]|delivered_day [<>]|horizon_days"
SQL: dict[str, dict[str, tuple[str, ...]]] = {
    "macros/day_window.sql": {"suites": (UNITS,)},
    "macros/exact_sums.sql": {"suites": (UNITS,)},
    "macros/rebuild.sql": {"suites": (UNITS, DAYS)},
}


def main() -> int:
    """Prints each mutant that lived, then the count; 0 where all of them are explained."""
    parser = argparse.ArgumentParser(prog="make mutants")
    parser.add_argument("part", nargs="?", default="all", help="all, python, or a SQL file such as macros/rebuild.sql")
    part = parser.parse_args().part
    explanations, found = read_explanations(), []
    if part in ("all", "python"):
        count, survivors = python.run()
        _tell("ml/splits, ml/metrics, ml/decisions", count, survivors)
        found += survivors
    for file, how in SQL.items():
        if part in ("all", file):
            mutants = mutants_of(PROJECT_DIR, file)
            survivors = _survivors(mutants, how["suites"])
            _tell(file, len(mutants), survivors)
            found += survivors
    files = {"all": ".*", "python": r"ml/.*"}.get(part, part)
    unexplained = faults(found, [one for one in explanations if part == "all" or _is_of(one.file, files)])
    print("\n".join(unexplained))
    return int(bool(unexplained))


def _survivors(mutants: list[Mutant], suites: tuple[str, ...]) -> list[Survivor]:
    # dbt takes seconds to import, and the Python part does without
    from tests.mutation.sql import Trial

    with tempfile.TemporaryDirectory() as folder:
        trial = Trial(Path(folder))
        if failure := trial.killer(None, suites):
            sys.exit(f"the tests fail without a mutant: {failure}")
        alive = []
        for mutant in mutants:
            start = time.monotonic()
            killer = trial.killer(mutant, suites)
            took = f"{time.monotonic() - start:.0f} s"
            print(
                f"{mutant.file}:{mutant.line} {mutant.kind} ({took}): {killer or 'survived: ' + mutant.after}",
                flush=True,
            )
            if not killer:
                alive.append(Survivor(mutant.file, mutant.before, mutant.after))
    return alive


def _tell(what: str, count: int, survivors: list[Survivor]) -> None:
    print(f"{what}: {count} mutants, {count - len(survivors)} killed, {len(survivors)} survived", flush=True)
