"""Homes to begin from, commands to kill on them, and the moments at which a kill may do most harm."""

import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from hitcast.core.home import Home
from hitcast.core.project import read_variables, settings_of
from hitcast.demo.world import write_demo_data
from hitcast.serving.publish import published_file
from ml.registry import store, tracking
from tests.faults.state import Print, print_of
from tests.homes import unpacked
from tests.launcher import Ended, Launcher

ROWS, UNTIL = 100_000, date(2020, 6, 30)
MAPPINGS = [part for name in ("catalog", "tiktok", "vk") for part in ("--mapping", f"demo_{name}")]
WITHDRAWN = ("2020-05-20", "2020-06-28")

Moment = Callable[[Home], bool]


@dataclass(frozen=True)
class Scenario:
    """A command to kill.

    Attributes:
        name: What is done, in words.
        begins: Name of the prepared home that it begins from.
        ends: Name of the prepared home that it leads to where nothing disturbs it; None: it is made for the trials.
        arguments: Of `hitcast`; EXPORTS stands for the folder of the demo world, BACKUP for a backup of the published
            home, RELEASE for a release of it.
        weight: Share of all kills.
        moments: Waited for before a kill in the critical span, each with the longest pause after it in seconds; empty
            where every kill may come anywhere.
    """

    name: str
    begins: str
    ends: str | None
    arguments: tuple[str, ...]
    weight: int
    moments: tuple[tuple[str, Moment, float], ...]

    def print_of(self, home: Home) -> Print:
        """What the home holds; who holds the title, and who held it before, where the command settles that."""
        if self.arguments[0] != "models":
            return print_of(home)
        settings = settings_of(home, read_variables())
        titles = [store.champion(settings), *store.earlier_champions(settings)]
        return print_of(home) | {"titles": [version and version.version for version in titles]}

    def is_done_by(self, code: int) -> bool:
        """Whether an exit code says that the command did its work: 5, landed, but look, is `ingest`'s."""
        return code == 0 or (code == 5 and self.arguments[0] == "ingest")


def exists(pattern: str) -> Moment:
    """Something of that name lies in the home."""
    return lambda home: next(home.root.glob(pattern), None) is not None


def renamed(place: str) -> Moment:
    """A file of the home has been replaced since the first look, or has appeared."""
    first: dict[Path, int] = {}

    def look(home: Home) -> bool:
        path = home.root / place
        present = path.stat().st_ino if path.exists() else 0
        return present != first.setdefault(path, present)

    return look


def step_done(step: str, outcome: str = "done") -> Moment:
    """The step has been recorded since the first look."""
    before: dict[Path, int] = {}
    message = f'"step": "{step}", "outcome": "{outcome}"'

    def look(home: Home) -> bool:
        records = home.records.read_text(encoding="utf-8") if home.records.exists() else ""
        return records.count(message) > before.setdefault(home.root, records.count(message))

    return look


def log_grows(least: int) -> Moment:
    """DuckDB's write-ahead log has reached a size: some models are committed, others not yet."""

    def look(home: Home) -> bool:
        log = home.root / "warehouse.duckdb.wal"
        try:
            return log.stat().st_size > least
        except FileNotFoundError:
            return False

    return look


def appeared(pattern: str) -> Moment:
    """There are more files of that name than at the first look."""
    before: dict[Path, int] = {}

    def look(home: Home) -> bool:
        count = sum(1 for _ in home.root.glob(pattern))
        return count > before.setdefault(home.root, count)

    return look


def vanished(pattern: str) -> Moment:
    """There are fewer files of that name than at the first look."""
    before: dict[Path, int] = {}

    def look(home: Home) -> bool:
        count = sum(1 for _ in home.root.glob(pattern))
        return count < before.setdefault(home.root, count)

    return look


