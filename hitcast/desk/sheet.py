"""The weekly sheet: one A4 page and a mail's text, of what the desk's home page says."""

import os
import shutil
import signal
import subprocess
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hitcast.core.errors import HitcastError, MachineError
from hitcast.core.files import written
from hitcast.core.home import Home
from hitcast.core.words import Language
from hitcast.desk import drawing, view
from hitcast.desk.pages.calendar import DAYS_AHEAD
from hitcast.desk.pages.week import sparklines, week_values
from hitcast.desk.published import Published, Snapshot
from hitcast.serving.publish import published_file

STYLE = Path(__file__).parent / "static" / "desk.css"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
MAX_COMING = 12
"""Releases that are announced, the nearest first, that the page has room for."""
MAX_SECONDS = 60
"""Time that a browser has to print the sheet."""


@dataclass(frozen=True)
class Sheet:
    """The weekly sheet.

    Attributes:
        html: One page for A4, which needs no other file.
        text: The same as lines of at most 78 signs.
    """

    html: str
    text: str


def week_sheet(home: Home, language: Language = "en", address: str = "") -> Sheet:
    """The sheet of what is published.

    Args:
        home: The home.
        language: What it is written in.
        address: Of the desk, such as https://desk.example/hitcast, for its links; empty for none.

    Raises:
        HitcastError: Nothing is published, or by another version.
    """
    snapshot = Published(published_file(home)).snapshot()
    shown = file_values(snapshot, language, address)
    chosen = {"horizon": shown["horizon"], "needed": shown["needed"]}
    values = week_values(snapshot, **chosen)
    through = snapshot.about.through
    shown |= values | {
        "monday": through and through - timedelta(days=through.weekday()),
        "coming": snapshot.rows("calendar", **chosen, days_back=0, days_ahead=DAYS_AHEAD, limit=MAX_COMING, offset=0),
        "days_ahead": DAYS_AHEAD,
        "sparks": sparklines(snapshot, values["cards"], 120, 30),
        "scale": drawing.ratio_scale((row["upper_90"] for row in values["cards"]), snapshot.costs["top_minimum"] or 0),
    }
    environment = view.environment()
    text = environment.get_template("sheet.txt").render(shown)
    return Sheet(environment.get_template("sheet.html").render(shown), text.replace("\u00a0", " "))


def file_values(snapshot: Snapshot, language: Language, address: str) -> dict[str, Any]:
    """What every page that is one file is drawn with, as `Visit.page` has it of a page of the desk.

    Args:
        snapshot: The publication.
        language: What it is written in.
        address: Of the desk, for links; without one there are none.
    """
    ratio, desk = float(snapshot.costs["ratio"] or 1), address.rstrip("/")
    return {
        "language": language,
        "about": snapshot.about,
        "costs": snapshot.costs,
        "horizon": int(snapshot.costs["class_horizon"]),
        "ratio": ratio,
        "needed": ratio / (1 + ratio),
        "is_page": False,
        "has_links": bool(desk),
        "desk": desk,
        "link": lambda path, **parameters: view.link(f"{desk}{path}", **parameters),
        "stars": (),
        "address": "",
        "style": STYLE.read_text(encoding="utf-8"),
    }


def write_sheet(home: Home, folder: Path, language: Language = "en", address: str = "") -> list[Path]:
    """Writes `week.html` and `week.txt` to a folder, and `week.pdf` where a browser that prints is found.

    Args:
        home: The home.
        folder: Made if it is missing; files that are there are replaced.
        language: What they are written in.
        address: Of the desk, for links; empty for none.

    Returns:
        The files.

    Raises:
        HitcastError: Nothing is published, the folder cannot be written, or the browser fails.
    """
    sheet = week_sheet(home, language, address)
    files = [folder / "week.html", folder / "week.txt"]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file, content in zip(files, (sheet.html, sheet.text), strict=True):
            with written(file) as part:
                part.write_text(content, encoding="utf-8")
    except OSError as error:
        raise HitcastError(f"cannot be written ({error.strerror})", str(folder), "Name another: --to") from None
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is not None:
        files.append(_print(browser, files[0], folder / "week.pdf"))
    return files


def _print(browser: str, page: Path, target: Path) -> Path:
    """The page as PDF, by a browser without a window that asks nobody for anything."""
    with written(target) as part, TemporaryDirectory() as profile:
        command = [
            browser, "--headless", "--disable-gpu", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync", "--no-pdf-header-footer", f"--user-data-dir={profile}",
            f"--print-to-pdf={part.resolve()}", page.resolve().as_uri(),
        ]  # fmt: skip
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            # its sandbox cannot be had by root
            command.insert(1, "--no-sandbox")
        try:
            done = subprocess.run(command, capture_output=True, check=False, timeout=MAX_SECONDS)
        except (OSError, subprocess.TimeoutExpired):
            done = None
        if done is not None and done.returncode == -signal.SIGKILL:
            what = "was killed before it had printed the sheet, as a machine does whose memory runs out"
            raise MachineError(what, browser, f"Give more memory, or open {page} and print it there")
        if done is None or done.returncode or not part.exists() or not part.stat().st_size:
            raise HitcastError("did not print the sheet", browser, f"Open {page} and print it there")
    return target
