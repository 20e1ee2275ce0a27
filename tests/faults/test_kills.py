"""`kill -9` at random moments: nothing lost, nothing mixed. `pytest -m kills --kills 200 -s` does it 200 times."""

import os
import random
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from hitcast.core.home import Home
from hitcast.serving.publish import published_file
from tests.faults.scenarios import Scenario, Stable, plan, scenarios
from tests.faults.state import differences, faults_of, published_faults
from tests.launcher import Ended, kill

FEW = ("first ingest", "corrections", "first run", "publish")
"""Scenarios of the small edition."""
ANYWHERE = ("", lambda home: True, 0.0)
READER_PAUSE = 0.2
REMOVED = "removed what a killed run had left unfinished"
pytestmark = pytest.mark.kills


@dataclass
class Tally:
    """What the kills of one scenario came to; the lists hold the trials that failed, in words.

    A command that had ended before its kill is late, counts for nothing and is tried again.
    """

    kills: int = 0
    critical: int = 0
    completed: int = 0
    equal: int = 0
    leftovers: int = 0
    reads: int = 0
    late: int = 0
    lost: list[str] = field(default_factory=list)
    mixed: list[str] = field(default_factory=list)


def test_a_kill_at_any_moment_loses_nothing_and_mixes_nothing(stable: Stable, pytestconfig: pytest.Config) -> None:
    kills, seed = pytestconfig.getoption("--kills"), pytestconfig.getoption("--kill-seed")
    tallies: dict[str, Tally] = {}
    for number, name in enumerate(plan(kills, pytestconfig.getoption("--kill-only"), FEW)):
        tally = tallies.setdefault(name, Tally())
        label = f"{seed} {number} {name}"
        chance = random.Random(label)
        begun = time.perf_counter()
        while not (moment := trial(stable, name, label, chance, tally)):
            tally.late += 1
        if len(FEW) < kills:
            print(f"{number + 1:>4} {name}: {moment}, {time.perf_counter() - begun:.1f} s", flush=True)
            if (number + 1) % 20 == 0:
                print(table(tallies), flush=True)
    print("\n" + table(tallies))
    print(f"{sum(tally.late for tally in tallies.values())} commands ended before their kill and were tried again")
    failures = [line for tally in tallies.values() for line in (*tally.lost, *tally.mixed)]
    assert not failures, "\n".join(failures)
    for tally in tallies.values():
        assert tally.kills == tally.completed == tally.equal


def trial(stable: Stable, name: str, label: str, chance: random.Random, tally: Tally) -> str:
    """Kills one command, looks, runs it again and looks again; says when it was killed, nothing if it was too late."""
    scenario = next(each for each in scenarios() if each.name == name)
    expected, seconds = stable.undisturbed(scenario)
    stable.fetch(scenario.begins)
    home = stable.home
    with reading(home) as read:
        moment, is_critical, ended = killed(stable, scenario, seconds, chance)
        if ended.code != -9:
            return ""
        tally.kills += 1
        tally.critical += is_critical
        message = f"seed, number and scenario {label}: {moment}"
        broken = faults_of(home, is_at_rest=False)
        again = stable.run(stable.command(scenario))
    mixed = broken + read.faults
    lost = []
    if scenario.is_done_by(again.code):
        tally.completed += 1
        found = scenario.print_of(home)
        lost = faults_of(home) + differences(expected, found)
        tally.equal += not lost
        tally.leftovers += REMOVED in again.said
    else:
        lost.append(f"run again: exit code {again.code}: {again.said[-2000:]}")
    tally.reads += read.count
    if lost or mixed:
        kept = stable.root / f"failed {label}"
        shutil.copytree(home.root, kept, symlinks=True)
        print(f"FAILED {message}; kept in {kept}\n  lost: {lost}\n  mixed: {mixed}", flush=True)
    tally.lost += [f"{message}: {each}" for each in lost]
    tally.mixed += [f"{message}: {each}" for each in mixed]
    return moment


def killed(stable: Stable, scenario: Scenario, seconds: float, chance: random.Random) -> tuple[str, bool, Ended]:
    """Half of the kills wait for a critical moment, the others come anywhere; says when, and how the command ended."""
    home, (label, is_reached, pause) = stable.home, chance.choice(scenario.moments or (ANYWHERE,))
    is_critical, pause = bool(scenario.moments) and chance.random() < 0.5, chance.uniform(0, pause)
    at = chance.uniform(0, seconds)
    is_reached(home)
    pid = stable.launcher.start(stable.environment, stable.command(scenario))
    begun = time.perf_counter()
    if is_critical:
        moment = f"{label} + {pause * 1000:.0f} ms"
        while not is_reached(home) and time.perf_counter() - begun < 10 * seconds and is_alive(pid):
            time.sleep(0.002)
        time.sleep(pause)
    else:
        moment = f"{at:.2f} of {seconds:.2f} s"
        while (left := begun + at - time.perf_counter()) > 0 and is_alive(pid):
            time.sleep(min(left, 0.05))
    if is_alive(pid):
        kill(pid)
    return moment, is_critical, stable.launcher.ended()


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@dataclass
class Read:
    """What a reader of the published file saw."""

    count: int = 0
    faults: list[str] = field(default_factory=list)


@contextmanager
def reading(home: Home) -> Iterator[Read]:
    """A reader that looks at the published file over and over, if there was one."""
    read, stop = Read(), threading.Event()

    def look() -> None:
        while not stop.wait(READER_PAUSE):
            read.count += 1
            read.faults += published_faults(published_file(home))

    reader = threading.Thread(target=look)
    if published_file(home).exists():
        reader.start()
    try:
        yield read
    finally:
        stop.set()
        if reader.ident:
            reader.join()


def table(tallies: dict[str, Tally]) -> str:
    """The table of `docs/reliability.md`."""
    heads = ("scenario", "kills", "critical", "completed", "equal", "lost", "mixed", "leftovers removed", "reads")
    lines = [" | ".join(("|", *heads, "|")).replace("| |", "|"), "| --- |" + " ---: |" * (len(heads) - 1)]
    sums = [0] * (len(heads) - 1)
    for name, tally in tallies.items():
        figures = [tally.kills, tally.critical, tally.completed, tally.equal, len(tally.lost), len(tally.mixed)]
        figures += [tally.leftovers, tally.reads]
        sums = [total + figure for total, figure in zip(sums, figures, strict=True)]
        lines.append(f"| {name} | {' | '.join(f'{figure:,}' for figure in figures)} |")
    lines.append(f"| all | {' | '.join(f'{figure:,}' for figure in sums)} |")
    return "\n".join(lines)
