"""What a page or an answer is made from: the publication, the reader, and what the address asks for."""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any

from fastapi import Depends, HTTPException, Request
from fastapi.responses import HTMLResponse

from hitcast.core import words
from hitcast.core.home import Home
from hitcast.core.stars import starred
from hitcast.desk import drawing, view
from hitcast.desk.guard import Access
from hitcast.desk.published import Published, Snapshot, unreached_class
from hitcast.desk.reader import Reader, reader_of

STALE_DAYS = 2
STALE_HOURS = 36
MAX_RATIO = 1000.0
MAX_PAGES = 100_000
MAX_TYPED = 40
"""Signs of what was typed that a refusal repeats."""
AMOUNT = re.compile(r"[0-9]{1,15}([.,][0-9]{1,9})?")
PAGES = ("week", "releases", "plan", "calendar", "trust", "health")
"""Pages of the menu, each with a text `page.<name>` and a path of its name but for the first."""


@dataclass(frozen=True)
class Desk:
    """What the server was started with.

    Attributes:
        home: Where decisions and stars are kept.
        published: The published file.
        access: Who may ask.
    """

    home: Home
    published: Published
    access: Access


@dataclass(frozen=True)
class Visit:
    """One request.

    Attributes:
        request: As it came.
        desk: The server's.
        reader: Who asks.
    """

    request: Request
    desk: Desk
    reader: Reader

    @cached_property
    def snapshot(self) -> Snapshot:
        """What is published, one publication for the whole request.

        Raises:
            HitcastError: Nothing is published, or it cannot be read.
        """
        return self.desk.published.snapshot()

    @cached_property
    def stars(self) -> list[str]:
        """Releases on the reader's watchlist."""
        return starred(self.desk.home, self.reader.name)

    @cached_property
    def ratio(self) -> float:
        """Cost of a promotion that does not pay, in missed hits: the address's `ratio`, else the published one.

        Raises:
            HTTPException: It is no number, or out of bounds.
        """
        published = float(self.snapshot.costs["ratio"] or 1)
        typed, given = self.text("ratio", MAX_TYPED), self.number("ratio")
        if not typed:
            return published
        # a published ratio is in bounds, and forms round it
        most = max(MAX_RATIO, 2 * published)
        if given is None or not 0 < given <= most:
            raise refused("choice.ratio", typed=typed, most=f"{most:g}")
        return given

    @property
    def needed(self) -> float:
        """Chance of the top class from which on promoting pays."""
        return self.ratio / (1 + self.ratio)

    @cached_property
    def horizon(self) -> int:
        """Days of the window: the address's `horizon`, else the classes'.

        Raises:
            HTTPException: It is not forecast.
        """
        usual = int(self.snapshot.costs["class_horizon"])
        return int(self.choice("horizon", sorted({*self.snapshot.horizons, usual})) or usual)

    @property
    def page_number(self) -> int:
        """Which page of a long table: the address's `page`, else the first."""
        return int(min(max(self.number("page") or 1, 1), MAX_PAGES))

    def text(self, name: str, longest: int = 200) -> str:
        """A parameter of the address in one line; empty where it is not given."""
        given = self.request.query_params.get(name, "")
        return "".join(sign if sign.isprintable() else " " for sign in given).strip()[:longest]

    def choice(self, name: str, allowed: Iterable[object]) -> str:
        """A parameter of the address that is one of some; empty where it is not given.

        Raises:
            HTTPException: It is none of them.
        """
        typed = self.text(name)
        return must_be_one(name, typed, allowed) if typed else ""

    def number(self, name: str) -> float | None:
        """A parameter of the address as a number; None where it is none."""
        try:
            value = float(self.text(name).replace(",", "."))
        except ValueError:
            return None
        return value if math.isfinite(value) else None

    def forecasts(self, name: str, **parameters: Any) -> list[dict[str, Any]]:
        """The answer to a query over `forecasts(horizon, needed)`, for this request's horizon and needed chance."""
        return self.snapshot.rows(name, **{"horizon": self.horizon, "needed": self.needed} | parameters)

    def range_scale(self, rows: Iterable[Mapping[str, Any]], width: int = 200) -> drawing.Scale:
        """The scale of range bars that stand together; the least total of a hit lies on it too."""
        return drawing.ratio_scale((row["upper_90"] for row in rows), self.snapshot.costs["top_minimum"] or 0, width)

    def link(self, path: str, **parameters: Any) -> str:
        """A path of the desk, below where a proxy puts it."""
        return view.link(f"{self.request.scope.get('root_path', '')}{path}", **parameters)

    def page(self, template: str, page: str = "", status: int = 200, **values: Any) -> HTMLResponse:
        """A page: a template with what every page has.

        Args:
            template: Its file, without `.html`.
            page: Which of `PAGES` it is; empty for a page below one of them.
            status: HTTP's.
            values: What the template shows.
        """
        shown = {
            "language": self.reader.language,
            "reader": self.reader,
            "stars": self.stars,
            "link": self.link,
            "pages": PAGES,
            "page": page,
            "here": self.link(self.request.url.path.removeprefix(self.request.scope.get("root_path", ""))),
            "address": self._address,
            "about": self.snapshot.about,
            "costs": self.snapshot.costs,
            "horizon": self.horizon,
            "ratio": self.ratio,
            "needed": self.needed,
            "warnings": self._warnings(),
            "has_token": bool(self.desk.access.token),
        }
        return HTMLResponse(view.environment().get_template(f"{template}.html").render(shown | values), status)

    @property
    def _address(self) -> str:
        """Path and parameters of this page, to come back to it."""
        query = self.request.url.query
        return f"{self.request.url.path}{'?' if query else ''}{query}"

    def _warnings(self) -> list[tuple[str, Mapping[str, Any]]]:
        """What is old about the publication, or does not fit the label: a text's key and its values."""
        about, now = self.snapshot.about, view.present().replace(tzinfo=None)
        language = self.reader.language
        found: list[tuple[str, Mapping[str, Any]]] = []
        if (unreached := unreached_class(self.snapshot)) is not None:
            streams = {name: words.number(unreached[name], language) for name in ("top_minimum", "most_streams")}
            named = {"top_class": words.word(unreached["top_class"], language)}
            found.append(("classes.unreached", dict(unreached) | streams | named))
        if about.is_demo:
            # a made-up world has no present to be behind
            return found
        if about.through is not None and (now.date() - about.through).days > STALE_DAYS:
            found.append(
                ("stale.data", {"day": words.day(about.through, language), "days": (now.date() - about.through).days})
            )
        hours = (now - about.published_at).total_seconds() / 3600
        if hours < -24:
            found.append(("stale.clock", {"moment": words.moment(about.published_at, language)}))
        if hours > STALE_HOURS:
            found.append(
                ("stale.publication", {"moment": words.moment(about.published_at, language), "hours": int(hours)})
            )
        return found


