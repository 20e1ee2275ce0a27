"""Which table a file feeds and which of its columns is which: one assignment over scores of names and values."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hitcast.ingest.contract import Column, Contract
from hitcast.ingest.propose.evidence import Context, name_evidence, value_evidence
from hitcast.ingest.propose.profiles import Profile

MIN_SCORE, SHARPNESS, SURE = 0.4, 0.15, 0.7
HALF_SCORE = 0.4
VALUES_WEIGHT = 0.8
FORBIDDEN = -9.0
NAMED, CALLED_ALIKE = 0.5, 0.6


@dataclass(frozen=True)
class Guess:
    """What feeds a contract column.

    Attributes:
        column: The contract column.
        source: The file's column; None for a constant.
        sureness: 0 to 1.
        constant: Value of a column that the file does not carry.
        reason: Why, where neither name nor values say so.
    """

    column: Column
    source: Profile | None
    sureness: float
    constant: str = ""
    reason: str = ""


@dataclass(frozen=True)
class TableGuess:
    """A table that a file may feed.

    Attributes:
        contract: The table.
        guesses: Its columns that something feeds.
        score: How well it fits, about 0 to 1.3.
    """

    contract: Contract
    guesses: list[Guess]
    score: float

    @property
    def sure_share(self) -> float:
        """Share of the columns it needs that a column each feeds for sure."""
        sure = {id(guess.source) for guess in self.guesses
                if guess.column.required and guess.source and guess.sureness >= SURE}  # fmt: skip
        return len(sure) / len(self.contract.required)

    @property
    def main(self) -> Guess | None:
        """What feeds the table's required count; None where it has none."""
        return next((guess for guess in self.guesses if guess.column.typical_share == 1), None)


def tables_of(names: str, contracts: Mapping[str, Contract], context: Context, home_territory: str) -> list[TableGuess]:
    """The tables that a file can feed, the best first; one whose main count may be one of several columns, for each.

    The score of a pair of columns is the name's evidence plus 0.8 of the values'; `linear_sum_assignment` takes the
    pairs with the largest sum, none below 0.4. A table's score is the mean over its required columns, plus a bonus for
    the share of the file's columns that it uses and for a file that is called like it.

    Args:
        names: Name of the file.
        contracts: Contract by table name.
        context: Its columns.
        home_territory: Territory where no column says one.
    """
    found = []
    for contract in contracts.values():
        scores = _scores(contract, context)
        table = _table(names, contract, scores, context.profiles, home_territory)
        if table:
            found.append(table)
            found += _others(table, names, contract, scores, context.profiles, home_territory)
    return sorted(found, key=lambda table: -table.score)


def nearest(contracts: Mapping[str, Contract], context: Context) -> tuple[str, list[str]]:
    """The table of which a file has the largest share of the columns that it needs itself, and those that it lacks."""
    found = []
    for name, contract in contracts.items():
        guesses, parts = _pairs(contract, _scores(contract, context), context.profiles)
        own = sum(name in guesses for name in contract.required) / len(contract.required)
        lacking = [column.name for column in _unfed(contract, guesses)]
        is_lacking_all = contract.any_of and not any(name in guesses for name in contract.any_of)
        lacking += [" or ".join(contract.any_of)] if is_lacking_all else []
        found.append((-own, -sum(parts.values()), name, lacking))
    return min(found)[2:]


def _scores(contract: Contract, context: Context) -> np.ndarray:
    """A row for each delivered column, a column for each of the file's."""
    return np.array([[_score(column, contract, profile, context) for profile in context.profiles]
                     for column in contract.delivered])  # fmt: skip


def _others(
    table: TableGuess, names: str, contract: Contract, scores: np.ndarray, profiles: Sequence[Profile], home: str
) -> list[TableGuess]:
    """The same table, its main count fed by another column that may hold counts."""
    if not table.main or table.main.sureness >= SURE:
        return []
    place = [column.name for column in contract.delivered].index(table.main.column.name)
    others = []
    for i, profile in enumerate(profiles):
        if profile is not table.main.source and scores[place, i] > FORBIDDEN:
            forced = scores.copy()
            forced[place, :] = FORBIDDEN
            forced[place, i] = max(scores[place, i], MIN_SCORE)
            other = _table(names, contract, forced, profiles, home)
            others += [other] if other else []
    return others