def _landing() -> tuple[tuple[str, Moment, float], ...]:
    return (
        ("days are written", exists("raw/.incoming/*/*.parquet"), 0.3),
        ("renames", appeared("raw/catalog_tracks/delivery=*/data.parquet"), 0.05),
        ("renames of days", appeared("raw/tiktok_sound_days/activity_date=2020-02-24/*/data.parquet"), 0.05),
        ("renames of days", appeared("raw/tiktok_sound_days/activity_date=2020-02-25/*/data.parquet"), 0.005),
        ("ledger is written", renamed("raw/ledger_copy.parquet"), 0.005),
        ("ledger stands", renamed("raw/landing_deliveries/data.parquet"), 0.01),
    )


def _building() -> tuple[tuple[str, Moment, float], ...]:
    return (
        ("first commits", log_grows(0), 0.2),
        ("between models", log_grows(20_000), 0.8),
        ("late models", log_grows(200_000), 0.8),
        ("forecasts", step_done("train"), 0.4),
        ("ml transaction", step_done("predict"), 0.05),
        ("drift", step_done("drift"), 0.3),
    )


def _publishing() -> tuple[tuple[str, Moment, float], ...]:
    return (
        ("published file is written", exists("serving/.hitcast.duckdb.part"), 0.2),
        ("first Parquet stands", renamed("serving/release_predictions.parquet"), 0.002),
        ("between Parquet and DuckDB", renamed("serving/rejected_rows.parquet"), 0.002),
        ("published", renamed("serving/hitcast.duckdb"), 0.01),
    )


def _training() -> tuple[tuple[str, Moment, float], ...]:
    return (
        ("store is made", exists("mlflow/*mlflow.db*"), 1.0),
        ("features done", step_done("features"), 0.3),
        ("run is opened", appeared("mlflow/artifacts/*"), 0.05),
        ("bundle stands", appeared("mlflow/artifacts/*/artifacts/bundle"), 0.01),
        ("between version and title", appeared("mlflow/artifacts/*/artifacts/bundle"), 0.05),
        ("between version and title", appeared("mlflow/artifacts/*/artifacts/bundle"), 0.1),
    )


def scenarios() -> list[Scenario]:
    """All of them, again: moments remember what they saw first."""
    return [
        Scenario("first ingest", "empty", "landed", ("ingest", "EXPORTS/first", *MAPPINGS), 50, _landing()),
        Scenario(
            "corrections", "published", "corrected", ("ingest", "EXPORTS/corrections", *MAPPINGS), 50, _landing()[3:]
        ),
        Scenario("first run", "landed", "published", ("run",), 16, (*_training(), *_building(), *_publishing())),
        Scenario("run after corrections", "corrected", None, ("run",), 32, (*_building(), *_publishing())),
        Scenario(
            "retrain", "corrected", None, ("run", "--retrain", "always"), 12, (*_training()[2:], *_building()[3:])
        ),
        Scenario(
            "withdraw",
            "published",
            None,
            ("withdraw", "vk_stream_days", *WITHDRAWN),
            20,
            (
                ("ledger is written", renamed("raw/ledger_copy.parquet"), 0.005),
                ("ledger stands", renamed("raw/landing_deliveries/data.parquet"), 0.005),
            ),
        ),
        Scenario(
            "prune",
            "corrected",
            None,
            ("prune", "--keep-days", "0"),
            12,
            (("between files", vanished("raw/*/*/delivery=000001/data.parquet"), 0.002),),
        ),
        Scenario("publish", "published", None, ("publish",), 20, _publishing()),
        Scenario("rebuild", "published", None, ("run", "--rebuild"), 8, (*_building()[3:], *_publishing())),
        Scenario("promote", "titled", None, ("models", "promote", "1"), 8, ()),
        Scenario("rollback", "titled", None, ("models", "rollback"), 8, ()),
        Scenario("decide", "published", None, ("decide", "RELEASE", "promoted", "--spend", "1000"), 8, ()),
        Scenario("upgrade", "old", None, ("prune",), 12, (("links are made", appeared("raw/*/*/delivery=*"), 0.2),)),
        Scenario("restore", "empty", None, ("restore", "BACKUP"), 8, (("files", exists("raw/*/*"), 0.5),)),
    ]


