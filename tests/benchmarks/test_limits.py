"""What is tried of limits where they are none: the cases run, are measured, and say how a failure ended."""

from pathlib import Path

import pytest

from benchmarks import limits

SHARE = 0.001


@pytest.mark.bench
def test_cases_are_tried_and_leave_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = ["100,000 files", "a day of 10 million rows", "a file of 5 GB"]
    limits.main([*names, "--share", str(SHARE), "--folder", str(tmp_path)])
    rows = [line.split(" | ") for line in capsys.readouterr().err.splitlines()]
    assert [row[0] for row in rows] == names
    for _, command, _, seconds, megabytes, code, ended in rows:
        assert (command, code, ended) == ("ingest", "0", "")
        assert float(seconds) > 0
        assert float(megabytes) > 50
    assert list(tmp_path.iterdir()) == []


def test_a_command_that_fails_is_shown_with_its_last_line(tmp_path: Path) -> None:
    case = limits.Case(lambda home: home.exports.mkdir(), (("ingest", "{exports}"), ("run",)))
    [(name, command, *_, code, ended)] = limits.attempt("nothing at all", case, tmp_path)
    assert (name, command, code) == ("nothing at all", "ingest", "2")
    assert ended.startswith("hitcast: ")


def test_a_case_that_is_none_is_refused_with_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        limits.main(["a million files"])
    assert "There are 10 years of days" in capsys.readouterr().err
