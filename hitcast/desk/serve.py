"""Starts the desk."""

import os
import socket
from contextlib import suppress
from ipaddress import ip_address

import typer

from hitcast.core.errors import HitcastError
from hitcast.core.home import Home
from hitcast.desk.guard import Access
from hitcast.serving.alerts.mail import SMTP_URL
from hitcast.serving.alerts.webhook import WEBHOOK
from hitcast.serving.postgres import DSN
from hitcast.serving.publish import published_file

ACCESS_VARIABLE = "HITCAST_DESK_TOKEN"
"""Variable that holds the token of a desk that other machines reach."""
MIN_TOKEN_LENGTH = 16


def serve(home: Home, address: str, port: int, allowed_hosts: tuple[str, ...] = (), root_path: str = "") -> None:
    """Serves the desk over the home's published file until it is interrupted.

    Args:
        home: The home.
        address: Address to listen on.
        port: Port to listen on; 0 for any that is free.
        allowed_hosts: Further names under which the desk may be asked for, those of a proxy before it.
        root_path: Where a proxy puts the desk, such as /hitcast; empty for the top.

    Raises:
        HitcastError: Nothing is published yet, the address cannot be listened on, or other machines reach it and there
            is no token.
    """
    import uvicorn

    from hitcast.desk import view
    from hitcast.desk.app import create_app

    if not published_file(home).exists():
        raise HitcastError("nothing is published yet", str(published_file(home)), "Run `hitcast run` first")
    app = create_app(home, access_of(address, allowed_hosts))
    view.read_all()
    root_path = "/" + root_path.strip("/") if root_path.strip("/") else ""
    config = uvicorn.Config(
        app, host=address, port=port, log_level="warning", access_log=False, server_header=False, root_path=root_path,
        lifespan="off", timeout_graceful_shutdown=3,
    )  # fmt: skip
    listening = _listen(address, port)
    shown = f"[{address}]" if ":" in address else address
    typer.echo(f"The desk: http://{shown}:{listening.getsockname()[1]}{root_path}/  (Ctrl-C ends it)")
    for name in (DSN, WEBHOOK, SMTP_URL, ACCESS_VARIABLE):
        # the desk needs none of them any more, and what is not there cannot be shown
        os.environ.pop(name, None)
    with listening, suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listening])


def _listen(address: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        return socket.create_server((address, port), family=family, backlog=512)
    except (OSError, UnicodeError) as error:
        reason = (isinstance(error, OSError) and error.strerror) or "no name of a machine"
        what = f"cannot be listened on ({reason})"
        raise HitcastError(what, f"{address}:{port}", "Try another --port or --address") from None


def access_of(address: str, allowed_hosts: tuple[str, ...] = ()) -> Access:
    """Who may ask a desk that listens on an address.

    On this machine nobody is asked for a token, and the desk answers to this machine's own names alone: the name of
    another site, pointed at this machine, would else read it through the reader's own browser.

    Raises:
        HitcastError: Other machines reach the address and there is no token, or a short one.
    """
    token = os.environ.get(ACCESS_VARIABLE, "")
    if token and len(token) < MIN_TOKEN_LENGTH:
        raise HitcastError(f"is shorter than {MIN_TOKEN_LENGTH} signs", ACCESS_VARIABLE, "Choose a longer one")
    if is_this_machine(address):
        return Access(("localhost", "127.0.0.1", "::1", address.lower(), *map(str.lower, allowed_hosts)), token)
    if not token:
        what = f"lets other machines read the forecasts, and {ACCESS_VARIABLE} is not set"
        raise HitcastError(what, f"--address {address}", f"Set {ACCESS_VARIABLE}, or leave out --address")
    hosts = tuple(map(str.lower, allowed_hosts))
    return Access(hosts, token)


def is_this_machine(address: str) -> bool:
    """Whether only this machine reaches an address to listen on."""
    try:
        return address == "localhost" or ip_address(address).is_loopback
    except ValueError:
        return False
