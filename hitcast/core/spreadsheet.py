"""Text that a spreadsheet would run, made into text that it shows; the page's own downloads do the same.

A cell may run that begins with a sign of `SIGNS`, blanks and quotes before it left aside, or with a tab or a line end.
A file separated by commas is split at semicolons where that is the custom of the country, and may be at tabs: there
quotes guard nothing, and what follows such a sign within a text begins a cell of its own.

Source: OWASP, CSV injection, https://owasp.org/www-community/attacks/CSV_Injection.
"""

from collections.abc import Mapping

from hitcast.core.sql import Sql
from hitcast.core.words import Language

SIGNS = r"[=+\-@|%\x{ff1d}\x{ff0b}\x{ff0d}\x{ff20}]"
SKIPPED = (
    r"[ \"\x{00}-\x{08}\x{0b}\x{0c}\x{0e}-\x{1f}\x{a0}\x{ad}\x{200b}-\x{200f}\x{2028}-\x{202f}\x{2060}\x{3000}\x{feff}]"
)
SPLITS: Mapping[Language, str] = {"en": r"[;\t\r\n]", "ru": r"[,;\t\r\n]"}
"""Where a cell begins within a text for spreadsheets that split at another sign than the file does."""
NUMBER_FORMATS = {
    "date": "yyyy-mm-dd",
    "timestamp": "yyyy-mm-dd hh:mm:ss",
    "integer": "#,##0",
    "double": "[>=1000]#,##0;[<=-1000]-#,##0;General",
}
"""A workbook's number formats by kind; thousands are set apart as the reader's spreadsheet does."""
NUMBER = r"[+-]?\d+([.,]\d+)?([eE][+-]?\d+)?"


def defused(text: Sql, language: Language = "en") -> Sql:
    """SQL for a text with an apostrophe before whatever a spreadsheet would run; numbers stay numbers.

    Args:
        text: SQL of a varchar.
        language: The reader's: a file for Russian spreadsheets is separated by semicolons.
    """
    split = SPLITS[language]
    return Sql(
        f"case when regexp_full_match({text}, '{NUMBER}') then {text}"
        f" else if(regexp_matches({text}, '^({split}|{SKIPPED})*{SIGNS}|^[\\t\\r\\n]'), '''', '')"
        f" || regexp_replace({text}, '({split}{SKIPPED}*)({SIGNS})', '\\1''\\2', 'g') end"
    )
