from pathlib import Path

import pytest

from hitcast.core.errors import HitcastError
from hitcast.core.home import Home
from hitcast.core.label import Label, read_label


def _label(folder: Path, text: str) -> Label:
    home = Home(folder)
    home.label.write_text(text, encoding="utf-8")
    return read_label(home)


def test_nothing_is_assumed_where_nothing_is_given(tmp_path: Path) -> None:
    assert read_label(Home(tmp_path)) == Label()
    assert Label().stream_value(0.5) is None
    assert _label(tmp_path, "") == Label()


def test_payouts_weigh_by_who_pays(tmp_path: Path) -> None:
    label = _label(tmp_path, "currency: rub\npayout_per_stream: {paid: 0.3, free: 0.1}\ngoals: {'0460': 50000}\n")
    assert (label.currency, label.goals) == ("RUB", {"460": 50_000})
    assert label.stream_value(0.75) == pytest.approx(0.25)
    assert label.stream_value(None) == label.stream_value(float("nan")) == pytest.approx(0.2)
    assert _label(tmp_path, "payout_per_stream: 0.25\nbudget: 1000").stream_value(None) == 0.25


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("payout_per_stream: much", r"payout_per_stream: 'much' is no amount"),
        ("payout_per_stream: {paid: 1}", r"needs paid and free"),
        ("budget: -5", r"budget: -5 is no amount"),
        ("budget: .nan", r"budget: nan is no amount"),
        ("bugdet: 5", r"does not know bugdet\. Known are currency"),
        ("- a", r"is not a YAML mapping"),
        ("goals: {'1': true}", r"goals, 1: True is no amount"),
        ("a: [", r"is not valid YAML"),
    ],
)
def test_a_figure_that_is_none_is_named(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(HitcastError, match=rf"label\.yml.*{message}"):
        _label(tmp_path, text)
