"""SQL for ISRCs, UPCs and other ids: what is only their presentation goes, and what cannot be one is marked.

An id that is a letter off joins nothing and no sum shows it, so that ids are held to more than other text is.
"""

SEPARATORS = r"[ ._\x{a0}\x{2010}-\x{2015}\x{2212}-]"
SEPARATOR = f"{SEPARATORS}{{0,3}}"
ISRC_PARTS = ("[A-Za-z]{2}", "[A-Za-z0-9]{3}", "[0-9]{2}", "[0-9]{5}")
ISRC_SHAPE = f"([Ii][Ss][Rr][Cc][ :_-]*)?{SEPARATOR.join(ISRC_PARTS)}"
LOOK_ALIKES = ("АВЕКМНОРСТУХавекмнорстух", "ABEKMHOPCTYXabekmhopctyx")
WORDS_FOR_NOTHING = (
    "nan",
    "null",
    "none",
    "<na>",
    "#n/a",
    "#null!",
    "#ref!",
    "#value!",
    "#name?",
    "#num!",
    "#div/0!",
    "#######",
    "n/a",
    "n.a.",
    "n\\a",
    "na",
    "nil",
    "unknown",
    "undefined",
    "unmatched",
    "missing",
    "not matched",
    "н/д",
    "нет",
    "нет данных",
    "неизвестно",
    "не указан",
    "не указано",
)
# No code but a stand-in for one; an artist may be the number 0.
NOTHING = r"[ 0./*?#_\x{2010}-\x{2015}-]+"
MARKS = r"[ ./*?#_\x{2010}-\x{2015}-]+"
CODES = ("isrc", "upc", "sound_id")
OTHER = r"[^\p{L}\p{N}]*"
TOTAL = (
    rf"(?i){OTHER}((grand|sub|general|running|sum){OTHER})?(totals?|((общий|промежуточный){OTHER})?(под)?итог[ои]?"
    rf"|всего|сумма|overall|summary|sum|all|вс[её])({OTHER}|[ \x{{a0}}:,].*)"
)
DATE = (
    r"((19|20)\d\d([-./])(0?[1-9]|1[0-2])[-./](0?[1-9]|[12]\d|3[01])"
    r"|(0?[1-9]|[12]\d|3[01])[-./](0?[1-9]|[12]\d|3[01])[-./](19|20)\d\d)([T ].*)?"
)
# Nearly every id is of these, and needs no further look; words for nothing are shorter.
PLAIN = "[0-9A-Za-z_-]+"
LONGEST_WORD = 11
LOST_DIGITS = r"[+-]?\d+([.,]\d*)?[eE]\+\d+|\d+[.,]\d+[eE]\d+|\d{16,}[.,]0*"
UNSEEN = r'["\x00-\x1f\x7f\x{ad}\x{200b}-\x{200f}\x{2028}-\x{202e}\x{2060}\x{feff}]'
GTIN_DIGITS = 14
# A code is no longer, several in one cell are.
LONGEST_CODE = {"isrc": 12, "upc": GTIN_DIGITS}
OTHER_CODES = 20
SEVERAL = f"({ISRC_SHAPE}|[0-9]{{8,20}})([ ,;|/&+\\n\\r\\t]+({ISRC_SHAPE}|[0-9]{{8,20}}))+|({ISRC_SHAPE}){{2,}}"

ODDITIES = (
    "is a number that has lost digits: have it exported as text",
    "is no identifier but a word for nothing: map it to null in the mapping's `values:`",
    "is a formula",
    "holds a quote, or a character that nobody sees",
    "has Cyrillic letters that look like Latin ones",
    "holds several codes: have a row exported for each",
    "is a total, no code: leave such lines out in the mapping, as in `skip: ['(?i)(total|итог|всего)']`",
    "is a date, no code: its row is shifted or its columns are swapped",
)
"""What is wrong with an id, by number from 1."""


def unwrapped(text: str) -> str:
    """SQL of an id's text without what tells a spreadsheet, or a data frame, how to take it.

    Args:
        text: SQL of the vendor's text, trimmed; a name, for it is repeated.
    """
    # ="123" and '123 say that digits are text; 123.0 is how a data frame with gaps writes 123.
    # Comparisons are cheaper than starts_with().
    is_wrapped = f"({text} >= '''' and {text} < '(') or ({text} >= '=' and {text} < '>') or ends_with({text}, '.0')"
    return f"""case when {is_wrapped} then
        case
            when regexp_full_match({text}, '="[^"=]*"') then trim({text}, '="')
            when regexp_full_match({text}, '''[0-9A-Za-z-]+') then substr({text}, 2)
            when regexp_full_match({text}, '[0-9]{{1,15}}\\.0+') then split_part({text}, '.', 1)
            else {text}
        end
    else {text} end"""


