"""What a header says of its column: that it begins or ends a period, is a date of publishing, or counts thousands."""

import re
from collections.abc import Sequence

BEGIN = re.compile("starts?|begins?|beginning|from|since|с|от|начал[оа]")
END = re.compile("ends?|ending|finish|to|until|till|through|по|до|кон(ец|ца)|окончани[ея]")
PERIOD = re.compile("weeks?|months?|periods?|quarter|недел[яи]|месяца?|периода?|квартала?")
PUBLISHED = re.compile(
    "publish(ed)?|publication|post(ed)?|creat(ed?|ion)|upload(ed)?|released?|(о?публик|созда[нт]|загру[зж]|размещ)[а-я]*"
    "|поста|выложен[оа]?|релиза|выхода|выпуска"
)
"""Words of a date that a video or a release has once, so that the counts beside it are of its whole life."""
UNITS = {"thousands": 1_000, "millions": 1_000_000}
UNIT_WORDS = {
    "thousands": re.compile(
        r"(?<![^\W_])(тыс|тысяч[а-я]*|thousands?|000s?)(?![^\W_])"
        r"|[(\[,]\s*(k|к)(?![^\W_])|[\s_](k|к)\.?$|[x×х]\s*1[ ,.]?000(?!\d)",
        re.IGNORECASE,
    ),
    "millions": re.compile(
        r"(?<![^\W_])(млн|миллион[а-я]*|millions?|mln|mio)(?![^\W_])|[(\[,]\s*(m|м)(?![^\W_])",
        re.IGNORECASE,
    ),
}
MONTH = (
    "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    "|nov(?:ember)?|dec(?:ember)?|янв(?:ар[ьяе])?|фев(?:рал[ьяе])?|март?[ае]?|апр(?:ел[ьяе])?|ма[йяе]|июн[ьяе]?|июл[ьяе]?"
    "|авг(?:уст[ае]?)?|сен(?:т|тябр[ьяе])?|окт(?:ябр[ьяе])?|ноя(?:бр[ьяе])?|дек(?:абр[ьяе])?)"
)
"""Names of months as whole words; those of `dates.MONTHS` would find one in a market too."""


def _day(name: str) -> str:
    """A day within other text, as the group of that name."""
    return (
        rf"(?P<{name}>(?<!\d)(?:20\d\d(?P<{name}_y>[-._/])\d{{1,2}}(?P={name}_y)\d{{1,2}}"
        rf"|\d{{1,2}}(?P<{name}_d>[-._/])\d{{1,2}}(?P={name}_d)20\d\d|\d\d(?P<{name}_s>[./])\d\d(?P={name}_s)\d\d"
        r"|20\d{6})(?!\d)"
        rf"|(?<!\d)\d{{1,2}} {MONTH}\.? 20\d\d|{MONTH}\.? \d{{1,2}}, 20\d\d)"
    )


SPAN = re.compile(
    rf"{_day('first')}\s*(?:г\.?|года)?\s*(?:[-–—_]|to|till|until|through|по|до|\.\.\.?)\s*{_day('last')}",
    re.IGNORECASE,
)
OF_A_MONTH = re.compile(rf"(?<!\d)(?<!\d )(?<!\d\. )(?<![a-zа-я])(?:{MONTH})\.?[ _-]20\d\d(?![-._]?\d)", re.IGNORECASE)
MADE = re.compile(
    r"(?<![^\W_])(сформирован|создан|выгружен|выгрузк|обновл[её]н|подготовлен|скачан|напечатан|дата формирования"
    r"|по состоянию на|generated|created|exported|printed|downloaded|updated|retrieved|prepared|produced|run on"
    r"|run date|as of|export (date|time))",
    re.IGNORECASE,
)
"""Words of a line above the header that says when the file was made, which is no day of its counts."""


def words_of(header: str) -> list[str]:
    """The words of a header, in lower case."""
    spaced = re.sub(r"(?<=[a-zа-я])(?=[A-ZА-Я])", " ", header)
    return re.findall(r"[^\W_]+", spaced.casefold().replace("ё", "е"))


def is_published(header: str) -> bool:
    """Whether a column of dates by its header says when something came out."""
    return any(map(PUBLISHED.fullmatch, words_of(header)))


def is_of_periods(header: str) -> bool:
    """Whether a column of dates by its header says of which week, month or other period a row is."""
    return any(map(PERIOD.fullmatch, words_of(header)))


def end_of(place: int, headers: Sequence[str]) -> int | None:
    """Place of the column that by its header ends the periods which another begins, or begins those it ends.

    Two columns are a pair where their headers are alike but for such words: `Period start` and `Period end`, `с` and
    `по`, `Date` and `End date`.
    """
    rest, is_end = _parts(headers[place])
    for other, header in enumerate(headers):
        if other != place and header and _parts(header) == (rest, not is_end):
            return other
    return None


def _parts(header: str) -> tuple[set[str], bool]:
    """Words of a header without those of a beginning or an end, and whether it names an end."""
    words = set(words_of(header))
    ends = {word for word in words if END.fullmatch(word)}
    return {word for word in words - ends if not BEGIN.fullmatch(word)}, bool(ends)


def unit_in(header: str) -> str:
    """`thousands` or `millions` where a header says that its figures are in them; else empty."""
    return next((unit for unit, pattern in UNIT_WORDS.items() if pattern.search(header)), "")


def stated_period(text: str) -> str:
    """A period of more than a day that a name or a line states, such as 01.11.2026 - 30.11.2026; empty for none."""
    if span := SPAN.search(text):
        return "" if span["first"] == span["last"] else span[0]
    month = OF_A_MONTH.search(text)
    return month[0] if month else ""
