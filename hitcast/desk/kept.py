"""Pages that were written already: of many readers who open the same one, one has it written."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from time import time

from starlette.datastructures import Headers
from starlette.requests import Request

from hitcast.core.home import Home
from hitcast.desk.guard import Receive, Scope, Send
from hitcast.desk.reader import reader_of
from hitcast.serving.publish import published_file

MAX_PAGES, MAX_BYTES = 200, 400_000
"""Pages that are kept, and bytes of the longest."""
SECONDS = 60
"""How long a page is kept: it may say how old something is."""

Answer = list[Scope]


class KeptPages:
    """Hands out a page again while all that it was made from is the same: publication, decisions, label, reader."""

    def __init__(self, app: Callable[[Scope, Receive, Send], Awaitable[None]], home: Home) -> None:
        self.app = app
        self._files = (published_file(home), home.decisions, home.label)
        self._state: tuple[object, ...] = ()
        self._pages: dict[tuple[object, ...], asyncio.Future[Answer | None]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request, or hands it on."""
        if scope["type"] != "http" or scope["method"] != "GET" or not _is_page(scope):
            await self.app(scope, receive, send)
            return
        state = (int(time() // SECONDS), *map(_stamp, self._files))
        if state != self._state or len(self._pages) >= MAX_PAGES:
            self._state, self._pages = state, {}
        asked = (scope["path"], scope.get("root_path", ""), scope["query_string"], reader_of(Request(scope)))
        found = self._pages.get(asked)
        if found is not None and (answer := await asyncio.shield(found)) is not None:
            for message in answer:
                await send(message)
            return
        if found is None:
            await self._write(asked, scope, receive, send)
        else:
            # it cannot be kept
            await self.app(scope, receive, send)

    async def _write(self, asked: tuple[object, ...], scope: Scope, receive: Receive, send: Send) -> None:
        """Has a page written, and keeps it if it is one; who asks meanwhile waits for it."""
        pages, waiting = self._pages, asyncio.get_running_loop().create_future()
        pages[asked] = waiting
        answer: Answer = []

        async def note(message: Scope) -> None:
            answer.append(message)
            await send(message)

        is_kept = False
        try:
            await self.app(scope, receive, note)
            is_kept = _can_be_kept(answer)
        finally:
            if not is_kept:
                pages.pop(asked, None)
            waiting.set_result(answer if is_kept else None)


def _is_page(scope: Scope) -> bool:
    path = scope["path"].removeprefix(scope.get("root_path", ""))
    return not path.startswith(("/static/", "/api/"))


def _can_be_kept(answer: Answer) -> bool:
    """Whether it is a whole page of moderate length that sets nothing in the reader's browser."""
    if not answer or answer[0]["type"] != "http.response.start" or answer[-1].get("more_body"):
        return False
    headers = Headers(scope=answer[0])
    is_page = answer[0]["status"] == 200 and headers.get("content-type", "").startswith("text/html")
    length = sum(len(message.get("body", b"")) for message in answer[1:])
    return is_page and "set-cookie" not in headers and length <= MAX_BYTES


def _stamp(file: Path) -> tuple[int, int, int] | None:
    """By which another content of a file is seen; None where there is none."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
