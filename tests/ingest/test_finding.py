import os
import re
from pathlib import Path

import pytest

from hitcast.core.errors import HitcastError
from hitcast.ingest.finding import find_files, shown


def test_folders_are_walked_and_other_files_left_alone(tmp_path: Path) -> None:
    for name in ("b.csv", "a/z.csv.gz", "a/README.md", "a/x.PARQUET", "c.xlsx", "notes.doc"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    readable, ignored = find_files([tmp_path, tmp_path / "b.csv"])
    assert readable == [tmp_path / name for name in ("a/x.PARQUET", "a/z.csv.gz", "b.csv", "c.xlsx")]
    assert ignored == [tmp_path / "a" / "README.md", tmp_path / "notes.doc"]


def test_nothing_to_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "README.md").touch()
    with pytest.raises(HitcastError, match="no readable file in this folder"):
        find_files([tmp_path])
    with pytest.raises(HitcastError, match="cannot be read"):
        find_files([tmp_path / "README.md"])
    with pytest.raises(HitcastError, match="no such file or folder"):
        find_files([tmp_path / "gone.csv"])


def test_links_are_followed_and_each_file_read_once(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "vk.csv").touch()
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "march").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "in" / "again").symlink_to(tmp_path / "in")
    (tmp_path / "in" / "twin.csv").symlink_to(tmp_path / "elsewhere" / "vk.csv")
    readable, ignored = find_files([tmp_path / "in"])
    assert ([file.resolve() for file in readable], ignored) == ([tmp_path / "elsewhere" / "vk.csv"], [])


def test_hidden_files_are_left_alone_in_a_folder_and_read_by_name(tmp_path: Path) -> None:
    for name in ("vk.csv", "._vk.csv", "~$vk.xlsx"):
        (tmp_path / name).touch()
    readable, ignored = find_files([tmp_path])
    assert readable == [tmp_path / "vk.csv"]
    assert ignored == [tmp_path / "._vk.csv", tmp_path / "~$vk.xlsx"]
    assert find_files([tmp_path / "._vk.csv"])[0] == [tmp_path / "._vk.csv"]


def test_a_link_to_nothing_and_a_pipe_are_refused_and_other_files_may_be_anything(tmp_path: Path) -> None:
    (tmp_path / "vk.csv").touch()
    (tmp_path / "notes").symlink_to(tmp_path / "gone")
    os.mkfifo(tmp_path / "pipe")
    assert find_files([tmp_path])[1] == [tmp_path / "notes", tmp_path / "pipe"]
    (tmp_path / "gone.csv").symlink_to(tmp_path / "gone")
    with pytest.raises(HitcastError, match=r"gone\.csv: is a link to nothing"):
        find_files([tmp_path])
    (tmp_path / "gone.csv").unlink()
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(HitcastError, match=r"pipe\.csv: is no regular file"):
        find_files([tmp_path])


def test_a_message_is_one_line_that_no_terminal_obeys() -> None:
    assert shown("Ёлка\n\x1b[31m\u2028.csv") == "Ёлка\\n\\x1b[31m\\u2028.csv"


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ([], "it is empty"),
        (["a/b/"], "nothing but empty folders"),
        (["report.pdf", "notes.docx"], "only notes.docx, report.pdf. Readable"),
        (["~$vk.xlsx", ".vk.csv"], "only .vk.csv, ~$vk.xlsx (hidden files"),
        ([f"{number}.doc" for number in range(7)], "only 0.doc, 1.doc, 2.doc, 3.doc, 4.doc and 2 more. Readable"),
    ],
)
def test_a_folder_without_a_file_to_read_says_what_it_holds(tmp_path: Path, names: list[str], message: str) -> None:
    for name in names:
        path = tmp_path / name
        (path if name.endswith("/") else path.parent).mkdir(parents=True, exist_ok=True)
        if not name.endswith("/"):
            path.write_text("x")
    with pytest.raises(HitcastError, match=re.escape(message)):
        find_files([tmp_path])
