"""One prepared home for all faults, copied for each; and small file systems, which only root may mount."""

import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from hitcast.core.home import Home
from hitcast.core.project import read_variables, settings_of
from hitcast.core.settings import Settings
from ml.registry import store
from tests.commands import copied
from tests.faults.scenarios import Stable
from tests.launcher import Launcher


@dataclass(frozen=True)
class Disk:
    """A small file system in memory.

    Attributes:
        root: Where it is mounted.
    """

    root: Path

    def fill(self, left: int = 0) -> None:
        """Takes all room but so many bytes."""
        room = os.statvfs(self.root)
        with self.ballast.open("ab") as ballast:
            ballast.write(bytes(max(room.f_bavail * room.f_frsize - left, 0)))

    def make_room(self) -> None:
        self.ballast.unlink()

    @property
    def ballast(self) -> Path:
        return self.root / "ballast"

    def forbid_writing(self) -> None:
        subprocess.run(["mount", "-o", "remount,ro", str(self.root)], check=True)


@pytest.fixture
def home(prepared: Home, tmp_path: Path) -> Home:
    """A copy of the prepared home, free to be damaged but for its landing; its exports stay where they are."""
    return copied(prepared, tmp_path / "home", share_landing=True)


@pytest.fixture
def exports(prepared: Home) -> Path:
    return prepared.exports / "first"


@pytest.fixture
def settings(home: Home) -> Settings:
    return replace(settings_of(home, read_variables()), patience_seconds=1)


@pytest.fixture
def champion(settings: Settings) -> store.Version:
    found = store.champion(settings)
    assert found is not None
    return found


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Callable[[int], Disk]]:
    """Mounts a file system of so many megabytes."""
    roots: list[Path] = []

    def mount(megabytes: int) -> Disk:
        root = tmp_path / f"disk {len(roots)}"
        root.mkdir()
        options = ["-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(root)]
        if os.geteuid() or subprocess.run(["mount", *options], capture_output=True, check=False).returncode:
            pytest.skip("needs to mount a small tmpfs: root, or CAP_SYS_ADMIN in a container")
        roots.append(root)
        return Disk(root)

    yield mount
    for root in roots:
        subprocess.run(["umount", "--lazy", str(root)], check=True)


@pytest.fixture(scope="session")
def stable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stable]:
    """Homes to kill and crash commands on; made by those who ask for them first."""
    root = tmp_path_factory.mktemp("kills")
    launcher = Launcher(root)
    yield Stable(root, launcher)
    launcher.close()
