"""Decisions under `kill -9`: what was acknowledged is there, and the file is sound."""

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hitcast.core.decisions import read_decisions
from hitcast.core.home import Home

DECIDER = """
import sys
from pathlib import Path
from hitcast.core.decisions import Decision, record_decision
from hitcast.core.home import Home
for number in range(int(sys.argv[2]), int(sys.argv[2]) + 10_000):
    record_decision(Home(Path(sys.argv[1])), Decision(str(number), "promoted", note="x" * 2000))
    print(number, flush=True)
"""


@pytest.mark.kills
def test_a_kill_loses_no_decision_that_was_acknowledged(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    home, acknowledged = Home(tmp_path), set()
    chance = random.Random(pytestconfig.getoption("--kill-seed"))
    for kill in range(pytestconfig.getoption("--kills")):
        command = [sys.executable, "-c", DECIDER, str(home.root), str(kill * 10_000)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            acknowledged.add(process.stdout.readline().strip())
            time.sleep(chance.uniform(0, 0.2))
            process.kill()
            acknowledged |= {line.strip() for line in process.stdout if line.endswith("\n")}
        assert {decision.release_id for decision in read_decisions(home)} >= acknowledged
    assert len(acknowledged) >= pytestconfig.getoption("--kills")
