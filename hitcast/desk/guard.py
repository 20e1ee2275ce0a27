"""Who may ask the desk, and what its answers allow a browser to do."""

import hashlib
import hmac
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

LOGIN_COOKIE = "hitcast_login"
OPEN_PATHS = ("/login", "/static/")
"""What is answered without a token: the form that asks for one, and what it is drawn with."""
MAX_BODY_BYTES = 64_000
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
HEADERS = {
    # all that a page needs comes from the server itself; nothing inline runs, nothing frames it
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cache-control": "no-store",
}


@dataclass(frozen=True)
class Access:
    """Who may ask.

    Attributes:
        hosts: Names under which the desk may be asked for, without a port; empty for any.
        token: What every request must carry; empty where only this machine reaches the desk.
    """

    hosts: tuple[str, ...] = ()
    token: str = ""

    @property
    def cookie(self) -> str:
        """What a browser keeps of the token: a digest, so that the cookie's thief cannot log in elsewhere with it."""
        return hashlib.sha256(b"hitcast desk " + self.token.encode()).hexdigest()

    def is_token(self, given: str) -> bool:
        """Whether this is the token."""
        return bool(self.token) and hmac.compare_digest(given.encode(), self.token.encode())

    def admits(self, request: Request) -> bool:
        """Whether a request carries the token, as a cookie or as `Authorization: Bearer`."""
        if not self.token:
            return True
        if hmac.compare_digest(request.cookies.get(LOGIN_COOKIE, "").encode(), self.cookie.encode()):
            return True
        kind, _, given = request.headers.get("authorization", "").partition(" ")
        return kind.lower() == "bearer" and self.is_token(given.strip())


class Guard:
    """Refuses foreign hosts and origins, asks for the token, and sets the headers that a browser goes by."""

    def __init__(self, app: Callable[[Scope, Receive, Send], Awaitable[None]], access: Access) -> None:
        self.app = app
        self.access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request, or hands it on."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return

        async def send_guarded(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        request = Request(scope)
        refusal = self._foreign(request) or self._unknown(request)
        if refusal is not None:
            await refusal(scope, receive, send_guarded)
            return
        await self.app(scope, receive, send_guarded)

    def _foreign(self, request: Request) -> Response | None:
        """A refusal of what another site, or a name that is not the desk's, asks for."""
        host = _host_name(request.headers)
        if self.access.hosts and host not in self.access.hosts:
            return PlainTextResponse("This name is not allowed: --allowed-host", 400)
        if request.method not in SAFE_METHODS:
            if not _is_own_origin(request.headers):
                return PlainTextResponse("Another site asked for this", 403)
            length = request.headers.get("content-length", "")
            # the server reads no further than it; a body in pieces has no end, whatever length it names too
            if "transfer-encoding" in request.headers or not length.isdecimal() or int(length) > MAX_BODY_BYTES:
                return PlainTextResponse("Too much for a form", 413)
        return None

    def _unknown(self, request: Request) -> Response | None:
        """A refusal of who lacks the token: the way to the form that asks for it."""
        path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
        if self.access.admits(request) or path == OPEN_PATHS[0] or path.startswith(OPEN_PATHS[1:]):
            return None
        if path.startswith("/api/"):
            answer = PlainTextResponse("A token is needed: Authorization: Bearer TOKEN", 401)
            answer.headers["www-authenticate"] = "Bearer"
            return answer
        root = request.scope.get("root_path", "")
        query = f"?{request.url.query}" if request.url.query else ""
        back = f"{root}{path}{query}" if request.method in SAFE_METHODS else f"{root}/"
        return RedirectResponse(f"{root}/login?next={quote(back, safe='/')}", 303)


def _host_name(headers: Headers) -> str:
    """The host that was asked for, without its port and in lower case."""
    return (urlsplit(f"//{headers.get('host', '')}").hostname or "").lower() if _is_plain(headers) else ""


def _is_plain(headers: Headers) -> bool:
    try:
        urlsplit(f"//{headers.get('host', '')}")
    except ValueError:
        return False
    return True


def _is_own_origin(headers: Headers) -> bool:
    """Whether a form was sent from a page of this desk: a browser says from where, and cannot be made to lie."""
    origin = headers.get("origin")
    if origin is None:
        # programs that are no browser send none; a browser's own mark is read where it is there
        return headers.get("sec-fetch-site", "none") in ("none", "same-origin")
    try:
        return bool(origin) and urlsplit(origin).netloc.lower() == headers.get("host", "").lower()
    except ValueError:
        return False
