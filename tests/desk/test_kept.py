"""Pages that are handed out again, and all that makes them written anew."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import duckdb
import pytest

from hitcast.core.home import Home
from hitcast.desk.published import Snapshot
from tests.desk.client import Client, release_path, serving
from tests.desk.world import FIRST_ID


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Queries that pages asked, in their order."""
    names: list[str] = []
    rows = Snapshot.rows

    def noted(self: Snapshot, name: str, **parameters: object) -> object:
        names.append(name)
        return rows(self, name, **parameters)

    monkeypatch.setattr(Snapshot, "rows", noted)
    return names


@pytest.fixture
def reader(home: Home) -> Iterator[Client]:
    with serving(home) as address:
        yield Client(address)


def test_the_same_page_asks_nothing_again(reader: Client, asked: list[str]) -> None:
    first = reader.get("/releases")
    count = len(asked)
    assert count > 3
    again = reader.get("/releases")
    assert (again.body, again.headers) == (first.body, first.headers | {"date": again.headers["date"]})
    assert reader.ask("HEAD", "/releases").headers["content-length"] == first.headers["content-length"]
    assert len(asked) == count


@pytest.mark.parametrize(
    "other", [("/releases?show=all", "en"), ("/releases", "ru"), ("/plan", "en"), ("/releases?ratio=1", "en")]
)
def test_another_page_or_language_is_written(reader: Client, other: tuple[str, str]) -> None:
    path, language = other
    first = reader.get("/releases")
    assert Client(reader.address, language).get(path).body != first.body


def test_a_publication_a_decision_and_a_star_are_seen_at_once(reader: Client, home: Home) -> None:
    path = release_path(FIRST_ID)
    before = reader.get(path)
    reader.post(f"{path}/decide", decision="promoted", note="decided just now")
    decided = reader.get(path)
    assert "decided just now" in decided.text
    assert "decided just now" not in before.text
    reader.post("/reader", name="Anna")
    reader.get(path)
    reader.post(f"{path}/star", on="1", next=path)
    assert "★" in reader.get(path).page.one("main").text
    assert "★" not in Client(reader.address).get(path).page.one("main").text, "her star is hers"
    file = home.serving / "hitcast.duckdb"
    changed = file.with_name("next.duckdb")
    changed.write_bytes(file.read_bytes())
    with duckdb.connect(str(changed)) as published:
        published.execute("update release_predictions set release_title = 'Another title'")
    changed.replace(file)
    assert "Another title" in reader.get(path).text


def test_what_is_no_page_is_not_kept(reader: Client, asked: list[str]) -> None:
    for path, status in (("/releases?show=nothing", 422), ("/releases/unknown", 404), ("/releases.csv", 200)):
        assert reader.get(path).status == status
        count = len(asked)
        assert reader.get(path).status == status
        assert path.endswith("nothing") or len(asked) > count, path


def test_of_many_at_once_one_has_it_written(reader: Client, asked: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    begun = threading.Barrier(8)

    def get(number: int) -> bytes:
        begun.wait()
        return Client(reader.address).get("/releases?show=all").body

    with ThreadPoolExecutor(8) as pool:
        bodies = set(pool.map(get, range(8)))
    assert len(bodies) == 1
    assert asked.count("all_releases") == 1
