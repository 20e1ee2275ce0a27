"""Every command on labels of odd sizes and states: it ends well, or with one line that a user can act on."""

from pathlib import Path

import pytest

from hitcast.core.home import Home
from tests.commands import hitcast, published, refused
from tests.end_to_end.odd_labels import DATES, LAST, PLATFORMS, WINDOW, make_label

ENOUGH = 20
"""Mature releases that suffice to train."""
COMMANDS = (
    ("run",),
    ("status",),
    ("backtest",),
    ("report",),
    ("predict", "--as-of", "2021-06-20"),
    ("train", "--as-of", "2021-06-01"),
    ("alerts",),
    ("export", "--format", "csv", "--output", "{folder}"),
)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    first, count = metafunc.config.getoption("--first-label"), metafunc.config.getoption("--labels")
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", range(first, first + count))


@pytest.mark.labels
def test_every_command_ends_well_or_in_one_line(seed: int, tmp_path: Path) -> None:
    label, home = make_label(seed), Home(tmp_path / "home")
    print(label.description)
    exports = label.world.write_exports(tmp_path / "exports")
    for name, table in (("tiktok", label.world.tiktok), ("vk", label.world.vk)):
        if table.empty:
            (exports / f"{name}.csv").unlink()
    taken = hitcast(home, "ingest", str(exports))
    # 5: landed, but look; odd labels are made to be looked at
    assert taken.returncode in (0, 5), taken.stderr
    ends = {}
    for command in COMMANDS:
        arguments = [part.format(folder=tmp_path / "tables") for part in command]
        done = hitcast(home, *arguments)
        if done.returncode:
            refused(done, 2)
        ends[command[0]] = done
    if label.mature_count >= ENOUGH:
        assert ends["run"].returncode == 0, f"{label.description}: {ends['run'].stderr}"
    if ends["run"].returncode == 0:
        rows = published(home, "from release_predictions where predicted_streams is not null")
        assert (rows["lower_90"] <= rows["predicted_streams"]).all()
        assert (rows["predicted_streams"] <= rows["upper_90"]).all()
        assert (rows["predicted_streams"] >= rows["known_streams"].fillna(0)).all()
        assert (rows["upper_90"] < 1000 * label.world.vk["streams"].max() * WINDOW).all()


def test_the_labels_drawn_are_of_every_kind() -> None:
    labels = [make_label(seed) for seed in range(60)]
    told = [label.description for label in labels]
    for platforms in set(PLATFORMS):
        for dates in set(DATES):
            assert sum(f" {platforms}, dates {dates}," in each for each in told) >= 2
    sizes = [len(label.world.catalog) for label in labels]
    assert min(sizes) <= 2
    assert max(sizes) > 200
    assert any(label.mature_count >= ENOUGH for label in labels)
    assert max(label.world.vk["stream_date"].max() for label in labels if len(label.world.vk)) == LAST
