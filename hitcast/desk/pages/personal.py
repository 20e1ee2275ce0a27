"""What a reader does: language, name, stars, decisions, and the token that opens the desk to other machines."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from hitcast.core.decisions import Choice, Decision, record_decision
from hitcast.core.stars import set_star
from hitcast.core.words import one_line
from hitcast.desk import view
from hitcast.desk.guard import LOGIN_COOKIE
from hitcast.desk.reader import LANGUAGE_COOKIE, LANGUAGES, NAME_COOKIE, clean_name, keep
from hitcast.desk.visit import Visit, VisitOf, amount, must_be_one, not_found, refused

router = APIRouter(include_in_schema=False)
MAX_NOTE_LENGTH = 500
Back = Annotated[str, Form(alias="next")]


def _back(visit: Visit, path: str) -> RedirectResponse:
    """To the page that a form was sent from, which is one of the desk's own."""
    home = visit.link("/")
    is_own = path.startswith(home) and path[1:2] not in ("/", "\\") and path.isprintable()
    return RedirectResponse(path if is_own else home, 303)


def _cookie_path(visit: Visit) -> str:
    return visit.request.scope.get("root_path", "") or "/"


@router.post("/language")
def choose_language(visit: VisitOf, language: Annotated[str, Form()], back: Back = "/") -> RedirectResponse:
    """Keeps the reader's language."""
    answer = _back(visit, back)
    keep(answer, LANGUAGE_COOKIE, must_be_one("language", language, LANGUAGES), _cookie_path(visit))
    return answer


@router.post("/reader")
def choose_name(visit: VisitOf, name: Annotated[str, Form()] = "", back: Back = "/") -> RedirectResponse:
    """Keeps the reader's name, under which a watchlist is found again in any browser."""
    answer = _back(visit, back)
    keep(answer, NAME_COOKIE, quote(clean_name(name)), _cookie_path(visit))
    return answer


@router.post("/releases/{release_id}/star")
def star(visit: VisitOf, release_id: str, on: Annotated[str, Form()] = "1", back: Back = "/") -> RedirectResponse:
    """Puts a release on the reader's watchlist, or takes it off."""
    if not visit.reader.name:
        return RedirectResponse(visit.link("/reader", next=back), 303)
    _must_be_known(visit, release_id)
    set_star(visit.desk.home, visit.reader.name, release_id, on == "1")
    return _back(visit, back)


@router.get("/reader")
def ask_name(visit: VisitOf) -> HTMLResponse:
    """Asks for the name of the reader's watchlist."""
    return visit.page("reader", next=visit.text("next", 2000) or visit.link("/"))


@router.post("/releases/{release_id}/decide")
def decide(
    visit: VisitOf,
    release_id: str,
    decision: Annotated[str, Form()],
    spend: Annotated[str, Form()] = "",
    forecast: Annotated[str, Form()] = "",
    note: Annotated[str, Form()] = "",
) -> RedirectResponse:
    """Records what was decided about a release, as `hitcast decide` does."""
    if decision not in ("promoted", "declined"):
        raise refused("decision.wrong")
    _must_be_known(visit, release_id)
    choice: Choice = "promoted" if decision == "promoted" else "declined"
    amounts = [amount("spend", spend) if choice == "promoted" else None, amount("forecast", forecast)]
    record_decision(
        visit.desk.home, Decision(release_id, choice, amounts[0], amounts[1], one_line(note)[:MAX_NOTE_LENGTH])
    )
    return RedirectResponse(visit.link(f"/releases/{quote(release_id, safe='')}", decided=choice), 303)


@router.get("/login")
def ask_token(visit: VisitOf) -> HTMLResponse:
    """Asks for the token."""
    return _login(visit, 200)


@router.post("/login")
def log_in(visit: VisitOf, token: Annotated[str, Form()] = "", back: Back = "/") -> Response:
    """Opens the desk to a browser that knows the token."""
    access = visit.desk.access
    if not access.is_token(token.strip()):
        return _login(visit, 403)
    answer = _back(visit, back)
    keep(answer, LOGIN_COOKIE, access.cookie, _cookie_path(visit))
    return answer


def _login(visit: Visit, status: int) -> HTMLResponse:
    root = visit.request.scope.get("root_path", "")
    shown = {"language": visit.reader.language, "root": root, "next": visit.text("next", 2000) or f"{root}/"}
    content = view.environment().get_template("login.html").render(shown | {"is_refused": status != 200})
    return HTMLResponse(content, status)


def _must_be_known(visit: Visit, release_id: str) -> None:
    if visit.snapshot.row("catalog_release", release_id=release_id) is None:
        raise not_found(release_id)
