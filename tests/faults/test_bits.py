"""One flipped bit in any file of a home: no changed value is read. The landing's own files: test_landing.py."""

import random
import shutil
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from hitcast.core.decisions import Decision, read_decisions, record_decision
from hitcast.core.errors import HitcastError
from hitcast.core.home import Home
from hitcast.core.project import read_variables, settings_of
from hitcast.core.settings import Settings
from hitcast.core.sqlite import note_databases, note_of
from hitcast.core.warehouse import open_warehouse
from hitcast.desk.published import Published
from hitcast.ingest import ingest, landing_as_known
from hitcast.ingest.landing import kept_files, landed_files, read_history, read_ledger
from hitcast.serving.alerts.facts import Alert
from hitcast.serving.alerts.facts import Published as Publication
from hitcast.serving.alerts.sent import read_sent, sending
from hitcast.serving.publish import open_published, published_file
from hitcast.serving.seals import parquet_faults
from ml.registry import store
from ml.registry.bundles import MANIFEST, load_bundle
from ml.studies import open_storage, quiet_optuna, study_name, tuned_parameters
from tests.commands import hitcast, published, refused, slow, succeeded
from tests.faults.bits import flip, tables_of, tally

MANY = pytest.mark.parametrize("bits", [20, pytest.param(200, marks=slow)])
SOME = pytest.mark.parametrize("bits", [10, pytest.param(100, marks=slow)])
TODAY = date(2022, 1, 1)
PUBLICATION = Publication(datetime(2022, 1, 1, 9), "r1", date(2021, 12, 31))
DESK_QUERIES = ("about", "costs", "drift", "experiments", "freshness", "plan_rows", "rejected", "backtest_groups")
EXPORTS = {
    "vk": "stream_date,isrc,territory,streams\n2024-01-01,a,RU,{}\n",
    "tiktok": "activity_date,sound_id,territory,views\n2024-01-01,s,RU,{}\n",
    "catalog": "upc,isrc,release_title,artist_id,artist_name,release_date\n1,a,Title {},7,Artist,2024-01-01\n",
}


@pytest.fixture
def lean(prepared: Home, tmp_path: Path) -> Home:
    """The files of the prepared home that bits are turned over in, free to be damaged; its landing is left out."""
    home = Home(tmp_path / "lean")
    shutil.copytree(prepared.serving, home.serving)
    shutil.copytree(prepared.mlflow, home.mlflow)
    shutil.copy(prepared.warehouse, home.warehouse)
    return home


@pytest.fixture
def lean_settings(lean: Home) -> Settings:
    return replace(settings_of(lean, read_variables()), patience_seconds=1)


@pytest.fixture
def corrected(tmp_path: Path) -> Home:
    """A home whose two days and whose catalog were delivered twice."""
    home = Home(tmp_path / "corrected")
    for number, delivered in ((1, date(2024, 1, 3)), (2, date(2024, 2, 3))):
        for name, text in EXPORTS.items():
            (tmp_path / f"{name}.csv").write_text(text.format(number))
        ingest(home, [tmp_path / f"{name}.csv" for name in EXPORTS], delivered_on=delivered)
    return home


@MANY
def test_no_changed_superseded_day_is_read(corrected: Home, tmp_path: Path, bits: int) -> None:
    kept, read = kept_files(corrected, read_history(corrected)), landed_files(corrected, read_ledger(corrected))
    superseded, scratches = sorted(set(kept) - set(read)), iter(range(bits + 10))
    assert len(superseded) == 3

    def known(file: Path) -> object:
        then = Home(tmp_path / f"then {next(scratches)}")
        landing_as_known(corrected, then, date(2024, 1, 31))
        return [pq.read_table(path, partitioning=None).to_pylist() for path in landed_files(then, read_ledger(then))]

    assert tally("superseded day", superseded, bits, known) == {"noticed": bits}


@MANY
def test_no_changed_published_parquet_is_taken_for_whole(lean: Home, bits: int) -> None:
    def compared(file: Path) -> object:
        for fault in parquet_faults(lean)[2]:
            raise fault
        return pq.read_table(file).to_pylist()

    files = sorted(lean.serving.glob("*.parquet"), key=lambda file: file.stat().st_size)[:8]
    assert tally("serving Parquet", files, bits, compared) == {"noticed": bits}


@MANY
@pytest.mark.parametrize("part", ["bundle", "manifest"])
def test_no_changed_model_is_read(lean_settings: Settings, part: str, bits: int) -> None:
    champion = store.champion(lean_settings)
    assert champion is not None
    files = [file for file in champion.bundle.iterdir() if (file.name == MANIFEST) == (part == "manifest")]
    assert tally(part, files, bits, lambda file: load_bundle(champion.bundle).cutoff) == {"noticed": bits}


