"""Starts the page."""

import os
import subprocess
import sys
from ipaddress import ip_address

import typer

from hitcast.core.errors import HitcastError
from hitcast.core.home import PROJECT_DIR, Home
from hitcast.serving.alerts import WEBHOOK
from hitcast.serving.postgres import DSN

ALLOWED_HOSTS = "STREAMLIT_SERVER_ALLOWED_HOSTS"
"""Names under which the page may be asked for, set by those who put a proxy before it."""


def serve(home: Home, address: str, port: int) -> None:
    """Serves `hitcast/desk/app.py` over the home's published file until it is interrupted.

    Whoever reaches the address reads the forecasts, as the page asks nobody who they are: one that reaches beyond this
    machine is warned of.

    Raises:
        HitcastError: Nothing is published yet, or the server did not start.
    """
    published = home.serving / "hitcast.duckdb"
    if not published.exists():
        raise HitcastError("nothing is published yet", str(published), "Run `hitcast run` first")
    command = [sys.executable, "-m", "streamlit", "run", str(PROJECT_DIR / "hitcast" / "desk" / "app.py")]
    command += ["--server.address", address, "--server.port", str(port), "--server.headless", "true"]
    command += ["--server.fileWatcherType", "none", "--browser.gatherUsageStats", "false"]
    command += ["--client.toolbarMode", "viewer", "--client.showErrorDetails", "none"]
    # these are the defaults; named, no configuration file or variable of the user's turns them off
    command += ["--server.enableXsrfProtection", "true", "--server.enableCORS", "true"]
    command += ["--global.developmentMode", "false"]
    if is_this_machine(address) and ALLOWED_HOSTS not in os.environ:
        # the name of another site, pointed at this machine, would else read the page through the reader's own browser
        for host in ("localhost", "127.0.0.1", "::1", address):
            command += ["--server.allowedHosts", host]
    if not is_this_machine(address):
        typer.echo(
            f"hitcast: anyone on the network who reaches {address or 'any address of this machine'}:{port} can read "
            "the forecasts; leave out --address to keep them to this machine",
            err=True,
        )
    # Streamlit would print the strings that stand below a page's constants
    command += ["--runner.magicEnabled", "false"]
    # light or dark is the reader's own setting; one color stands out in both
    for theme, color in (("light", "#1f6fb2"), ("dark", "#3b8bcb")):
        command += [f"--theme.{theme}.primaryColor", color]
    environment = {name: value for name, value in os.environ.items() if name not in (DSN, WEBHOOK)}
    try:
        subprocess.run(command, check=True, env=environment | {"HITCAST_PUBLISHED": str(published)})
    except subprocess.CalledProcessError as error:
        raise HitcastError(
            f"the page stopped with exit code {error.returncode}", f"{address}:{port}", "Try another --port"
        ) from error
    except KeyboardInterrupt:
        return


def is_this_machine(address: str) -> bool:
    """Whether only this machine reaches an address to listen on."""
    try:
        return address == "localhost" or ip_address(address).is_loopback
    except ValueError:
        return False
