"""What holds for every published reason, of any release of any world."""

import re

import numpy as np
import pandas as pd

SIZES = {"": 1.0, "K": 1e3, "M": 1e6, "B": 1e9, "%": 0.01, "times": 1.0}
EFFECT = r"(?:[+-]?[\d.,]+ %|[\d.,]+(?: [KMB])? times as many)"
EFFECT_RU = r"(?:[+-]?[\d.,]+ %|в [\d.,]+(?: \S+)? раз больше)"


def check_reasons(drivers: pd.DataFrame, forecasts: pd.DataFrame) -> None:
    """Effects add up, and what a sentence compares has the sign of its effect.

    Args:
        drivers: `prediction_drivers`.
        forecasts: Forecasts of the same runs: run_id, release_id, horizon_days, predicted_streams.
    """
    key = ["run_id", "release_id", "horizon_days"]
    sums = drivers.groupby(key)["contribution"].sum().rename("effects").reset_index()
    both = forecasts.dropna(subset=["predicted_streams"]).merge(sums, on=key, how="left")
    assert len(both) > 0
    logs = np.log(np.maximum(both["predicted_streams"].to_numpy(), 1.0))
    assert np.abs(both["effects"].to_numpy() - logs).max() < 1e-9

    groups = drivers[drivers["driver_kind"] == "group"]
    assert set(drivers["driver_kind"]) == {"base", "group"}
    ranks = groups.sort_values("driver_rank").groupby(key)["driver_rank"]
    assert ranks.apply(lambda values: values.tolist() == list(range(1, len(values) + 1))).all()
    for row in groups.itertuples():
        _check_sentence(str(row.reason), EFFECT, float(row.contribution))
        _check_sentence(str(row.reason_ru), EFFECT_RU, float(row.contribution))
        compared = re.search(r"\(usual: (-?[\d.]+) ?(K|M|B|%|times|)\)", str(row.reason))
        assert bool(compared) == ("(usual" in row.reason) == ("(обычно" in row.reason_ru), row.reason
        if compared:
            usual = float(compared[1]) * SIZES[compared[2]]
            assert abs(usual - float(row.feature_value)) > 0, row.reason
            assert (float(row.feature_value) > usual) == (row.contribution > 0), row.reason


def _check_sentence(sentence: str, effect: str, contribution: float) -> None:
    """It ends with its effect, a figure stands before it, and nothing of a program is in it."""
    assert not re.search(r"\bnan\b|\binf\b|None|[{}_]|\(usual: no\)", sentence), sentence
    if "range " in sentence or "диапазон " in sentence:
        return
    found = re.fullmatch(rf"(.+): ({effect})", sentence)
    assert found, sentence
    sign = np.sign(
        float(re.sub(r"[^\d.+-]", "", found[2].replace(",", ".").split(" ")[-2 if "%" in found[2] else 0]) or 1)
    )
    assert sign in (0, np.sign(contribution)), sentence
