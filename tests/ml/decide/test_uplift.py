"""What promotion adds, on a world whose law is known."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from ml.data import Marts
from ml.decide.campaigns import comparison_rows, cross_fitted
from ml.decide.promotion_effects import open_effects
from ml.decide.traits import Traits
from ml.decide.uplift import Refusal, Uplift, fit_uplift
from ml.decide.uplift_checks import check

AS_OF = date(2021, 12, 1)
DAYS = 4
NUMERIC = ("vk_streams_total", "artist_mean_log_streams")
PER_SPEND = 0.05
"""Streams that a unit of spend adds from day 0."""


def make_world(
    releases: int = 900,
    share: float = 0.2,
    pays: float = PER_SPEND,
    seed: int = 3,
    smallest: float = 0.0,
    trait: str = "",
    power: float = 0.0,
) -> tuple[Marts, pd.DataFrame, pd.Series]:
    """Marts, the log, and what each campaign added; larger releases are promoted more often, and with more.

    With `smallest`, releases are promoted from that fan base on, and all of these. With `trait`, half of the releases
    have that feature, and campaigns add exp(power) times as much for each standard deviation of its log.
    """
    random = np.random.default_rng(seed)
    fans = np.exp(random.normal(4, 1.2, releases))
    chance = share * (fans / fans.mean()) ** 0.5
    promoted = fans >= smallest if smallest else random.random(releases) < chance
    start = random.integers(1, DAYS + 1, releases)
    spend = np.round(8_000 * (fans / 50) ** 0.7 * np.exp(random.normal(0, 0.8, releases)))
    daily = np.round(fans[:, None] * np.exp(random.normal(0, 0.25, (releases, DAYS))))
    rest = fans * 26 * np.exp(random.normal(0, 0.4, releases))
    added = np.where(promoted, pays * spend * (30 - start) / 30 * np.exp(random.normal(-0.08, 0.4, releases)), 0.0)
    off = np.where(random.random(releases) < 0.5, random.normal(size=releases), np.nan) if trait else np.zeros(releases)
    added = added * np.exp(power * np.nan_to_num(off))
    ids = np.array([f"R{number:04d}" for number in range(releases)], dtype=object)
    released = pd.Timestamp("2020-01-03") + pd.to_timedelta(np.arange(releases) // 10 * 7, "D")
    rows = [
        pd.DataFrame(
            {
                "release_id": ids,
                "as_of_day": day,
                "release_date": released,
                "as_of_date": released + pd.Timedelta(days=day),
                "is_reissue": False,
                "vk_streams_total": daily[:, :day].sum(axis=1) if day else np.nan,
                "vk_streams_known": daily[:, :day].sum(axis=1) if day else np.nan,
                "artist_mean_log_streams": np.log(fans) + random.normal(0, 0.5, releases),
                "vk_missing_days": 0.0,
                **({trait: 9 * np.exp(0.2 * off)} if trait else {}),
                "vk_days_behind": 0.0,
            }
        )
        for day in range(DAYS + 1)
    ]
    targets = pd.DataFrame(
        {"release_id": ids, "horizon_days": 30, "streams": np.round(daily.sum(axis=1) + rest + added)}
    )
    catalog = pd.DataFrame({"feature_name": NUMERIC, "feature_group": "any", "feature_kind": "numeric"})
    artists = pd.DataFrame({"release_id": ids, "artist_id": [f"A{number % 300}" for number in range(releases)]})
    features = pd.concat(rows, ignore_index=True)
    marts = Marts(features, targets, catalog, artists, pd.DataFrame(), AS_OF, AS_OF, {}, {}, 1)
    log = pd.DataFrame({"release_id": ids, "start_day": start, "spend": spend, "currency": "RUB"})[promoted]
    return marts, log, pd.Series(added, ids)[promoted]


@pytest.fixture(scope="module")
def world() -> tuple[Marts, pd.DataFrame, pd.Series]:
    return make_world()


@pytest.fixture(scope="module")
def found(world: tuple[Marts, pd.DataFrame, pd.Series]) -> tuple[Uplift, pd.DataFrame]:
    marts, log, _ = world
    uplift, rows = fit_uplift(marts, log, 30, AS_OF)
    assert isinstance(uplift, Uplift)
    return uplift, rows


def test_the_sum_of_what_campaigns_add_is_found_where_a_comparison_of_means_is_far_off(world, found) -> None:
    marts, log, truth = world
    rows = found[1][found[1]["is_promoted"]]
    added = found[0].added(rows, rows["spend"].to_numpy())
    assert 0.8 < added["added_streams"].sum() / truth.sum() < 1.2
    streams = marts.targets.set_index("release_id")["streams"]
    is_promoted = streams.index.isin(log["release_id"])
    assert streams[is_promoted].mean() - streams[~is_promoted].mean() > 2 * truth.mean()


def test_intervals_hold_what_nine_in_ten_campaigns_add(world, found) -> None:
    truth, rows = world[2], found[1][found[1]["is_promoted"]]
    added = found[0].added(rows, rows["spend"].to_numpy())
    real = truth.reindex(rows["release_id"]).to_numpy()
    held = (added["lower_90"].to_numpy() <= real) & (real <= added["upper_90"].to_numpy())
    assert 0.8 < held.mean() < 0.99


def test_a_row_is_that_of_the_start_and_nothing_later_enters(world) -> None:
    marts, log, _ = world
    rows = comparison_rows(marts, log, 30, AS_OF)
    starts = log.set_index("release_id")["start_day"]
    promoted = rows[rows["is_promoted"]].set_index("release_id")
    assert (promoted["as_of_day"] == starts.reindex(promoted.index)).all()
    features = marts.features.copy()
    later = features["as_of_day"] > features["release_id"].map(starts).fillna(99)
    features.loc[later, list(NUMERIC)] = 1e9
    again = comparison_rows(replace(marts, features=features), log, 30, AS_OF)
    pd.testing.assert_frame_equal(rows, again)


def test_what_cannot_be_compared_is_neither_promoted_nor_not(world) -> None:
    marts, log, _ = world
    early, moved, wrong, again, old = log["release_id"].iloc[:5]
    features, targets, log = marts.features.copy(), marts.targets.copy(), log.copy()
    log.loc[log["release_id"] == early, "start_day"] = 0
    features.loc[features["release_id"] == again, "is_reissue"] = True
    targets.loc[targets["release_id"] == old, "streams"] = np.nan
    changed = replace(marts, features=features, targets=targets, moved_dates={moved: AS_OF}, wrong_dates={wrong: "why"})
    assert not set(comparison_rows(changed, log, 30, AS_OF)["release_id"]) & {early, moved, wrong, again, old}
    # windows that end after the as-of day
    last = comparison_rows(marts, log, 30, date(2020, 6, 1))["release_date"].max()
    assert last <= pd.Timestamp("2020-05-02")


def test_no_artist_is_forecast_from_own_releases(world) -> None:
    rows = comparison_rows(world[0], world[1], 30, AS_OF)
    target = np.log1p(rows["left"].to_numpy())
    own = (rows["artist_id"] == "A7").to_numpy()
    poisoned = np.where(own, 50.0, target)
    before, after = (cross_fitted(rows, outcome, NUMERIC)[own] for outcome in (target, poisoned))
    np.testing.assert_allclose(before, after)


def test_too_few_campaigns_are_refused_with_how_many_more_are_needed(world) -> None:
    marts, log, _ = world
    few, _ = fit_uplift(marts, log.iloc[:12], 30, AS_OF)
    assert isinstance(few, Refusal)
    assert few.reason.startswith("12 campaigns can be compared")
    assert "more are needed" in few.reason
    three, _ = fit_uplift(marts, log.iloc[:3], 30, AS_OF)
    assert isinstance(three, Refusal)
    assert "3 of 3 campaigns" in three.reason
    assert "27 more are needed" in three.reason


def test_where_only_hits_are_promoted_nothing_is_said() -> None:
    marts, log, _ = make_world(smallest=200.0)
    assert len(log) > 60
    refused, _ = fit_uplift(marts, log, 30, AS_OF)
    assert isinstance(refused, Refusal)
    assert "of their like without one" in refused.reason


def test_spends_of_several_currencies_are_refused(world) -> None:
    marts, log, _ = world
    mixed = log.assign(currency=["RUB", "USD"] + ["RUB"] * (len(log) - 2))
    refused, _ = fit_uplift(marts, mixed, 30, AS_OF)
    assert isinstance(refused, Refusal)
    assert "RUB, USD" in refused.reason


def test_campaigns_that_add_nothing_are_not_said_to_add() -> None:
    marts, log, _ = make_world(pays=0.0)
    nothing, _ = fit_uplift(marts, log, 30, AS_OF)
    assert isinstance(nothing, Refusal)


def test_attempts_to_refute_find_nothing_where_there_is_nothing(world, found) -> None:
    checks = check(found[1], world[0], NUMERIC, 30, seed=1)
    assert checks.placebo[0] is not None
    assert checks.placebo[0][1] < 0.2
    assert checks.by_lot[1] <= 0 <= checks.by_lot[2]


def test_open_releases_get_a_figure_for_each_spend_or_a_reason(world, found) -> None:
    marts, log, _ = world
    last = marts.features[marts.features["release_date"] == marts.features["release_date"].max()]
    now = last[last["as_of_day"] == 2]
    tiny = now["release_id"].iloc[0]
    features = marts.features.copy()
    features.loc[features["release_id"] == tiny, list(NUMERIC)] = 0.0
    table = open_effects(found[0], replace(marts, features=features), log, now["as_of_date"].iloc[0], 30)
    assert set(table["release_id"]) == set(now["release_id"])
    has_campaign = table["release_id"].isin(log["release_id"])
    assert table.loc[has_campaign, "refusal"].str.contains("second").all()
    assert table.loc[(table["release_id"] == tiny) & ~has_campaign, "refusal"].str.contains("as small").all()
    known = table[table["refusal"].isna()]
    assert len(known) >= 8
    assert (known.groupby("release_id").size() == 4).all()
    assert ((known["lower_90"] < known["added_streams"]) & (known["added_streams"] < known["upper_90"])).all()
    assert (known.groupby("release_id")["added_streams"].diff().dropna() > 0).all()
    assert table.loc[table["refusal"].notna(), "added_streams"].isna().all()


@pytest.mark.parametrize(
    ("trait", "power"),
    [
        ("tiktok_average_play_seconds", 0.6),
        ("tiktok_favorites_per_view", -0.6),
        ("tiktok_favorites_per_view", 0.0),
    ],
)
def test_what_is_known_of_a_release_tells_what_a_campaign_adds(trait: str, power: float) -> None:
    marts, log, _ = make_world(trait=trait, power=power)
    uplift, _ = fit_uplift(marts, log, 30, AS_OF)
    assert isinstance(uplift, Uplift)
    row = marts.features[marts.features["as_of_day"] == 2].iloc[[0, 0, 0]].reset_index(drop=True)
    row[trait] = 9 * np.exp(0.2 * np.array([-1.0, np.nan, 1.0]))
    low, unknown, high = uplift.added(row, np.full(3, 8_000.0))["added_streams"]
    assert np.log(high / low) / 2 == pytest.approx(power, abs=0.3)
    assert unknown == pytest.approx(np.sqrt(low * high), rel=0.1)


def test_a_trait_that_hardly_a_campaign_knows_has_no_say() -> None:
    seconds = [5.0, 9.0] + [0.0] * 18
    rows = pd.DataFrame({"tiktok_average_play_seconds": seconds, "tiktok_favorites_per_view": [0.1] * 20})
    traits = Traits.fit(rows)
    assert traits.names == ()
    assert traits.of(rows).shape == (20, 0)


def test_a_refusal_stands_on_every_open_release(world) -> None:
    marts, log, _ = world
    now = marts.features["as_of_date"].max() - pd.Timedelta(days=2)
    table = open_effects(Refusal("too few"), marts, log, now, 30)
    assert len(table) > 0
    assert (table["refusal"] == "too few").all()
