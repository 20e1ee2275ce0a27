"""What comes from others is pinned: actions of workflows by commit, packages by hash."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from hitcast.core.home import PROJECT_DIR

WORKFLOWS = sorted((PROJECT_DIR / ".github" / "workflows").glob("*.yml"))
LOCKS = sorted(PROJECT_DIR.glob("requirements*.lock"))


def read(workflow: Path) -> dict[Any, Any]:
    found: dict[Any, Any] = yaml.safe_load(workflow.read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_may_read_alone_and_names_actions_by_commit(workflow: Path) -> None:
    plain = read(workflow)
    assert plain["permissions"] == {"contents": "read"}
    steps = [step for job in plain["jobs"].values() for step in job["steps"] if "uses" in step]
    assert steps
    for job in plain["jobs"].values():
        assert "permissions" not in job
    for step in steps:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", step["uses"]), step["uses"]
        if step["uses"].startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


def test_known_holes_are_looked_for_on_a_schedule() -> None:
    # YAML reads the key `on` as true
    scheduled = [plain for plain in map(read, WORKFLOWS) if "schedule" in plain[True]]
    commands = [step.get("run") for plain in scheduled for job in plain["jobs"].values() for step in job["steps"]]
    assert "make audit" in commands


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_package_of_a_lock_has_a_version_and_a_hash(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8").replace("\\\n", " ")
    packages = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    assert packages
    for package in packages:
        assert re.match(r"[\w.\[\]-]+==[\w.]+ ", package), package[:80]
        assert "--hash=sha256:" in package, package[:80]
