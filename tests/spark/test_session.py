"""The workers that a command starts by itself."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from hitcast.core.home import PROJECT_DIR
from tests.spark.listening import addresses


def test_the_look_at_sockets_finds_what_listens() -> None:
    with socket.socket() as here, socket.socket(socket.AF_INET6) as anywhere:
        for each, place in ((here, "127.0.0.1"), (anywhere, "::")):
            each.bind((place, 0))
            each.listen()
        assert {"127.0.0.1", "::"} <= addresses({os.getpid()})


@pytest.mark.spark
@pytest.mark.usefixtures("installed")
def test_they_listen_on_this_machine_alone_and_say_nothing_on_the_terminal(tmp_path: Path) -> None:
    variables = {"HITCAST_HOME": str(tmp_path), "HITCAST_TARGET": "spark_local"}
    inherited = {name: value for name, value in os.environ.items() if name != "SPARK_LOCAL_IP"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.spark.listening"],
        env=inherited | variables,
        cwd=PROJECT_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "127.0.0.1\n", "")
    assert "Spark" in (tmp_path / "dbt" / "logs_spark_local" / "spark.log").read_text()
