from pathlib import Path

from hitcast.core.home import Home
from tests.commands import hitcast, refused, succeeded


def test_map_writes_a_mapping_tries_it_and_overwrites_none(tmp_path: Path) -> None:
    home, export, written = Home(tmp_path / "home"), tmp_path / "vk.csv", tmp_path / "map.yml"
    export.write_text("Дата;ISRC;Прослушивания\n01.03.2024;QZABC2400001;1 200\n02.03.2024;QZABC2400001;900\n")
    shown = succeeded(hitcast(home, "map", str(export), "--yes", "--output", str(written)))
    assert "UNSURE, 50%  no column says it: the project's own territory" in shown
    assert "Dry run: nothing was written." in shown
    assert "Written:" in shown and written.exists()
    assert "2 new" in succeeded(hitcast(home, "ingest", str(export), "--mapping", str(written)))
    assert "is there already" in refused(hitcast(home, "map", str(export), "--yes", "--output", str(written)), 2)


def test_a_forgotten_mapping_is_told_as_that(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("a,b\n1,2\n")
    assert "`hitcast map` proposes one" in refused(hitcast(Home(tmp_path / "home"), "ingest", str(tmp_path)), 2)