def visit_of(request: Request) -> Visit:
    """The visit of a request, for FastAPI to hand to a route."""
    return Visit(request, request.app.state.desk, reader_of(request))


VisitOf = Annotated[Visit, Depends(visit_of)]


def refused(key: str, **values: object) -> HTTPException:
    """What a route raises for what a reader typed: a text's key and its values, in the reader's language."""
    return HTTPException(422, {"key": key, **values})


def must_be_one(name: str, typed: str, allowed: Iterable[object]) -> str:
    """What was typed for a parameter, which must be one of some.

    Raises:
        HTTPException: It is none of them.
    """
    choices = [str(one) for one in allowed]
    if typed not in choices:
        raise refused("choice.none", name=name, typed=typed[:MAX_TYPED], choices=", ".join(choices))
    return typed


def amount(name: str, typed: str) -> float | None:
    """An amount as people type it: 15 000, 15000,50; None where nothing is typed.

    Raises:
        HTTPException: It is no amount; the text `amount.<name>` says so.
    """
    digits = "".join(typed.split())
    if not digits:
        return None
    if not AMOUNT.fullmatch(digits):
        raise refused(f"amount.{name}", typed=words.one_line(typed)[:MAX_TYPED])
    return float(digits.replace(",", "."))


def not_found(what: str) -> HTTPException:
    """What a route raises for something that is not published."""
    return HTTPException(404, what)
