"""A published world, once for all workers, and the desk over it."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from hitcast.core.home import Home
from tests.conftest import Once
from tests.desk.client import Client, serving
from tests.desk.world import PRESENT, publish

Desk = Callable[..., Client]


@pytest.fixture(scope="session")
def world(once: Once) -> Path:
    """A published file that nobody changes."""

    def make(folder: Path) -> Path:
        publish(folder / "hitcast.duckdb")
        return folder / "hitcast.duckdb"

    file: Path = once("desk", make)
    return file


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The moment of the world's publication."""
    monkeypatch.setattr("hitcast.desk.view.present", lambda: PRESENT)


@pytest.fixture
def home(tmp_path: Path, world: Path) -> Home:
    """A home of the test's own with a copy of that file."""
    made = Home(tmp_path / "home")
    made.serving.mkdir(parents=True)
    shutil.copy(world, made.serving / "hitcast.duckdb")
    return made


@pytest.fixture
def desk(home: Home) -> Iterator[Client]:
    """A reader of the desk over it."""
    with serving(home) as address:
        yield Client(address)


@pytest.fixture(scope="session")
def states(once: Once) -> Callable[[str], Home]:
    """Homes in the states of `tests.desk.states`, each made when it is first asked for."""
    from tests.desk.states import STATES, make

    def home(name: str) -> Home:
        made: Home = once(f"desk {name}", lambda folder: make(Home(folder / "home"), STATES[name]))
        return made

    return home


@pytest.fixture(scope="session")
def desks(states: Callable[[str], Home]) -> Iterator[Callable[[str], str]]:
    """Addresses of desks in the states of `tests.desk.states`; nothing in them is changed."""
    with ExitStack() as stack:
        addresses: dict[str, str] = {}

        def address(name: str) -> str:
            if name not in addresses:
                addresses[name] = stack.enter_context(serving(states(name)))
            return addresses[name]

        yield address
