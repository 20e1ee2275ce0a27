"""HEAD: what GET would answer, without its body."""

from collections.abc import Awaitable, Callable

from hitcast.desk.guard import Receive, Scope, Send


class HeadAsGet:
    """Hands a HEAD request on as a GET, and keeps the answer's status and headers alone."""

    def __init__(self, app: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request, or hands it on."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        async def send_head(message: Scope) -> None:
            if message["type"] == "http.response.body":
                # the last one of all ends the answer
                if message.get("more_body"):
                    return
                message = {"type": "http.response.body", "body": b""}
            await send(message)

        await self.app({**scope, "method": "GET"}, receive, send_head)
