from pathlib import Path

import pytest

from hitcast.core.errors import HitcastError
from hitcast.core.yamls import read_yaml


@pytest.mark.parametrize("text", ["a: 1\nb: 2\na: 3\n", "tables:\n  x: {c: 1, d: 2, c: 1}\n"])
def test_a_key_that_is_written_twice_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "file.yml").write_text(text)
    with pytest.raises(HitcastError, match=r"file\.yml: is not valid YAML \('[ac]' is written twice, again in line"):
        read_yaml(tmp_path / "file.yml")


def test_keys_alike_in_different_places_are_two(tmp_path: Path) -> None:
    (tmp_path / "file.yml").write_text("a: {x: 1}\nb: {x: 2}\n")
    assert read_yaml(tmp_path / "file.yml") == {"a": {"x": 1}, "b": {"x": 2}}
