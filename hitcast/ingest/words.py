"""Words of columns that take a few only: which of them a vendor's text is, whatever its case, as SQL."""

import re

from hitcast.core.sql import Sql
from hitcast.ingest.checks import Checks
from hitcast.ingest.contract import Column
from hitcast.ingest.identifiers import TOTAL

UNFORESEEN, IS_TOTAL = 1, 2
TOTAL_REASON = (
    "is a total over others, which would count twice: leave such lines out with `skip:`, or map it to null in the"
    " mapping's `values:` where the file has no other"
)


def place_of(text: str, column: Column, checks: Checks) -> str:
    """SQL of the place, from 1, of a word among those of the contract, as it is or but for case, blanks and dashes.

    Args:
        text: SQL of the translated text; a name, for it is repeated.
        column: Column with accepted values.
        checks: Extended by parameters.

    Returns:
        SQL that gives null or 0 where it is none of them.
    """
    accepted = ", ".join(checks.parameter(word) for word in column.accepted_values)
    # no `in (...)`: a longer one loses the rows' order, see `identifiers.oddity`
    exact = f"list_position([{accepted}], {text})"
    folded = ", ".join(checks.parameter(_folded(word)) for word in column.accepted_values)
    alike = f"list_position([{folded}], lower(translate({text}, ' -', '__')))"
    return f"case when {text} is not null then coalesce(nullif({exact}, 0), nullif({alike}, 0), 0) end"


def word_at(text: str, place: str, column: Column, checks: Checks) -> str:
    """SQL of the contract's word at a place; the text itself where that is none."""
    accepted = ", ".join(checks.parameter(word) for word in column.accepted_values)
    return f"case when {place} > 0 then list_extract([{accepted}], {place}) else {text} end"


def oddity_of_word(text: str, place: str, column: Column, checks: Checks) -> Sql:
    """SQL of what is wrong with a text: 0, `UNFORESEEN` or `IS_TOTAL`."""
    return Sql(
        f"case when {place} > 0 or {place} is null then 0"
        f" when regexp_full_match({text}, '{TOTAL}') then {IS_TOTAL}"
        f" when regexp_full_match({text}, {checks.parameter(several_words(column))}) then {IS_TOTAL}"
        f" else {UNFORESEEN} end"
    )


def several_words(column: Column) -> str:
    """Regular expression of several known words in one text, such as Free+Premium: a total over these."""
    known = {*column.accepted_values, *(theirs for words in column.words.values() for theirs in words)}
    word = "|".join(re.escape(each) for each in sorted(known, key=len, reverse=True))
    return rf"(?i)\s*({word})(\s*[+&/]\s*({word})|\s+(and|и)\s+({word}))+\s*"


def is_total(value: str, column: Column) -> bool:
    """Whether a vendor's word is a total over others, as `oddity_of_word` says it."""
    return bool(re.fullmatch(TOTAL.replace("\\x{a0}", "\xa0").replace(r"[^\p{L}\p{N}]", r"[\W_]"), value)
                or re.fullmatch(several_words(column), value))  # fmt: skip


def _folded(word: str) -> str:
    return word.lower().replace(" ", "_").replace("-", "_")