def plan(count: int, only: str, few: tuple[str, ...]) -> list[str]:
    """Scenarios of all trials, in turn, each as often as its weight says; of a small edition the few alone."""
    known = [scenario for scenario in scenarios() if re.search(only, scenario.name)]
    if len(few) >= count and not only:
        return list(few[:count])
    total = sum(scenario.weight for scenario in known)
    due = {scenario.name: 0.0 for scenario in known}
    planned = []
    for _ in range(count):
        for scenario in known:
            due[scenario.name] += scenario.weight / total
        planned.append(max(due, key=lambda name: due[name]))
        due[planned[-1]] -= 1
    return planned


@dataclass
class Stable:
    """Prepared homes, and what an undisturbed command makes of each.

    All work is done in one place, `home`: dbt parses again where the place of its home has changed.
    """

    root: Path
    launcher: Launcher

    def __post_init__(self) -> None:
        self.home = Home(self.root / "home")
        self.exports = self.root / "exports"
        self.backup = self.root / "backup.tar"
        self.expected: dict[str, tuple[Print, float]] = {}
        write_demo_data(self.exports, ROWS, until=UNTIL)
        (self.root / "empty").mkdir()

    def fetch(self, name: str) -> None:
        """Makes `home` a copy of a prepared one."""
        shutil.rmtree(self.home.root, ignore_errors=True)
        copied(self.root / name, self.home.root)

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {"HITCAST_HOME": str(self.home.root)}

    def run(self, arguments: tuple[str, ...], harm: dict[str, Any] | None = None) -> Ended:
        """A command on `home`; of harm see `Interposed`."""
        return self.launcher.run(self.environment, arguments, harm)

    def command(self, scenario: Scenario) -> tuple[str, ...]:
        parts = [part.replace("EXPORTS", str(self.exports)) for part in scenario.arguments]
        parts = [part.replace("BACKUP", str(self.backup)) for part in parts]
        return tuple(self._release() if part == "RELEASE" else part for part in parts)

    def undisturbed(self, scenario: Scenario) -> tuple[Print, float]:
        """What the home holds after the command, and the seconds that it took; the homes that it needs are made."""
        if scenario.name not in self.expected:
            self._make(scenario.begins)
            if "BACKUP" in scenario.arguments and not self.backup.exists():
                self._make("published")
                self.fetch("published")
                self._do("backup", str(self.backup))
            self.fetch(scenario.begins)
            ended: Ended = self.run(self.command(scenario))
            assert scenario.is_done_by(ended.code), ended.said
            self.expected[scenario.name] = scenario.print_of(self.home), ended.seconds
            if scenario.ends:
                copied(self.home.root, self.root / scenario.ends)
        return self.expected[scenario.name]

    def _make(self, name: str) -> None:
        """A prepared home: what a scenario leads to, or one that is made for the trials."""
        if (self.root / name).exists():
            return
        if name == "old":
            unpacked(self.root / "unpacked")
            copied(self.root / "unpacked" / "label", self.root / name)
        elif name == "titled":
            self._make("published")
            self.fetch("published")
            for _ in range(2):
                _register_again(self.home)
            copied(self.home.root, self.root / name)
        else:
            self.undisturbed(next(each for each in scenarios() if each.ends == name))

    def _release(self) -> str:
        with duckdb.connect(str(published_file(Home(self.root / "published"))), read_only=True) as connection:
            [release_id] = connection.execute("select min(release_id) from release_predictions").fetchall()[0]
        return str(release_id)

    def _do(self, *arguments: str) -> None:
        ended = self.run(arguments)
        assert ended.code == 0, ended.said


def _register_again(home: Home) -> None:
    """One more version, the champion's copy, which takes the title."""
    settings = settings_of(home, read_variables())
    standing = store.champion(settings)
    assert standing is not None
    client = tracking.open_client(settings)
    with tracking.record_run(client, settings, "train") as run_id:
        store.promote(settings, store.register(client, settings, run_id, standing.bundle, standing.tags))


def copied(source: Path, target: Path) -> None:
    """Copies a home; Parquet files, which are replaced and never written again, are shared."""
    shutil.copytree(source, target, copy_function=_link_or_copy)


def _link_or_copy(source: str, target: str) -> None:
    if source.endswith(".parquet"):
        os.link(source, target)
    else:
        shutil.copy2(source, target)
