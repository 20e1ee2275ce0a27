"""A bundle holds no code, and is read from its own folder alone."""

import json
import os
import pickle
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hitcast.core.digests import sealed_json
from hitcast.core.errors import HitcastError
from hitcast.core.settings import Settings
from ml.data import read_marts
from ml.registry import store
from ml.registry.bundles import load_bundle
from ml.score import score, scored_rows
from ml.train import TrainingRun

NATIVE: dict[str, Callable[[bytes], bool]] = {
    ".cbm": lambda held: held.startswith(b"CBM1"),
    ".txt": lambda held: held.startswith(b"tree\nversion="),
    ".json": lambda held: isinstance(json.loads(held), dict | list),
    ".csv": lambda held: "\0" not in held.decode("utf-8"),
    ".lock": lambda held: not held,
    "": lambda held: b"loader_module: ml.registry.pyfunc" in held and b"python_model" not in held,
    ".db": lambda held: held.startswith(b"SQLite format 3\0"),
}
"""What training leaves behind, and how each kind is known."""


@pytest.fixture
def bundle(trained: tuple[Settings, TrainingRun]) -> Path:
    champion = store.champion(trained[0])
    assert champion is not None
    return champion.bundle


def test_all_that_training_leaves_is_native_by_content(trained: tuple[Settings, TrainingRun], bundle: Path) -> None:
    files = [file for file in trained[0].mlflow_dir.rglob("*") if file.is_file()]
    assert {file.suffix for file in files} <= set(NATIVE)
    assert [file for file in files if not NATIVE[file.suffix](file.read_bytes())] == []
    assert {file.suffix for file in bundle.iterdir()} == {".cbm", ".txt", ".json", ""}
    assert not any(path.is_symlink() for path in bundle.rglob("*"))


class Planted:
    """What runs a command where it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.mark),)


@pytest.mark.parametrize("kind", ["*.cbm", "*.txt", "streams_*.json", "manifest.json"])
def test_a_pickle_in_the_place_of_a_file_is_refused_and_not_run(bundle: Path, tmp_path: Path, kind: str) -> None:
    mark = tmp_path / "ran"
    planted = pickle.dumps(Planted(mark))
    for file in bundle.glob(kind):
        file.write_bytes(planted)
    with pytest.raises(HitcastError, match="cannot be read") as refusal:
        load_bundle(bundle)
    assert "Train again" in str(refusal.value)
    assert not mark.exists()
    pickle.loads(planted)
    assert mark.exists(), "it would have run"


def test_garbage_in_a_lightgbm_file_is_damage(bundle: Path) -> None:
    """Also where the manifest knows no checksum, as LightGBM raises an error of its own."""
    for file in bundle.glob("*.txt"):
        file.write_text("garbage")
    manifest = json.loads((bundle / "manifest.json").read_text())
    del manifest["files"]
    (bundle / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(HitcastError, match=r"the model cannot be read"):
        load_bundle(bundle)


UNPICKLED: list[object] = []
WATCHING: list[bool] = []


def test_a_forecast_is_made_without_unpickling(trained: tuple[Settings, TrainingRun]) -> None:
    def note(event: str, arguments: tuple[object, ...]) -> None:
        if event == "pickle.find_class" and WATCHING:
            UNPICKLED.append(arguments)

    sys.addaudithook(note)
    WATCHING.append(True)
    try:
        champion = store.champion(trained[0])
        assert champion is not None
        held, marts = load_bundle(champion.bundle), read_marts(trained[0])
        assert len(score(held, scored_rows(marts, held, marts.data_through)[0]))
        assert UNPICKLED == []
        pickle.loads(pickle.dumps(Path("x")))
        assert UNPICKLED, "what is unpickled is noticed"
    finally:
        WATCHING.clear()


def _change(file: Path, change: Callable[[Any], None]) -> None:
    plain = json.loads(file.read_text(encoding="utf-8"))
    change(plain)
    # as whoever writes one by hand may seal it
    file.write_bytes(sealed_json({name: value for name, value in plain.items() if name != "digest"}))


def test_no_name_in_a_bundle_leads_out_of_it(bundle: Path) -> None:
    outside = bundle.parent / "elsewhere"
    shutil.copytree(bundle, outside)
    (name, *_) = json.loads((bundle / "manifest.json").read_text())["feature_sets"]
    # so that the path exists, whatever is put before it
    for start in ("streams_x", "classes_x", f"streams_{name}_"):
        (bundle / start).mkdir()
    kept = (bundle / "manifest.json").read_bytes()
    there, message = f"x/../../{outside.name}/streams_{name}", "lies outside of it"
    for led, why in ((there, message), ("../elsewhere/x", message), ("x\0y", "null"), (7, "streams_7"), (None, "None")):
        _change(bundle / "manifest.json", lambda plain, led=led: plain.update(feature_sets=[led]))
        with pytest.raises(HitcastError, match=why):
            load_bundle(bundle)
    (bundle / "manifest.json").write_bytes(kept)
    target = next(outside.glob(f"streams_{name}_*.cbm"))
    # a bundle without checksums
    _change(bundle / "manifest.json", lambda plain: plain.update(files={}))
    held = (bundle / f"streams_{name}.json").read_text(encoding="utf-8")
    led = held.replace(f'"{target.name}"', f'"../{outside.name}/{target.name}"')
    assert led != held
    (bundle / f"streams_{name}.json").write_text(led, encoding="utf-8")
    with pytest.raises(HitcastError, match="lies outside of it"):
        load_bundle(bundle)


def test_a_link_out_of_a_bundle_is_refused(bundle: Path) -> None:
    for file in bundle.glob("*.cbm"):
        moved = bundle.parent / file.name
        file.rename(moved)
        file.symlink_to(moved)
    with pytest.raises(HitcastError, match="lies outside of it"):
        load_bundle(bundle)


def test_a_bundle_of_another_version_is_refused(bundle: Path) -> None:
    _change(bundle / "manifest.json", lambda plain: plain.pop("format"))
    with pytest.raises(HitcastError, match="another version of hitcast wrote it"):
        load_bundle(bundle)