def canonical(text: str, name: str) -> str:
    """SQL of an id in the one form that joins; what has no such form passes as it is.

    Args:
        text: SQL of the unwrapped text; a name, for it is repeated.
        name: Contract column.
    """
    if name == "isrc":
        return _isrc(text)
    return _upc(text) if name == "upc" else text


def oddity(text: str, name: str, is_tame: bool) -> str:
    """SQL of the number of what is wrong with an id, 0 where nothing is; see `ODDITIES`.

    Args:
        text: SQL of the unwrapped text; a name, for it is repeated.
        name: Contract column.
        is_tame: Whether its file is known to hold none of `readers.WILD`, which makes the check three times cheaper.
    """
    is_odd_size = (
        f"strlen({text}) <= {LONGEST_WORD} or strlen({text}) > {LONGEST_CODE.get(name, OTHER_CODES)} or {text} < '001'"
    )
    if is_tame:
        holds = " or ".join(f"contains({text}, {mark})" for mark in ("'.'", "','", "'+'", "'\"'", "' '", "chr(10)"))
        is_suspect = f"{is_odd_size} or ({text} >= '=' and {text} < '>') or strlen({text}) <> length({text}) or {holds}"
    else:
        is_suspect = f"{is_odd_size} or not regexp_full_match({text}, '{PLAIN}')"
    looks_latin = f"translate({text}, '{LOOK_ALIKES[0]}', '{LOOK_ALIKES[1]}')"
    # DuckDB makes a join of a longer `in (...)`, and what it inserts is then in the threads' order, not in the file's
    words = ", ".join(f"'{word}'" for word in WORDS_FOR_NOTHING)
    nothing = NOTHING if name in CODES else MARKS
    alike = f"when {text} <> {looks_latin} and regexp_full_match({looks_latin}, '{ISRC_SHAPE}') then 5"
    return f"""case
        when not ({is_suspect}) or {text} is null then 0
        when regexp_full_match({text}, '{LOST_DIGITS}') then 1
        when list_contains([{words}], lower({text})) or regexp_full_match({text}, '{nothing}') then 2
        when regexp_full_match({text}, '{SEVERAL}') then 6
        when regexp_full_match({text}, '{TOTAL}') then 7
        when regexp_full_match({text}, '{DATE}') then 8
        when starts_with({text}, '=') then 3
        when regexp_matches({text}, '{UNSEEN}') then 4
        {alike if name == "isrc" else ""}
        else 0
    end"""


def _isrc(text: str) -> str:
    """ISO 3901: twelve letters and digits; case, dashes and the word ISRC in front are presentation."""
    # An ISRC may itself begin with ISRC: the code comes last.
    code = f"right(regexp_replace(upper({text}), '[^A-Z0-9]', '', 'g'), 12)"
    is_unlike = f"(strlen({text}) <> 12 or {text} <> upper({text}))"
    return f"case when {is_unlike} and regexp_full_match({text}, '{ISRC_SHAPE}') then {code} else {text} end"


def _upc(text: str) -> str:
    """GS1: zeros in front do not count. Where the check digit is right, a UPC has the twelve digits that it should.

    Blanks and dashes between its digits, and the word UPC or EAN in front of them, are presentation.
    """
    presented = f"(?i:(upc|ean|gtin)[ :]*)?[0-9]({SEPARATORS}?[0-9]){{10,{GTIN_DIGITS - 1}}}"
    digits = (
        f"case when regexp_full_match({text}, '{presented}') then regexp_replace({text}, '[^0-9]', '', 'g')"
        f" else {text} end"
    )
    short = f"ltrim({digits}, '0')"
    padded = f"lpad({short}, greatest(12, cast(strlen({short}) as integer)), '0')"
    return f"case when {_is_gtin(digits)} then {padded} else {digits} end"


def _is_gtin(digits: str) -> str:
    padded = f"lpad({digits}, {GTIN_DIGITS}, '0')"
    weighed = [
        f"{3 if place % 2 else 1} * (ascii(substr({padded}, {place}, 1)) - 48)" for place in range(1, GTIN_DIGITS + 1)
    ]
    return f"regexp_full_match({digits}, '[0-9]{{9,{GTIN_DIGITS}}}') and ({' + '.join(weighed)}) % 10 = 0"


def standard(value: str, name: str) -> tuple[str, str] | None:
    """SQL of whether an id is of the standard form, and what it is called; None for ids that have none.

    Args:
        value: SQL of the id in the one form that joins; a name, for it is repeated.
        name: Contract column.
    """
    if name == "isrc":
        # casts and comparisons are several times cheaper than the expression of the whole shape
        digits = f"try_cast(substr({value}, 6) as integer) is not null"
        return f"(strlen({value}) = 12 and {value} >= 'A' and {value} < '[' and {digits})", "ISRC"
    if name == "upc":
        return f"({_is_gtin(value)})", "UPC with a right check digit"
    if name == "sound_id":
        return f"(strlen({value}) between 15 and 20 and try_cast({value} as hugeint) is not null)", "number of TikTok's"
    return None
