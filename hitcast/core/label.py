"""What only the label knows: its currency, what a stream pays, its budget and its goals; one YAML file in the home."""

import math
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hitcast.core.errors import HitcastError
from hitcast.core.home import Home
from hitcast.core.yamls import read_yaml

KEYS = ("currency", "payout_per_stream", "budget", "goals")


@dataclass(frozen=True)
class Label:
    """The label's own figures; nothing is assumed where it gives none.

    Attributes:
        currency: Of all amounts here, such as RUB; empty where it is not said.
        paid_payout: What a stream of a paying listener pays; None where it is not said.
        free_payout: What any other stream pays; None where it is not said.
        budget: What the plan of each run may spend; None where it is not said.
        goals: Streams over the class horizon that the label wants of a release, by UPC.
    """

    currency: str = ""
    paid_payout: float | None = None
    free_payout: float | None = None
    budget: float | None = None
    goals: Mapping[str, float] = field(default_factory=dict)

    def stream_value(self, paid_share: float | None) -> float | None:
        """What a stream pays on the mean; None where no payout is given.

        Args:
            paid_share: Share of paying listeners' streams; None where it is not known, then halves are taken, and where
                one payout holds for all it does not matter.
        """
        if self.paid_payout is None or self.free_payout is None:
            return None
        share = 0.5 if paid_share is None or math.isnan(paid_share) else paid_share
        return share * self.paid_payout + (1 - share) * self.free_payout


def read_label(home: Home) -> Label:
    """The label's figures from `label.yml`; an empty `Label` where there is no such file.

    Raises:
        HitcastError: It is no YAML mapping, or a figure is none.
    """
    file = home.label
    if not file.exists():
        return Label()
    content = read_yaml(file) or {}
    if not isinstance(content, dict):
        raise HitcastError("is not a YAML mapping", str(file), f"Known are {', '.join(KEYS)}")
    if unknown := sorted(str(key) for key in content if key not in KEYS):
        raise HitcastError(f"does not know {', '.join(unknown)}", str(file), f"Known are {', '.join(KEYS)}")
    paid, free = _payouts(content.get("payout_per_stream"), f"{file}, payout_per_stream")
    goals = content.get("goals") or {}
    if not isinstance(goals, dict):
        raise HitcastError("is not a YAML mapping", f"{file}, goals", "Write '460...': 100000, a line a release")
    budget = content.get("budget")
    return Label(
        currency=str(content.get("currency") or "").upper(),
        paid_payout=paid,
        free_payout=free,
        budget=None if budget is None else _amount(budget, f"{file}, budget"),
        goals={str(upc).lstrip("0"): _amount(goal, f"{file}, goals, {upc}") for upc, goal in goals.items()},
    )


def _payouts(given: Any, where: str) -> tuple[float | None, float | None]:
    """What a stream of a paying and of any other listener pays."""
    if not isinstance(given, dict):
        payout = None if given is None else _amount(given, where)
        return payout, payout
    if set(given) != {"paid", "free"}:
        cure = "Write {paid: 0.3, free: 0.05}, or one number for all"
        raise HitcastError("needs paid and free, and nothing else", where, cure)
    return _amount(given["paid"], f"{where}, paid"), _amount(given["free"], f"{where}, free")


def _amount(value: Any, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= sys.float_info.max:
        raise HitcastError(f"{value!r} is no amount of 0 or more", where, "Write a number such as 0.25")
    return float(value)
