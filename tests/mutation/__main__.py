"""`make mutants`: tries every mutant, and fails where one survives that `explained.toml` does not explain."""

import argparse
import sys
import tempfile
from pathlib import Path

from hitcast.core.home import PROJECT_DIR
from tests.mutation import python
from tests.mutation.explained import Survivor, faults, read_explanations
from tests.mutation.rules import Mutant, mutants_of

PYTHON = ("ml/splits.py", "ml/evaluation/metrics.py", "ml/decide/decisions.py")
SQL = ("macros/day_window.sql", "macros/exact_sums.sql")


def main() -> int:
    """Prints each mutant that lived, then the count; 0 where all of them are explained."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation")
    parser.add_argument("part", nargs="?", choices=["all", "python", *SQL], default="all")
    part = parser.parse_args().part
    tried: list[str] = []
    survivors: list[Survivor] = []
    if part in ("all", "python"):
        count, alive = python.run()
        print(_count("ml/splits, ml/metrics, ml/decisions", count, len(alive)), flush=True)
        tried.extend(PYTHON)
        survivors.extend(alive)
    for file in SQL:
        if part in ("all", file):
            mutants = mutants_of(PROJECT_DIR, file)
            alive = _survivors(mutants)
            print(_count(file, len(mutants), len(alive)), flush=True)
            tried.append(file)
            survivors.extend(alive)
    found = faults(survivors, read_explanations(), tried)
    print("\n".join(found) or "every survivor is explained in tests/mutation/explained.toml")
    return int(bool(found))


def _survivors(mutants: list[Mutant]) -> list[Survivor]:
    # dbt takes seconds to import, and the Python part does without
    from tests.mutation.sql import Trial

    alive = []
    with tempfile.TemporaryDirectory() as folder:
        trial = Trial(Path(folder))
        if failure := trial.killer(None):
            sys.exit(f"the tests fail without a mutant: {failure}")
        for mutant in mutants:
            killer = trial.killer(mutant)
            print(f"{mutant.file}:{mutant.line} {mutant.kind}: {killer or f'survived: {mutant.after}'}", flush=True)
            if not killer:
                alive.append(Survivor(mutant.file, mutant.before, mutant.after))
    return alive


def _count(what: str, mutants: int, alive: int) -> str:
    return f"{what}: {mutants} mutants, {mutants - alive} killed, {alive} survived"


if __name__ == "__main__":
    sys.exit(main())
