"""Run records and what status tells of them."""

import json
import re
from pathlib import Path

import pytest

from hitcast.core import records
from hitcast.core.errors import HitcastError
from hitcast.core.home import PROJECT_DIR, Home
from hitcast.core.records import latest_records, recorded
from hitcast.core.settings import Settings
from hitcast.job.status import look


def settings_of(home: Home) -> Settings:
    return Settings(home.warehouse, home.mlflow, home.optuna_file)


def test_a_step_is_one_line_of_json_however_it_ends(home: Home) -> None:
    with recorded(home, "run", "features") as counts:
        counts.rows_in, counts.rows_out, counts.rows_rejected = 10, 8, 2
    with pytest.raises(HitcastError), recorded(home, "run", "train"):
        raise HitcastError("has no\nvalid row", "a.csv")
    with pytest.raises(KeyboardInterrupt), recorded(home, "run", "predict"):
        raise KeyboardInterrupt
    lines = home.records.read_text().splitlines()
    done, failed, interrupted = map(json.loads, lines)
    assert (done["command"], done["step"], done["outcome"]) == ("run", "features", "done")
    assert (done["rows_in"], done["rows_out"], done["rows_rejected"], done["error"]) == (10, 8, 2, None)
    assert 0 <= done["seconds"] < 5
    assert 20 < done["peak_memory_mb"] < 20_000
    assert (failed["outcome"], failed["error"], failed["rows_in"]) == ("failed", "a.csv: has no\nvalid row", None)
    assert interrupted["outcome"] == "interrupted"
    assert len({record["invocation"] for record in (done, failed, interrupted)}) == 1


def test_records_move_aside_when_they_grow_large(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "MAX_BYTES", 100)
    for step in ("first", "second", "third"):
        with recorded(home, "run", step):
            pass
    assert [record["step"] for record in latest_records(home)] == ["third"]
    assert json.loads(home.records.with_suffix(".jsonl.1").read_text())["step"] == "second"


def test_half_a_line_of_a_killed_process_hides_no_other(home: Home) -> None:
    with recorded(home, "run", "features"):
        pass
    with home.records.open("a") as file:
        file.write('{"step": "tr')
    assert [record["step"] for record in latest_records(home)] == ["features"]


def test_a_home_that_takes_no_record_does_not_stop_the_work(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    home = Home(tmp_path / "file")
    with recorded(home, "run", "features") as counts:
        counts.rows_out = 1
    assert counts.rows_out == 1
    assert latest_records(home) == []
    with pytest.raises(HitcastError, match="the work itself failed"), recorded(home, "run", "features"):
        raise HitcastError("the work itself failed")


def test_status_tells_the_steps_and_the_holder_as_json(home: Home) -> None:
    with recorded(home, "ingest", "ingest") as counts:
        counts.rows_in = 3
    message = json.loads(look(home, settings_of(home)).as_json())
    assert (message["format"], message["home"]) == (1, str(home.root))
    page = (PROJECT_DIR / "docs" / "operations.md").read_text(encoding="utf-8")
    described = page.partition("## Status as JSON")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", described, re.MULTILINE)) == set(message)
    assert message["held_by"] is None
    assert [(step["step"], step["rows_in"]) for step in message["steps"]] == [("ingest", 3)]
    assert message["drift"] is None
    assert not any(message[name] for name in ("loaded", "models", "published", "problems"))


def test_what_cannot_be_looked_at_is_a_problem_not_an_end(home: Home) -> None:
    home.serving.mkdir(parents=True)
    (home.serving / "hitcast.duckdb").write_bytes(b"no database")
    home.ledger.parent.mkdir(parents=True)
    home.ledger.write_bytes(b"nor Parquet")
    problems = look(home, settings_of(home)).problems
    # the ledger itself, what is published, and the steps, which rest on the ledger
    assert len(problems) == 3
    assert all(name in line for name, line in zip(("landing", "serving", "landing"), problems, strict=True))
