import hashlib
from datetime import date
from pathlib import Path

import duckdb
import pytest

from hitcast.core.errors import HitcastError
from hitcast.demo import world
from hitcast.demo.world import DemoSummary, write_demo_data

ROWS = 60_000


def checksums(out: Path) -> dict[str, str]:
    return {
        str(file.relative_to(out)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(out.rglob("*"))
        if file.is_file()
    }


@pytest.fixture(scope="module")
def small_world(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, DemoSummary]:
    out = tmp_path_factory.mktemp("demo") / "exports"
    return out, write_demo_data(out, ROWS)


def test_the_rows_asked_for_come_out_to_within_a_quarter(small_world: tuple[Path, DemoSummary]) -> None:
    _, summary = small_world
    assert set(summary.rows) == {"catalog_tracks", "tiktok_sound_days", "vk_stream_days"}
    assert 0.75 * ROWS <= sum(summary.rows.values()) <= 1.25 * ROWS


def test_the_summary_names_every_file_and_the_days(small_world: tuple[Path, DemoSummary]) -> None:
    out, summary = small_world
    assert {str(file.relative_to(out)) for file in summary.files} == set(checksums(out))
    assert (summary.first_day, summary.last_day) == (date(2019, 1, 1), date(2021, 12, 31))


@pytest.mark.slow
def test_the_same_seed_gives_the_same_bytes_whatever_the_threads(
    small_world: tuple[Path, DemoSummary], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(world, "THREADS", 1)
    write_demo_data(tmp_path / "exports", ROWS)
    assert checksums(tmp_path / "exports") == checksums(small_world[0])


@pytest.mark.slow
def test_another_seed_gives_another_world(small_world: tuple[Path, DemoSummary], tmp_path: Path) -> None:
    write_demo_data(tmp_path / "exports", ROWS, seed=8)
    ours, theirs = checksums(small_world[0]), checksums(tmp_path / "exports")
    assert all(theirs[name] != digest for name, digest in ours.items())


@pytest.mark.slow
def test_until_ends_the_data_and_changes_nothing_before(small_world: tuple[Path, DemoSummary], tmp_path: Path) -> None:
    short, out = tmp_path / "exports", small_world[0]
    until = date(2020, 8, 20)
    assert write_demo_data(short, ROWS, until=until).last_day == until
    whole_months = [
        name
        for name in checksums(short)
        if "first" in name
        and any(f"_{year}-{month:02d}" in name for year, month in [(2019, 5), (2020, 1), (2020, 6), (2020, 7)])
    ]
    assert len(whole_months) == 8
    assert all(checksums(short)[name] == checksums(out)[name] for name in whole_months)
    assert not list(short.rglob("*2020-09*"))

    started = "first/vk/vk_streams_2020-08.csv.gz"
    rows = "select * from read_csv(?, delim = ';', all_varchar = true, normalize_names = false)"
    kept = duckdb.execute(rows, [str(short / started)]).fetchall()
    whole = duckdb.execute(rows, [str(out / started)]).fetchall()
    assert kept == [row for row in whole if row[0][:2] <= "20" or row[0].startswith("31.02")][: len(kept)]

    catalog = (short / "first/catalog/catalog.csv").read_text(encoding="cp1251").splitlines()
    assert catalog == (out / "first/catalog/catalog.csv").read_text(encoding="cp1251").splitlines()[: len(catalog)]
    announced = [line for line in catalog[1:] if to_date(line.split(";")[-4]) > until]
    assert announced


def to_date(written: str) -> date:
    day, month, year = written.split(".")
    return date(int(year), int(month), int(day))


def test_a_new_world_replaces_the_old_one_and_leaves_other_files(tmp_path: Path) -> None:
    out = tmp_path / "exports"
    stale, foreign = out / "first" / "vk" / "vk_streams_2030-01.csv", out / "notes.txt"
    stale.parent.mkdir(parents=True)
    stale.write_text("old")
    foreign.write_text("mine")
    write_demo_data(out, ROWS, until=date(2019, 4, 30))
    assert not stale.exists()
    assert foreign.read_text() == "mine"
    assert [file.name for file in tmp_path.iterdir()] == ["exports"]


@pytest.mark.parametrize(
    ("rows", "until", "named"), [(100, None, "--rows"), (None, date(2018, 1, 1), "--until"), (0, None, "--rows")]
)
def test_a_world_too_small_is_refused_in_one_line(
    tmp_path: Path, rows: int | None, until: date | None, named: str
) -> None:
    with pytest.raises(HitcastError, match=named):
        write_demo_data(tmp_path / "exports", rows, until=until)
    assert not (tmp_path / "exports").exists()
