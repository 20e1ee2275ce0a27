from pathlib import Path

import pytest

from ml.errors import HitcastError
from pipeline.ingest.finding import find_files


def test_folders_are_walked_and_other_files_left_alone(tmp_path: Path) -> None:
    for name in ("b.csv", "a/z.csv.gz", "a/README.md", "a/x.PARQUET", "c.xlsx", "notes.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    readable, ignored = find_files([tmp_path, tmp_path / "b.csv"])
    assert readable == [tmp_path / name for name in ("a/x.PARQUET", "a/z.csv.gz", "b.csv", "c.xlsx")]
    assert ignored == [tmp_path / "a" / "README.md", tmp_path / "notes.txt"]


def test_nothing_to_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "README.md").touch()
    with pytest.raises(HitcastError, match="no readable file in this folder"):
        find_files([tmp_path])
    with pytest.raises(HitcastError, match="cannot be read"):
        find_files([tmp_path / "README.md"])
    with pytest.raises(HitcastError, match="no such file or folder"):
        find_files([tmp_path / "gone.csv"])
