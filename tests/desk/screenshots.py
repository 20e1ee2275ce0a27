"""Pictures of each page for the docs: `python -m tests.desk.screenshots`, over the published file of `HITCAST_HOME`."""

import argparse
import sys
from pathlib import Path
from typing import Any

from hitcast.core.errors import HitcastError
from hitcast.core.home import Home
from hitcast.serving.publish import open_published
from tests.desk.browser import browser, served, settle

PAGES = ("upcoming", "release", "performance", "data")
HEIGHTS = {"upcoming": 1000, "release": 1250, "performance": 1250, "data": 1250}
LARGEST = 150_000


def interesting_release(home: Path) -> str:
    """The release most worth promoting among those whose forecast moved on most days."""
    with open_published(Home(home)) as connection:
        found = connection.execute(
            "select release_id from release_predictions "
            "inner join (select release_id, count(*) as forecasts from prediction_history group by all) as moved "
            "using (release_id) where predicted_streams is not null "
            "order by forecasts desc, promotion_value desc nulls last limit 1"
        ).fetchone()
    return str(found[0]) if found else ""


def take(home: Path, target: Path, width: int, dark: bool, language: str, suffix: str, whole: bool) -> None:
    """A picture of each page."""
    target.mkdir(parents=True, exist_ok=True)
    release_id = interesting_release(home)
    with served(home) as address, browser() as chromium:
        for name in PAGES:
            height = 6000 if whole else HEIGHTS[name]
            page = chromium.new_page(
                viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light"
            )
            page.goto(
                f"{address}/{'' if name == PAGES[0] else name}?lang={language}"
                + (f"&release={release_id}" if name == "release" else "")
            )
            settle(page)
            page.wait_for_timeout(1200)
            file = target / f"{name}{suffix}.png"
            _shoot(page, file)
            print(file, file.stat().st_size)
            page.close()


def _shoot(page: Any, file: Path) -> None:
    page.screenshot(path=str(file))
    if file.stat().st_size > LARGEST:
        print(f"{file}: above {LARGEST} bytes")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--target", type=Path, default=Path("docs/images"))
    parser.add_argument("--width", type=int, default=1200)
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--language", default="en")
    parser.add_argument("--suffix", default="")
    parser.add_argument("--whole", action="store_true", help="as tall as it takes")
    options = parser.parse_args()
    given = (options.target, options.width, options.dark, options.language, options.suffix, options.whole)
    try:
        take(Home.current().root, *given)
    except HitcastError as error:
        sys.exit(f"screenshots: {error}")


if __name__ == "__main__":
    main()
