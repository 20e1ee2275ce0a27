from pathlib import Path

import pytest

from hitcast.ingest.lines import count_lines, mixes_line_ends, record_lines


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_lines_are_counted_whatever_ends_them(tmp_path: Path, end: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(end.join(["a,b", "1,2", "3,4"]).encode())
    assert count_lines(path) == 3
    path.write_bytes(end.join(["a,b", "1,2", "3,4", ""]).encode())
    assert count_lines(path) == 3


def test_records_know_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('a,b\n1,"2\n\n2"\n\n3\n4,5\n')
    assert list(record_lines(path, ",")) == [(2, False), (5, True), (6, False), (7, False)]


@pytest.mark.parametrize(
    ("content", "is_mixed"),
    [
        (b"a\n1\n", False),
        (b"a\r\n1\r\n", False),
        (b"a\r1\r", False),
        (b"a\n1\r\n", True),
        (b"a\r\n1\r", True),
        (b"a\n1\r", True),
        (b'a\r\n"1\n2"\r\n', True),
    ],
)
def test_line_ends_that_mix_are_seen(
    tmp_path: Path, content: bytes, is_mixed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    assert mixes_line_ends(path) == is_mixed
    for size in (1, 2, 3):
        monkeypatch.setattr("hitcast.ingest.lines.CHUNK", size)
        assert mixes_line_ends(path) == is_mixed
