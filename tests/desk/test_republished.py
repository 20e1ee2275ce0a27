"""A publication that takes another's place while readers ask: each page is of one, and nothing is restarted."""

import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pytest

from hitcast.core.home import Home
from hitcast.desk.published import Published, Snapshot
from tests.desk.client import Client, release_path, serving
from tests.desk.world import FIRST_ID, publish

VERSIONS = 6


def versioned(number: int) -> tuple[str, ...]:
    """Changes: every table that names a release bears the number of the publication."""
    return tuple(
        f"update {table} set {column} = {column} || ' v{number}'"
        for table, column in (
            ("releases", "artist_name"), ("release_predictions", "artist_name"), ("similar_releases", "artist_name"),
            ("decisions", "artist_name"), ("prediction_drivers", "reason"), ("release_predictions", "main_drivers"),
        )
    )  # fmt: skip


@pytest.mark.parametrize("seed", [1, 2])
def test_no_page_is_of_two_publications(home: Home, tmp_path: Path, seed: int) -> None:
    file = home.serving / "hitcast.duckdb"
    made = []
    for number in range(VERSIONS):
        made.append(tmp_path / f"{number}.duckdb")
        publish(made[-1], releases=12 + seed, tested=10, changes=versioned(number), model=f"hitcast v{number}")
    made.pop(0).replace(file)
    paths = (
        "/",
        "/releases?show=all",
        release_path(FIRST_ID),
        "/health",
        "/compare?release=4607000000002&release=4607000000003",
        f"/api/v1{release_path(FIRST_ID)}",
    )
    stop = threading.Event()
    pages: list[tuple[str, set[str]]] = []
    failures: list[str] = []

    def read(path: str) -> None:
        while not stop.is_set():
            answer = Client(address).get(path)
            if answer.status != 200:
                failures.append(answer.text)
            pages.append((path, set(re.findall(r"\bv\d\b", answer.text))))

    with serving(home) as address:
        readers = [threading.Thread(target=read, args=(path,)) for path in paths]
        for reader in readers:
            reader.start()
        for next_one in made:
            time.sleep(0.5)
            next_one.replace(file)
        time.sleep(0.5)
        stop.set()
        for reader in readers:
            reader.join()
        last = Client(address).get("/").page.one("footer").text
    assert failures == []
    assert [(path, versions) for path, versions in pages if len(versions) != 1] == []
    assert len({version for _, versions in pages for version in versions}) >= 3
    assert f"hitcast v{VERSIONS - 1}" in last


def test_a_publication_is_seen_by_the_next_request(desk: Client, home: Home) -> None:
    for title in ("Second", "Third"):
        publish(
            home.serving / "hitcast.duckdb",
            releases=9,
            tested=5,
            changes=(f"update release_predictions set release_title = '{title}'",),
        )
        assert title in desk.get("/releases").main


def test_a_file_that_goes_and_comes_is_followed(desk: Client, home: Home) -> None:
    file = home.serving / "hitcast.duckdb"
    kept = file.read_bytes()
    file.unlink()
    assert desk.get("/").status == 503
    file.write_bytes(kept)
    assert desk.get("/").status == 200


def test_many_publications_leave_no_file_open(home: Home) -> None:
    file = home.serving / "hitcast.duckdb"
    published = Published(file)
    for number in range(5):
        publish(file, releases=3, tested=3, model=f"hitcast v{number}")
        assert published.snapshot().about.model_name == f"hitcast v{number}"
    held = [link for link in Path("/proc/self/fd").iterdir() if _target(link).startswith(str(home.root))]
    assert len(held) <= 2


def _target(link: Path) -> str:
    try:
        return str(link.readlink())
    except OSError:
        return ""


def test_a_writer_is_not_held_up_by_readers(desk: Client, home: Home) -> None:
    assert desk.get("/").status == 200
    with duckdb.connect(str(home.root / "other.duckdb")) as other:
        other.execute("create table t as select 1 as a")
    (home.root / "other.duckdb").replace(home.serving / "hitcast.duckdb")
    assert desk.get("/").status == 503


def test_an_answer_is_kept_for_who_asks_the_same_again_and_no_longer_than_its_publication(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    ask = Snapshot._ask

    def count(self: Snapshot, query: str, given: dict[str, object]) -> list[dict[str, object]]:
        asked.append(query)
        return ask(self, query, given)

    monkeypatch.setattr(Snapshot, "_ask", count)
    published = Published(home.serving / "hitcast.duckdb")
    chosen = {"horizon": 30, "needed": 0.8}
    first = published.snapshot().rows("week_cards", **chosen)
    assert published.snapshot().rows("week_cards", **chosen) is first
    assert published.snapshot().rows("week_cards", horizon=14, needed=0.8) is not first
    assert len(asked) == 2
    publish(home.serving / "hitcast.duckdb", releases=9, changes=versioned(2))
    again = published.snapshot().rows("week_cards", **chosen)
    assert len(asked) == 3
    assert all(row["artist_name"].endswith("v2") for row in again)
    # of several who ask the same at once one computes it
    publish(home.serving / "hitcast.duckdb", releases=9, changes=versioned(3))
    snapshot = published.snapshot()
    asked.clear()
    with ThreadPoolExecutor(8) as readers:
        list(readers.map(lambda _: snapshot.rows("week_cards", **chosen), range(8)))
    assert len(asked) == 1
    # of many answers none is kept for ever
    monkeypatch.setattr("hitcast.desk.published.MAX_ANSWERS", 2)
    for horizon in (1, 2, 3, 4):
        published.snapshot().rows("week_cards", horizon=horizon, needed=0.8)
    assert len(published.snapshot()._answers) <= 2