@MANY
def test_no_changed_decision_is_read(tmp_path: Path, bits: int) -> None:
    home = Home(tmp_path)
    for number in range(30):
        record_decision(home, Decision(f"{number:012}", "promoted", 1000.0 + number, 20_000.0, "tour"))
    found = tally("decisions", [home.decisions], bits, lambda file: read_decisions(home))
    assert found["missed"] == 0
    # what remains is the number of the last transaction, which no value hangs on
    assert found["noticed"] >= 0.95 * bits


def test_decisions_of_an_earlier_version_are_read_and_noted(tmp_path: Path) -> None:
    home = Home(tmp_path)
    made = record_decision(home, Decision("1", "promoted", 5.0))
    note_of(home.decisions).unlink()
    assert read_decisions(home) == [made]
    flip(home.decisions, random.Random(7))
    with pytest.raises(HitcastError, match=r"decisions\.db: is damaged \(its digest does not fit\).*Put a backup"):
        read_decisions(home)
    with pytest.raises(HitcastError, match="is damaged"):
        record_decision(home, Decision("1", "declined"))


def studied(settings: Settings) -> None:
    """A study of streams with a few trials."""
    optuna = quiet_optuna()
    name = study_name("streams", settings, date(2021, 12, 1))
    study = optuna.create_study(study_name=name, storage=open_storage(settings))
    study.optimize(lambda trial: trial.suggest_float("learning_rate", 0.01, 0.3), n_trials=5)


def alerted(home: Home) -> None:
    alerts = [Alert("spike", f"release {number}", {}) for number in range(20)]
    with sending(home, "webhook") as (_, mark):
        mark(alerts, PUBLICATION)


@SOME
@pytest.mark.parametrize("name", ["mlflow", "optuna", "alerts"])
def test_no_changed_value_of_a_sqlite_file_is_read(lean: Home, lean_settings: Settings, name: str, bits: int) -> None:
    # as the first command on a copied home does
    store.list_models(lean_settings)
    studied(lean_settings)
    alerted(lean)
    note_databases(lean.databases)
    file, read = {
        "mlflow": (lean.mlflow / "mlflow.db", lambda file: store.list_models(lean_settings)),
        "optuna": (lean.optuna_file, lambda file: tuned_parameters(lean_settings, TODAY)),
        "alerts": (lean.alerts, lambda file: read_sent(lean, "webhook")),
    }[name]
    found = tally(file.name, [file], bits, read)
    assert found["missed"] == 0
    assert found["noticed"] >= 0.95 * bits


@SOME
@pytest.mark.parametrize("name", ["warehouse", "published", "desk"])
def test_no_changed_value_of_a_duckdb_file_is_read(lean: Home, lean_settings: Settings, name: str, bits: int) -> None:
    def read(file: Path) -> object:
        if name == "warehouse":
            with open_warehouse(lean_settings) as connection:
                return tables_of(connection)
        if name == "published":
            with open_published(lean) as connection:
                return tables_of(connection)
        snapshot = Published(file).snapshot()
        return [snapshot.rows(query) for query in DESK_QUERIES]

    file = lean.warehouse if name == "warehouse" else published_file(lean)
    assert tally(f"{name} ({file.name})", [file], bits, read)["missed"] == 0


@slow
@pytest.mark.parametrize("kind", ["bundle", "manifest", "decisions", "mlflow"])
def test_a_run_over_a_flipped_bit_publishes_no_changed_value(
    home: Home, settings: Settings, champion: store.Version, kind: str
) -> None:
    record_decision(home, Decision(str(published(home, "select min(release_id) from releases").iloc[0, 0]), "promoted"))
    succeeded(hitcast(home, "run"))
    before = published(home, "select * exclude (predicted_at, run_id) from release_predictions order by all")
    decided = published(home, "select * from decisions order by all")
    flip(
        {
            "bundle": next(champion.bundle.glob("*.cbm")),
            "manifest": champion.bundle / MANIFEST,
            "decisions": home.decisions,
            "mlflow": home.mlflow / "mlflow.db",
        }[kind],
        random.Random(8),
    )
    done = hitcast(home, "run")
    if kind in ("bundle", "manifest"):
        # the champion before, which is alike, stands in
        assert "instead of champion version 2" in succeeded(done)
        same = "select * exclude (predicted_at, run_id, model_name) from release_predictions order by all"
        assert published(home, same).equals(before.drop(columns="model_name"))
    else:
        assert "is damaged (its digest does not fit)" in refused(done, 2)
        again = published(home, "select * exclude (predicted_at, run_id) from release_predictions order by all")
        assert again.equals(before)
    assert published(home, "select * from decisions order by all").equals(decided)
