"""Pictures of the desk for the docs: `python -m tests.desk.screenshots`, over the published file of `HITCAST_HOME`."""

import argparse
import sys
from pathlib import Path
from urllib.parse import urlencode

from PIL import Image

from hitcast.core.errors import HitcastError
from hitcast.core.home import Home
from hitcast.serving.publish import open_published
from tests.desk.browser import browser
from tests.desk.client import release_path, started

PAGES = ("week", "releases", "release", "compare", "plan", "calendar", "trust", "health")
HEIGHTS = {"week": 900, "releases": 900, "release": 1300, "compare": 1000, "trust": 1100, "health": 1100}
MAX_BYTES = 150_000


def interesting_releases(home: Home) -> list[str]:
    """Open releases, those most worth promoting first, of which forecasts moved on most days."""
    with open_published(home) as connection:
        found = connection.execute(
            "select release_id from release_predictions "
            "inner join (select release_id, count(*) as forecasts from prediction_history group by all) as moved "
            "using (release_id) where predicted_streams is not null and not is_final "
            "group by release_id order by max(forecasts) desc, max(promotion_value) desc nulls last limit 3"
        ).fetchall()
    return [release_id for (release_id,) in found]


def paths(home: Home) -> dict[str, str]:
    """Address of each page."""
    releases = interesting_releases(home)
    return {name: f"/{name}" for name in PAGES} | {
        "week": "/",
        "release": release_path(releases[0]) if releases else "/releases",
        "compare": f"/compare?{urlencode({'release': releases}, doseq=True)}",
    }


def take(home: Home, options: argparse.Namespace) -> None:
    """A picture of each page."""
    options.target.mkdir(parents=True, exist_ok=True)
    found = paths(home)
    with started(home) as (address, _), browser() as chromium:
        context = chromium.new_context(
            viewport={"width": options.width, "height": 900},
            color_scheme="dark" if options.dark else "light",
            locale={"en": "en-GB", "ru": "ru-RU"}[options.language],
        )
        tab = context.new_page()
        for name in options.pages or PAGES:
            tab.set_viewport_size({"width": options.width, "height": options.height or HEIGHTS.get(name, 900)})
            tab.goto(f"{address}{found[name]}")
            file = options.target / f"{name}{options.suffix}.png"
            tab.screenshot(path=str(file), full_page=options.whole)
            with Image.open(file) as picture:
                small = picture.convert("RGB").quantize(255, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
            small.save(file, optimize=True)
            size = file.stat().st_size
            print(f"{file}: {size} bytes{', above ' + str(MAX_BYTES) if size > MAX_BYTES else ''}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("pages", nargs="*", choices=[*PAGES, []], help="all by default")
    parser.add_argument("--target", type=Path, default=Path("docs/images"))
    parser.add_argument("--width", type=int, default=1440)
    parser.add_argument("--height", type=int, default=0, help="by page by default")
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--language", choices=["en", "ru"], default="en")
    parser.add_argument("--suffix", default="", help="after the page's name in the file's")
    parser.add_argument("--whole", action="store_true", help="as tall as it takes")
    try:
        take(Home.current(), parser.parse_args())
    except HitcastError as error:
        sys.exit(f"screenshots: {error}")


if __name__ == "__main__":
    main()
