"""Starts the page."""

import os
import subprocess
import sys

from ml.errors import HitcastError
from pipeline.home import PROJECT_DIR, Home


def serve(home: Home, address: str, port: int) -> None:
    """Serves `dashboard/app.py` over the home's published file until it is interrupted.

    Raises:
        HitcastError: Nothing is published yet, or the server did not start.
    """
    published = home.serving / "hitcast.duckdb"
    if not published.exists():
        raise HitcastError("nothing is published yet", str(published), "Run `hitcast run` first")
    command = [sys.executable, "-m", "streamlit", "run", str(PROJECT_DIR / "dashboard" / "app.py")]
    command += ["--server.address", address, "--server.port", str(port), "--server.headless", "true"]
    command += ["--server.fileWatcherType", "none", "--browser.gatherUsageStats", "false"]
    command += ["--client.toolbarMode", "viewer", "--client.showErrorDetails", "none"]
    # Streamlit would print the strings that stand below a page's constants
    command += ["--runner.magicEnabled", "false"]
    # light or dark is the reader's own setting; one colour stands out in both
    for theme, colour in (("light", "#1f6fb2"), ("dark", "#3b8bcb")):
        command += [f"--theme.{theme}.primaryColor", colour]
    try:
        subprocess.run(command, check=True, env=os.environ | {"HITCAST_PUBLISHED": str(published)})
    except subprocess.CalledProcessError as error:
        raise HitcastError(
            f"the page stopped with exit code {error.returncode}", f"{address}:{port}", "Try another --port"
        ) from error
    except KeyboardInterrupt:
        return
