"""What tests of several rooms need, and the sizes of the slow suites."""

import os
import pickle
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from hitcast.core.home import PROJECT_DIR, Home
from hitcast.core.project import read_variables, settings_of
from ml.registry import store, tracking
from tests.commands import MAPPINGS, ROWS, hitcast, succeeded


def pytest_addoption(parser: pytest.Parser) -> None:
    """Sizes of the slow suites; the defaults are the small editions that `.ci/run` takes. See docs/testing.md."""
    group = parser.getgroup("sizes of the slow suites")
    group.addoption("--kills", type=int, default=4, help="-m kills: how often to kill; a whole edition is 200")
    group.addoption("--crashes", type=int, default=2, help="-m kills: crashes and errors; a whole edition is 200")
    group.addoption("--kill-seed", default="1", help="-m kills: seed of the moments")
    group.addoption("--kill-only", default="", help="-m kills: regular expression that a scenario's name must match")
    group.addoption("--days", type=int, default=1, help="-m soak: days of use; a whole edition is 100")
    group.addoption("--publishes", type=int, default=8, help="-m load: publications; a whole edition is 200")
    group.addoption("--exports", type=int, default=200, help="-m fuzz: spoiled exports; a whole edition is 10,000")
    group.addoption("--labels", type=int, default=2, help="-m labels: odd labels; a whole edition is 60")
    group.addoption("--first-label", type=int, default=0, help="-m labels: seed of the first label")
    group.addoption("--first-seed", type=int, default=0, help="-m fuzz: seed of the first export")


Once = Callable[[str, Callable[[Path], Any]], Any]


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Once:
    """Makes what many tests read and none changes: once for all of xdist's workers.

    Takes a name and a function, which is given a new folder and returns what can be pickled.
    """
    base = tmp_path_factory.getbasetemp()
    root = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "once"
    root.mkdir(exist_ok=True)

    def make(name: str, build: Callable[[Path], Any]) -> Any:
        kept = root / f"{name}.pickle"
        with FileLock(root / f"{name}.lock"):
            if not kept.exists():
                folder = root / name
                folder.mkdir()
                made = build(folder)
                kept.write_bytes(pickle.dumps(made))
            return pickle.loads(kept.read_bytes())

    return make


@pytest.fixture(scope="session", autouse=True)
def _quick_stores(once: Once) -> Iterator[None]:
    """Stores of MLflow are copies of one that it made, for that takes seconds; processes of their own make theirs."""
    write = tracking._write_store

    def copy(file: Path) -> None:
        shutil.copyfile(once("store", lambda folder: _empty_store(folder / "mlflow.db", write)), file)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tracking, "_write_store", copy)
        yield


def _empty_store(file: Path, write: Callable[[Path], None]) -> Path:
    write(file)
    return file


@pytest.fixture(scope="session")
def prepared(once: Once) -> Home:
    """A demo world with all done, and a second version, alike, that took the title from the first and forecast too."""
    made: Home = once("prepared", _prepare)
    return made


def _prepare(folder: Path) -> Home:
    home, before = Home(folder / "home with spaces"), _project_entries()
    for arguments in (
        ["demo-data", "--rows", str(ROWS)],
        ["ingest", str(home.exports / "first"), *MAPPINGS],
        ["run"],
    ):
        succeeded(hitcast(home, *arguments))
    settings = settings_of(home, read_variables())
    first = store.champion(settings)
    assert first is not None
    client = tracking.open_client(settings)
    with tracking.record_run(client, settings, "train") as run_id:
        second = store.register(client, settings, run_id, first.bundle, first.tags)
    store.promote(settings, second)
    succeeded(hitcast(home, "run"))
    # the job writes into its home alone
    assert _project_entries() == before
    return home


def _project_entries() -> set[str]:
    return {path.name for path in PROJECT_DIR.iterdir()} - {".pytest_cache", ".hypothesis", ".cache"}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home of its own, not made yet."""
    return Home(tmp_path / "home")
