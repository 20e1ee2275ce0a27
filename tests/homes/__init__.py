"""Small homes of earlier versions, each as that version left it after a run."""

import tarfile
from pathlib import Path

from hitcast.core.home import Home

FIRST = Path(__file__).with_name("12666e6.tar.xz")


def unpacked(folder: Path) -> Home:
    """The home of version 12666e6, unpacked into a folder: 485 days of a made-up label, two deliveries, one run."""
    with tarfile.open(FIRST) as archive:
        archive.extractall(folder, filter="data")
    return Home(folder / "label")
