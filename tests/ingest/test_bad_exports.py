"""Every kind of bad export through the command line: exit code, the one line, and where each row went."""

import csv
import functools
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

import hitcast.cli.app
import hitcast.cli.data
import hitcast.ingest.delivery
from hitcast.cli.terminal import guarded
from hitcast.core.home import Home
from hitcast.ingest import ingest
from hitcast.ingest.contract import load_contracts
from tests.ingest.bad_exports import MAKERS
from tests.ingest.bad_exports.making import CSV, HEADER

FOLDER = Path(__file__).parent / "bad_exports"
KINDS: dict[str, dict[str, Any]] = yaml.safe_load((FOLDER / "kinds.yml").read_text(encoding="utf-8"))
TABLES = {
    "vk_stream_days": ("stream_date", "isrc", "territory", "streams"),
    "tiktok_sound_days": ("activity_date", "sound_id", "territory", "views"),
    "catalog_tracks": ("upc", "isrc", "release_title", "artist_id"),
}
CONTRACTS = functools.cache(load_contracts)
STANDING = ["2024-02-01", "RUA0A2400001", "RU", "5"]


@dataclass(frozen=True)
class Outcome:
    """What a user got."""

    code: int
    detail: list[str]
    shown: str


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with one delivered day."""
    folder = tmp_path_factory.mktemp("standing")
    path = folder / "vk.csv"
    path.write_text(f"{HEADER}\n{','.join(STANDING)}\n", encoding="utf-8")
    ingest(Home(folder / "home"), [path])
    return folder / "home"


@pytest.fixture
def home(standing: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    shutil.copytree(standing, tmp_path / "home")
    monkeypatch.setenv("HITCAST_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "1000")
    return Home(tmp_path / "home")


Call = Callable[..., Outcome]


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """Calls `hitcast ingest` as its entry point does."""

    def hitcast_ingest(*arguments: str | Path) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["hitcast", "ingest", "--accept-loss", *map(str, arguments)])
        code = guarded(hitcast.cli.app.app)
        output = capsys.readouterr()
        return Outcome(code, output.err.strip("\n").splitlines(), output.out)

    return hitcast_ingest


def _delivered(kind: str, folder: Path) -> Path:
    if kind in MAKERS:
        (folder / "in").mkdir()
        return MAKERS[kind](folder / "in")
    return FOLDER / f"{kind}.csv"


def _tree(home: Home) -> dict[str, tuple[int, bytes]]:
    """Every file of the landing and the rejects: its inode, which a rename would change, and its bytes."""
    return {
        str(path.relative_to(home.root)): (path.stat().st_ino, path.read_bytes())
        for folder in (home.raw, home.rejects)
        for path in folder.rglob("*")
        if path.is_file()
    }


def _landed(home: Home) -> list[list[str]]:
    rows = []
    for table, columns in TABLES.items():
        files = [str(path) for path in (home.raw / table).rglob("*.parquet")]
        if files:
            chosen = ", ".join(f"cast({column} as varchar)" for column in columns)
            hive = "hive_partitioning = true, hive_types_autocast = false"
            rows += duckdb.execute(f"select {chosen} from read_parquet(?, {hive}) order by all", [files]).fetchall()
    return [list(row) for row in rows]


def _rejects(home: Home) -> list[list[str]]:
    rows = []
    for path in sorted(home.rejects.glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows += [[int(line), *others] for _, line, *others in list(csv.reader(file))[1:]]
    return rows


def test_every_kind_of_bad_export_is_listed_and_there() -> None:
    files = {path.stem for path in FOLDER.glob("*.csv")}
    assert set(KINDS) == files | set(MAKERS)
    assert not files & set(MAKERS)
    assert len(KINDS) >= 40


@pytest.mark.parametrize("kind", KINDS)
def test_bad_export(kind: str, home: Home, call: Call, tmp_path: Path) -> None:
    expected, before = KINDS[kind], _tree(home)
    mappings = [f"--mapping={FOLDER / expected['mapping']}"] if "mapping" in expected else []
    outcome = call(_delivered(kind, tmp_path), *mappings)
    detail = [line.replace(f"{tmp_path / 'in'}/", "").replace(f"{FOLDER}/", "") for line in outcome.detail]
    if "refused" in expected:
        assert (outcome.code, detail) == (2, [f"hitcast: {expected['refused']}"])
        assert detail[0].isprintable()
        assert _tree(home) == before
        assert not (home.raw / ".incoming").exists()
        return
    assert (outcome.code, detail) == (5 if "But look" in outcome.shown else 0, [])
    assert ("But look" in outcome.shown) == bool(expected.get("rejected") or expected.get("look"))
    counts = [int(number) for number in _last_counts(outcome.shown)]
    assert counts == expected["counts"]
    assert counts[0] == sum(counts[1:])
    landed = _landed(home)
    assert STANDING in landed
    assert [row for row in landed if row != STANDING] == expected["landed"]
    assert len(landed) - 1 == counts[1]
    assert _rejects(home) == expected.get("rejected", [])
    for line, column, _, reason in expected.get("rejected", []):
        assert f"{column} {reason}".strip() in outcome.shown, line
    for line in expected.get("shown", []):
        assert line in outcome.shown.replace(f"{tmp_path / 'in'}/", "")


def _last_counts(shown: str) -> list[str]:
    """Read, accepted, rejected and duplicate rows of the last line that ends in four numbers."""
    lines = [line.replace(",", "").split() for line in shown.splitlines()]
    return [line[-4:] for line in lines if len(line) > 4 and all(word.isdigit() for word in line[-4:])][-1]


def test_a_bad_export_through_the_installed_command_is_told_alike(home: Home, tmp_path: Path) -> None:
    command = [sys.executable, "-c", "from hitcast.cli.app import main; main()", "ingest"]
    done = subprocess.run([*command, str(FOLDER / "nothing_valid.csv")], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.strip("\n") == f"hitcast: {FOLDER}/{KINDS['nothing_valid']['refused']}"
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.parametrize("folder_too", [False, True])
def test_a_bad_export_that_may_not_be_read_is_told(home: Home, tmp_path: Path, folder_too: bool) -> None:
    closed = tmp_path / "in" / "closed"
    closed.mkdir(parents=True)
    (tmp_path / "in" / "vk.csv").write_text(CSV)
    (closed / "vk.csv").write_text(CSV)
    shut = closed if folder_too else closed / "vk.csv"
    before = _tree(home)
    command = [sys.executable, "-c", "from hitcast.cli.app import main; main()", "ingest", str(tmp_path / "in")]
    if os.geteuid() == 0:
        # root reads everything, unless it lays this right down
        lay_down = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
        if shutil.which("setpriv") is None or subprocess.run([*lay_down, "true"], check=False).returncode:
            pytest.skip("root that cannot lay down its rights")
        command = [*lay_down, *command]
    shut.chmod(0)
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    finally:
        shut.chmod(0o700)
    cure = "Give yourself the right to read it" + ("" if folder_too else ", or move it")
    assert done.stderr.strip("\n") == f"hitcast: {shut}: cannot be read (Permission denied). {cure}"
    assert done.returncode == 2
    assert _tree(home) == before


@pytest.mark.parametrize(
    ("name", "spoil", "message"),
    [
        ("vk.csv", Path.unlink, "vanished while it was read. Deliver it again once it is there"),
        ("vk.csv", lambda path: path.write_text(f"{CSV}2024-03-01,RUA0A2400002,RU,20\n"), "changed while it was read"),
        ("vk.csv", lambda path: path.write_text(CSV.replace("10", "11")), "changed while it was read"),
        ("vk.parquet", Path.unlink, "vanished while it was read"),
    ],
)
def test_a_bad_export_that_changes_under_the_reader_is_refused(
    name: str,
    spoil: Callable[[Path], object],
    message: str,
    home: Home,
    call: Call,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / name
    if name.endswith(".csv"):
        path.write_text(CSV)
    else:
        _write_parquet(path)
    before = _tree(home)

    @contextmanager
    def spoiling(doing: str) -> Iterator[Callable[[str, float], None]]:
        yield lambda message, share: spoil(path) if message.startswith("reading") and share == 0 else None

    monkeypatch.setattr(hitcast.cli.data, "measured", spoiling)
    outcome = call(path)
    assert outcome.code == 2
    [detail] = outcome.detail
    assert detail.startswith(f"hitcast: {path}: {message}")
    assert _tree(home) == before


def _write_parquet(path: Path) -> None:
    duckdb.execute(
        "copy (select date '2024-03-01' as stream_date, 'RUA0A2400001' as isrc, 'RU' as territory, 10 as streams)"
        " to $path (format parquet)",
        {"path": str(path)},
    )
