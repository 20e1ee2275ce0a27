import json
import os
import pty
import select
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

from hitcast.core.home import Home
from hitcast.ingest.landing import read_history
from tests.commands import HITCAST, environment, hitcast, refused, succeeded


def test_map_writes_a_mapping_tries_it_and_overwrites_none(tmp_path: Path) -> None:
    home, export, written = Home(tmp_path / "home"), tmp_path / "vk.csv", tmp_path / "map.yml"
    export.write_text("Дата;ISRC;Прослушивания\n01.03.2024;QZABC2400001;1 200\n02.03.2024;QZABC2400001;900\n")
    shown = succeeded(hitcast(home, "map", str(export), "--yes", "--output", str(written)))
    assert "UNSURE, 50%  no column says it: the project's own territory" in shown
    assert "Dry run: nothing was written." in shown
    assert "marked UNSURE above. Look at each in " in shown.splitlines()[-1]
    assert "Written:" in shown and written.exists()
    assert "2 new" in succeeded(hitcast(home, "ingest", str(export), "--mapping", str(written)))
    assert "is there already" in refused(hitcast(home, "map", str(export), "--yes", "--output", str(written)), 2)


DOUBTFUL = "a;b;c\n01.03.2024;QZABC2400001;1 200\n02.03.2024;QZABC2400001;900\n"


@pytest.mark.parametrize("given", ["", "1\n"])
def test_a_question_without_a_terminal_is_one_line(tmp_path: Path, given: str) -> None:
    (tmp_path / "x.csv").write_text(DOUBTFUL)
    command = [str(HITCAST), "map", str(tmp_path / "x.csv"), "--output", str(tmp_path / "map.yml")]
    done = subprocess.run(
        command, env=environment(Home(tmp_path / "home")), input=given, capture_output=True, text=True, check=False
    )
    assert "there is a question, and nobody to answer it. Give --yes, " in refused(done, 2)
    assert not (tmp_path / "map.yml").exists()


@pytest.mark.parametrize(
    ("typed", "code", "line"),
    [(b"\x04", 2, "ended without an answer. Give --yes, or answer"), (b"\x03", 130, "hitcast: interrupted; ")],
)
def test_ctrl_d_and_ctrl_c_at_a_question_are_one_line(tmp_path: Path, typed: bytes, code: int, line: str) -> None:
    (tmp_path / "x.csv").write_text(DOUBTFUL)
    arguments = ["hitcast", "map", str(tmp_path / "x.csv"), "--output", str(tmp_path / "map.yml")]
    child, terminal = pty.fork()
    if child == 0:
        # tests that run in the background would have it ignored
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.execve(HITCAST, arguments, environment(Home(tmp_path / "home")))
    shown = b""
    while b"Number [1]" not in shown:
        shown += os.read(terminal, 4096)
    with suppress(OSError):
        while True:
            os.write(terminal, typed)
            # a signal between the prompt and the read of the answer is seen at the next: whoever waits presses again
            while select.select([terminal], [], [], 2)[0]:
                if not (read := os.read(terminal, 4096)):
                    raise OSError
                shown += read
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == code
    assert line in shown.decode()
    assert "a defect" not in shown.decode()


def test_a_forgotten_mapping_is_told_as_that(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("a,b\n1,2\n")
    assert "`hitcast map` proposes one" in refused(hitcast(Home(tmp_path / "home"), "ingest", str(tmp_path)), 2)


@pytest.mark.parametrize(
    ("output", "message"),
    [("nowhere/map.yml", "no such folder. Make it"), ("folder", "is a folder. Name another"), ("vk.csv", "is there")],
)
def test_where_nothing_can_be_written_is_told_first(tmp_path: Path, output: str, message: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "vk.csv").write_text("no export at all")
    given = ("map", str(tmp_path / "vk.csv"), "--yes", "--output", str(tmp_path / output))
    assert message in refused(hitcast(Home(tmp_path / "home"), *given), 2)


@pytest.mark.parametrize("place", ["file", "file/home"])
def test_a_home_that_is_a_file_is_told(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "vk.csv").write_text("date,isrc,streams\n2024-03-01,QZABC2400001,5\n")
    for command in (("ingest",), ("map", "--yes", "--output", str(tmp_path / "map.yml"))):
        line = refused(hitcast(Home(tmp_path / place), *command, str(tmp_path / "vk.csv")), 2)
        assert f"{tmp_path}/file: is a file, and a home is a folder" in line
    assert not (tmp_path / "map.yml").exists()


def test_a_held_delivery_shows_its_report(tmp_path: Path) -> None:
    home, path = Home(tmp_path / "home"), tmp_path / "vk.csv"
    path.write_text("stream_date,isrc,territory,streams\n2024-03-01,a,RU,5\n2024-03-01,b,RU,x\n2024-03-02,b,RU,7\n")
    done = hitcast(home, "ingest", str(path))
    assert "held: more than 5% would be rejected, 1 of 2 rows of 2024-03-01" in refused(done, 2)
    assert "1 rejected: streams is not a whole number" in done.stdout
    assert "Held: nothing landed." in done.stdout
    assert not home.ledger.exists()
    report = json.loads(hitcast(home, "ingest", str(path), "--json").stdout)
    assert (report["is_held"], report["delivery_number"], report["tables"][0]["rejected"]) == (True, None, 1)


@pytest.mark.parametrize(
    ("table", "given", "message"),
    [
        ("promotion_spends", ["x"], "is no table that is landed by day. Deliver a campaign that was called off again"),
        ("vk_streams", ["x"], "is no table that is landed by day. Those are tiktok_sound_days, vk_stream_days"),
    ],
)
def test_a_table_that_has_no_days_is_told_before_its_days(
    tmp_path: Path, table: str, given: list[str], message: str
) -> None:
    assert message in refused(hitcast(Home(tmp_path / "home"), "withdraw", table, *given), 2)


def test_a_day_named_twice_is_withdrawn_once(tmp_path: Path) -> None:
    home, path = Home(tmp_path / "home"), tmp_path / "vk.csv"
    path.write_text("stream_date,isrc,territory,streams\n2024-03-01,a,RU,5\n2024-03-02,b,RU,7\n")
    succeeded(hitcast(home, "ingest", str(path)))
    shown = succeeded(hitcast(home, "withdraw", "vk_stream_days", "2024-03-01", "2024-03-01"))
    assert "1 day withdrawn, delivery 2" in shown
    assert [row.is_withdrawn for row in read_history(home) if row.superseded_on is None] == [True, False]
