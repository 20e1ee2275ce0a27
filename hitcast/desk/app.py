"""The desk's server: its routes, and how errors are shown."""

from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from hitcast.core.errors import HitcastError
from hitcast.core.home import Home
from hitcast.core.words import Language
from hitcast.desk import api, view
from hitcast.desk.guard import HEADERS, Access, Guard
from hitcast.desk.heads import HeadAsGet
from hitcast.desk.kept import KeptPages
from hitcast.desk.pages import ROUTERS
from hitcast.desk.published import Published, UnreadableError
from hitcast.desk.reader import reader_of
from hitcast.desk.texts import text
from hitcast.desk.visit import Desk
from hitcast.serving.publish import published_file

STATIC = Path(__file__).parent / "static"


def create_app(home: Home, access: Access | None = None) -> FastAPI:
    """The page and the API over a home's published file.

    Args:
        home: The home.
        access: Who may ask; None for whoever reaches the server.
    """
    access = access or Access()
    # the schema is served; FastAPI's own pages about it would load scripts from elsewhere
    app = FastAPI(title="hitcast", version="1", openapi_url="/api/v1/openapi.json", docs_url=None, redoc_url=None)
    app.state.desk = Desk(home, Published(published_file(home)), access)
    app.add_middleware(KeptPages, home=home)
    app.add_middleware(HeadAsGet)
    # around all others: a HEAD is refused as a GET is
    app.add_middleware(Guard, access=access)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    for router in (*ROUTERS, api.router):
        app.include_router(router)
    app.add_exception_handler(HitcastError, _show_failure)
    app.add_exception_handler(HTTPException, _show_status)
    app.add_exception_handler(RequestValidationError, _show_invalid)
    app.add_exception_handler(Exception, _show_defect)
    return app


def _is_for_programs(request: Request) -> bool:
    return request.url.path.removeprefix(request.scope.get("root_path", "")).startswith("/api/")


def _show(request: Request, status: int, key: str, detail: str = "") -> Response:
    """An error in the form that was asked for: JSON below /api, else a page that needs nothing published."""
    if _is_for_programs(request):
        return JSONResponse({"error": detail or key.removeprefix("error.")}, status)
    reader = reader_of(request)
    root = request.scope.get("root_path", "")
    shown = {"language": reader.language, "status": status, "key": key, "detail": detail, "root": root}
    return HTMLResponse(view.environment().get_template("error.html").render(shown), status)


def _show_failure(request: Request, error: Exception) -> Response:
    if isinstance(error, UnreadableError) and not _is_for_programs(request):
        return _show(request, 503, error.key, error.where)
    return _show(request, 503, "error.failure", str(error))


def _show_status(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    if error.status_code == 404:
        return _show(request, 404, "error.not_found", "" if error.detail == "Not Found" else str(error.detail))
    return _show(request, error.status_code, "error.refused", _said(error.detail, reader_of(request).language))


def _said(detail: Any, language: Language) -> str:
    """What `refused` says, in a language; anything else as it is."""
    if not isinstance(detail, dict):
        return str(detail)
    return text(detail["key"], language, **{name: value for name, value in detail.items() if name != "key"})


def _show_invalid(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    first = error.errors()[0]
    return _show(request, 422, "error.refused", f"{'.'.join(map(str, first['loc']))}: {first['msg']}")


def _show_defect(request: Request, error: Exception) -> Response:
    # what went wrong is in the server's log; a reader is shown no part of it, and the guard does not see this answer
    answer = _show(request, 500, "error.defect")
    answer.headers.update(HEADERS)
    return answer