def _score(column: Column, contract: Contract, profile: Profile, context: Context) -> float:
    values = value_evidence(column, contract, profile, context)
    return FORBIDDEN if values is None else name_evidence(column, profile.header) + VALUES_WEIGHT * values


def _pairs(
    contract: Contract, scores: np.ndarray, profiles: Sequence[Profile]
) -> tuple[dict[str, Guess], dict[str, float]]:
    """What feeds which column of a table by one assignment, and how well, by contract column."""
    from scipy.optimize import linear_sum_assignment

    usable = np.where(scores >= MIN_SCORE, scores - MIN_SCORE, 0.0)
    rows, places = linear_sum_assignment(usable, maximize=True)
    columns, guesses, parts = contract.delivered, {}, {}
    for row, place in zip(rows, places, strict=True):
        if scores[row, place] >= MIN_SCORE:
            sureness, reason = _sureness(scores, row, place), ""
            if rivals := _rivals(columns[row], profiles[place], profiles, scores[row]):
                sureness, reason = min(sureness, CALLED_ALIKE), f"or {', '.join(rivals)}, called like it too"
            guesses[columns[row].name] = Guess(columns[row], profiles[place], sureness, "", reason)
            parts[columns[row].name] = min(1.0, scores[row, place])
    return guesses, parts


def _rivals(column: Column, chosen: Profile, profiles: Sequence[Profile], scores: np.ndarray) -> list[str]:
    """Headers that name a required day, country or count as well as the chosen one does, and hold other values."""
    if not column.required or not (column.data_type == "date" or column.typical_share == 1 or column.is_country):
        return []
    return [
        other.header
        for other, score in zip(profiles, scores, strict=True)
        if other is not chosen and score > FORBIDDEN and not other.outside and not chosen.is_wide
        and name_evidence(column, other.header) >= NAMED and other.values != chosen.values
    ]  # fmt: skip


def _unfed(contract: Contract, guesses: Mapping[str, Guess]) -> list[Column]:
    """Required columns that nothing feeds and nothing stands in for."""
    return [
        column
        for column in contract.delivered
        if column.required and not column.is_country and column.name not in guesses
        and not _stand_in(column, guesses)
    ]  # fmt: skip


def _stand_in(column: Column, guesses: Mapping[str, Guess]) -> Guess | None:
    """What may feed a column that has none of its own."""
    found = next((guesses[name] for name in column.stand_ins if name in guesses), None)
    return found if found and found.source and not found.source.is_wide else None


def _table(
    names: str, contract: Contract, scores: np.ndarray, profiles: Sequence[Profile], home_territory: str
) -> TableGuess | None:
    columns = contract.delivered
    guesses, parts = _pairs(contract, scores, profiles)
    if _unfed(contract, guesses):
        return None
    for column in columns:
        if not column.required or column.name in guesses:
            continue
        if column.is_country:
            reason = "no column says it: the project's own territory"
            guesses[column.name], parts[column.name] = Guess(column, None, 0.5, home_territory, reason), HALF_SCORE
        elif stand_in := _stand_in(column, guesses):
            reason = f"no column of its own: {stand_in.column.name} stands in"
            guesses[column.name], parts[column.name] = Guess(column, stand_in.source, 0.5, "", reason), HALF_SCORE
    any_of = [parts[name] for name in contract.any_of if name in parts]
    if contract.any_of and not any_of:
        return None
    required = [*(parts[name] for name in contract.required), *([max(any_of)] if any_of else [])]
    columns_of_file = {id(profile) for profile in profiles if not profile.outside or profile.is_wide}
    used = len(columns_of_file & {id(guess.source) for guess in guesses.values()}) / len(columns_of_file)
    called = any(name in re.split(r"[\W_\d]+", names.casefold()) for name in contract.names)
    ordered = [guesses[column.name] for column in columns if column.name in guesses]
    return TableGuess(contract, ordered, sum(required) / len(required) + 0.2 * used + 0.1 * called)


def _sureness(scores: np.ndarray, row: int, place: int) -> float:
    """How far a pair is ahead of the other pairs of either of its columns, less where its own score is weak."""
    own = scores[row, place]
    ahead = [
        1 / sum(math.exp(min(0.0, (other - own) / SHARPNESS)) for other in others)
        for others in (scores[row, :], scores[:, place])
    ]
    return float(min(*ahead) * min(1.0, own / 0.6))
