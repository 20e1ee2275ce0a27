"""A crash or an I/O error at any write loses nothing. `pytest -m kills --crashes 200 -s` is the whole edition."""

import random
import shutil

import pytest

from hitcast.core.home import Home
from hitcast.ingest.landing import FirstFormatError
from tests.faults.scenarios import Scenario, Stable, plan, scenarios
from tests.faults.state import differences, faults_of

FEW = ("first ingest", "upgrade")
"""Scenarios of the small edition, which need no run before them."""
pytestmark = pytest.mark.kills


@pytest.mark.parametrize("kind", ["crash", "error", "errors"])
def test_harm_at_any_write_loses_nothing_and_mixes_nothing(
    stable: Stable, pytestconfig: pytest.Config, kind: str
) -> None:
    seed, failures, counts = pytestconfig.getoption("--kill-seed"), [], {}
    crashes, only = pytestconfig.getoption("--crashes"), pytestconfig.getoption("--kill-only")
    for number, name in enumerate(plan(crashes, only, FEW)):
        scenario = next(each for each in scenarios() if each.name == name)
        label = f"{kind}, seed, number and scenario {seed} {number} {name}"
        if name not in counts:
            stable.undisturbed(scenario)
            counts[name] = writes(stable, scenario)
        for message in trial(stable, scenario, kind, label, counts[name]):
            failures.append(message)
            print(f"FAILED {message}", flush=True)
    print(", ".join(f"{name}: {count:,} writes" for name, count in counts.items()))
    assert not failures, "\n".join(failures)


def writes(stable: Stable, scenario: Scenario) -> int:
    """Writes of the undisturbed command."""
    stable.fetch(scenario.begins)
    stable.run(stable.command(scenario), {"kind": "count", "at": 0, "seed": ""})
    return stable.launcher.writes


def faults_now(home: Home) -> list[str]:
    """As `faults_of` after a kill; a home of an earlier version has none that this one knows."""
    try:
        return faults_of(home, is_at_rest=False)
    except FirstFormatError:
        return []


def trial(stable: Stable, scenario: Scenario, kind: str, label: str, count: int) -> list[str]:
    """Harms one command at one of its writes, looks, runs it again and looks again; says what is wrong, in words."""
    home, arguments = stable.home, stable.command(scenario)
    expected, _ = stable.undisturbed(scenario)
    at = random.Random(label).randint(1, count)
    stable.fetch(scenario.begins)
    shutil.rmtree(stable.launcher.folder / "aside", ignore_errors=True)
    ended = stable.run(arguments, {"kind": kind, "at": at, "seed": label})
    where = f"{label}, write {at} of {count}"
    wrong = [f"{where}: {fault}" for fault in faults_now(home)]
    if kind != "crash" and not scenario.is_done_by(ended.code) and (ended.code != 4 or "Traceback" in ended.said):
        wrong.append(f"{where}: exit code {ended.code}: {ended.said[-2000:]}")
    again = stable.run(arguments)
    if not scenario.is_done_by(again.code):
        return [*wrong, f"{where}: again, exit code {again.code}: {again.said[-2000:]}"]
    found = [*faults_of(home), *differences(expected, scenario.print_of(home))]
    return [*wrong, *(f"{where}: again: {each}" for each in found)]
