"""Who reads: language and name, kept in cookies of the reader's own browser."""

from dataclasses import dataclass
from typing import cast

from starlette.requests import Request
from starlette.responses import Response

from hitcast.core.words import Language

LANGUAGES: tuple[Language, ...] = ("en", "ru")
LANGUAGE_COOKIE, NAME_COOKIE = "hitcast_language", "hitcast_reader"
MAX_NAME_LENGTH = 40
YEAR_SECONDS = 365 * 86_400


@dataclass(frozen=True)
class Reader:
    """A reader.

    Attributes:
        language: What every text is written in.
        name: Whose watchlist is shown and changed; empty for a reader who gave none.
    """

    language: Language
    name: str


def reader_of(request: Request) -> Reader:
    """The reader of a request: as chosen before, else the language that the browser prefers."""
    from urllib.parse import unquote

    chosen = request.cookies.get(LANGUAGE_COOKIE)
    language = cast(Language, chosen) if chosen in LANGUAGES else _preferred(request.headers.get("accept-language", ""))
    return Reader(language, clean_name(unquote(request.cookies.get(NAME_COOKIE, ""))))


def clean_name(text: str) -> str:
    """A reader's name in one line of at most 40 printable signs."""
    return " ".join("".join(sign for sign in text if sign.isprintable()).split())[:MAX_NAME_LENGTH]


def keep(response: Response, name: str, value: str, path: str) -> None:
    """Keeps a cookie for a year, from scripts and from other sites."""
    response.set_cookie(name, value, max_age=YEAR_SECONDS, path=path, httponly=True, samesite="lax")


def _preferred(header: str) -> Language:
    """The first of the desk's languages in `Accept-Language`, by its weights."""
    weighted = []
    for place, part in enumerate(header.split(",")):
        tag, _, weight = part.strip().partition(";q=")
        try:
            weighted.append((-float(weight or 1), place, tag.split("-")[0].lower()))
        except ValueError:
            continue
    for _, _, tag in sorted(weighted):
        if tag in LANGUAGES:
            return cast(Language, tag)
    return "en"
