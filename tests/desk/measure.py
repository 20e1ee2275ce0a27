"""How fast the desk is with 20,000 releases published: `python -m tests.desk.measure`."""

import random
import re
import shutil
import statistics
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hitcast.core.home import Home
from tests.desk.browser import browser
from tests.desk.client import Client, release_path, started
from tests.desk.states import PAGES
from tests.desk.world import FIRST_ID, publish

RELEASES, TESTED = 20_000, 2_300
ROUNDS = 5
SHOWN = {
    "week": "article.card",
    "releases": "table.releases tbody tr",
    "release": ".answer .total",
    "compare": "table.compare",
    "artist": "table.releases tbody tr",
    "label": "table.releases tbody tr",
    "plan": "main table",
    "calendar": "table.releases tbody tr",
    "trust": "main svg",
    "health": "main svg",
}
"""Pages, each with what a reader waits for."""
FURTHER = {
    "search": ("/releases?search=%D0%B2%D0%BE%D0%BB%D0%BA&show=all", "table.releases tbody tr"),
    "sort": ("/releases?sort=-known&show=all", "table.releases tbody tr"),
    "page 300": ("/releases?show=all&page=300", "table.releases tbody tr"),
    "other horizon": (f"{release_path(FIRST_ID)}?horizon=14", ".answer .total"),
}


READERS, PAUSE, SECONDS, PUBLICATIONS = 50, 5.0, 120.0, 20
"""Readers, seconds between two pages of one, how long they read, and how often the file is published meanwhile."""


def opened(tab: Any, address: str, awaited: str) -> float:
    """Seconds from the address to what a reader waits for."""
    begin = time.perf_counter()
    tab.goto(address, wait_until="commit")
    tab.locator(awaited).first.wait_for()
    return time.perf_counter() - begin


def in_browser(address: str) -> None:
    """Seconds that a reader waits in chromium."""
    with browser() as chromium:
        for turn in ("fresh server", "again"):
            tab = chromium.new_page(viewport={"width": 1440, "height": 900})
            print(f"first paint with data, {turn}: {opened(tab, address, SHOWN['week']):.2f} s")
        pages = {name: (PAGES[name], awaited) for name, awaited in SHOWN.items()} | FURTHER
        for name, (path, awaited) in pages.items():
            seconds = [opened(tab, f"{address}{path}", awaited) for _ in range(ROUNDS)]
            print(f"{name}: median {statistics.median(seconds):.2f} s, longest {max(seconds):.2f} s")


def without_browser(address: str) -> None:
    """Seconds that answers take which no page shows."""
    reader = Client(address)
    for path in ("/releases.csv?show=all", "/releases.xlsx?show=all", "/api/v1/releases?show=all&limit=1000"):
        begin = time.perf_counter()
        answer = reader.get(path)
        assert answer.status == 200
        print(f"{path}: {time.perf_counter() - begin:.2f} s, {len(answer.body) / 1e6:.1f} MB")


def under_readers(address: str, file: Path, other: Path) -> None:
    """Seconds that 50 readers wait while the file is published again and again.

    Args:
        address: The desk's.
        file: The published file.
        other: A second publication, by another model; the two take turns.
    """
    paths = [path for path, _ in FURTHER.values()] + [PAGES[name] for name in SHOWN]
    waits: list[float] = []
    failures: list[str] = []
    models: set[str] = set()
    end = time.monotonic() + SECONDS

    def read(number: int) -> None:
        chance = random.Random(number)
        time.sleep(chance.uniform(0, PAUSE))
        while time.monotonic() < end:
            begin = time.perf_counter()
            answer = Client(address).get(chance.choice(paths))
            waits.append(time.perf_counter() - begin)
            named = set(re.findall(r"hitcast/\d+", answer.text))
            models.update(named)
            if answer.status != 200 or len(named) != 1:
                failures.append(f"{answer.status} {sorted(named)}")
            time.sleep(PAUSE)

    readers = [threading.Thread(target=read, args=(number,)) for number in range(READERS)]
    for reader in readers:
        reader.start()
    publications = [
        shutil.copy(one, other.with_name(f"{one.stem}.{number}"))
        for number, one in enumerate([other, file] * (PUBLICATIONS // 2))
    ]
    for publication in publications:
        time.sleep(SECONDS / PUBLICATIONS)
        Path(publication).replace(file)
    for reader in readers:
        reader.join()
    waits.sort()
    print(
        f"{READERS} readers, {len(waits)} pages, {PUBLICATIONS} publications: median {statistics.median(waits):.2f} s, "
        f"p99 {waits[int(0.99 * len(waits))]:.2f} s, longest {waits[-1]:.2f} s; {len(failures)} failed or mixed "
        f"{failures[:3]}; models {sorted(models)}"
    )


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder))
        file = home.serving / "hitcast.duckdb"
        file.parent.mkdir()
        publish(file, releases=RELEASES, tested=TESTED, present=datetime.now(UTC))
        print(f"{RELEASES:,} releases, {file.stat().st_size / 1e6:.0f} MB")
        with started(home) as (address, _):
            in_browser(address)
            without_browser(address)
            other = Path(folder) / "other.duckdb"
            publish(other, releases=RELEASES, tested=TESTED, present=datetime.now(UTC), model="hitcast/9")
            under_readers(address, file, other)


if __name__ == "__main__":
    main()
