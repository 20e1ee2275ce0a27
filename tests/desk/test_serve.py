"""How the page is started: on this machine alone, telling nobody."""

import itertools
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from hitcast.core.errors import HitcastError
from hitcast.core.home import Home
from hitcast.desk.serve import serve


def test_the_page_listens_where_it_is_told_and_sends_no_statistics(
    published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: dict[str, Any] = {}

    def note(command: list[str], **options: Any) -> None:
        started.update(command=command, **options)

    monkeypatch.setattr(subprocess, "run", note)
    serve(Home(published.parents[1]), "127.0.0.1", 8765)
    command = started["command"]
    options = dict(itertools.pairwise(command))
    assert options["--server.address"] == "127.0.0.1"
    assert options["--server.port"] == "8765"
    assert options["--browser.gatherUsageStats"] == "false"
    assert options["--client.showErrorDetails"] == "none"
    assert started["env"]["HITCAST_PUBLISHED"] == str(published)
    assert started["env"]["PATH"] == os.environ["PATH"]


def test_nothing_published_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(HitcastError, match="nothing is published yet"):
        serve(Home(tmp_path), "127.0.0.1", 8765)


def test_the_default_address_is_this_machine() -> None:
    from typer.testing import CliRunner

    from hitcast.cli.app import app

    message = CliRunner().invoke(app, ["dashboard", "--help"]).output
    assert "127.0.0.1" in message
