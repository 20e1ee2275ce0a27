"""What the project's variables may hold: data of a type and a range, which nothing renders or runs."""

import re
from collections.abc import Mapping
from typing import Any

from hitcast.core.errors import HitcastError
from hitcast.core.rules import Rule, shown

MAX_HORIZON_DAYS, MAX_HORIZONS, MAX_TEASER_DAYS = 365, 10, 365
MAX_STRESSED_RELEASES = 1_000_000
MAX_COST = 1e12
TERRITORY = re.compile(r"[A-Z]{2}")
WHERE = "--vars"


def _is_count(value: Any, least: int, most: int) -> bool:
    return type(value) is int and least <= value <= most


def _are_horizons(value: Any) -> bool:
    return (
        isinstance(value, list)
        and 1 <= len(value) <= MAX_HORIZONS
        and all(_is_count(days, 1, MAX_HORIZON_DAYS) for days in value)
    )


def _is_cost(value: Any) -> bool:
    return type(value) in (int, float) and 0 < value <= MAX_COST


RULES: Mapping[str, Rule[Any]] = {
    "horizons": Rule(
        _are_horizons, f"Give a list of whole days from 1 to {MAX_HORIZON_DAYS}, {MAX_HORIZONS} at most: [14, 30]"
    ),
    "class_horizon": Rule(lambda value: _is_count(value, 1, MAX_HORIZON_DAYS), "Give one of the horizons"),
    # YAML reads NO for no
    "territory": Rule(
        lambda value: isinstance(value, str) and TERRITORY.fullmatch(value) is not None,
        "Give a country's two capital letters in quotes, such as 'RU'",
    ),
    "teaser_days": Rule(
        lambda value: _is_count(value, 0, MAX_TEASER_DAYS), f"Give whole days from 0 to {MAX_TEASER_DAYS}"
    ),
    "stressed_releases": Rule(
        lambda value: _is_count(value, 0, MAX_STRESSED_RELEASES),
        f"Give a whole number from 0 to {MAX_STRESSED_RELEASES}",
    ),
    "false_positive_cost": Rule(_is_cost, f"Give a number above 0, {MAX_COST:.0f} at most"),
    "false_negative_cost": Rule(_is_cost, f"Give a number above 0, {MAX_COST:.0f} at most"),
}


def check_variables(variables: Mapping[str, Any]) -> None:
    """Checks each variable of the project by type and range, and whether they fit together.

    Args:
        variables: All of them, by name.

    Raises:
        HitcastError: One holds what it cannot.
    """
    for name, rule in RULES.items():
        if not rule.fits(variables.get(name)):
            raise HitcastError(f"{name} is {shown(variables.get(name))}", WHERE, rule.wanted)
    horizons = variables["horizons"]
    if len(set(horizons)) < len(horizons):
        raise HitcastError(f"horizons {horizons} names a horizon twice", WHERE, "Name each once")
    if variables["class_horizon"] not in horizons:
        what = f"class_horizon {variables['class_horizon']} is not one of the horizons {horizons}"
        raise HitcastError(what, WHERE, "Set class_horizon to one of them")
