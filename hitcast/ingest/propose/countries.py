"""Countries by code and by name, in English and Russian."""

import re
from functools import cache

from babel import Locale

COUNTRY = re.compile("[A-Za-z]{2}")


def territory(value: str) -> str | None:
    """ISO 3166-1 code of a country, by code or by its English or Russian name; None where it is none."""
    codes = _countries()
    return value.upper() if COUNTRY.fullmatch(value) and value.casefold() in codes else codes.get(value.casefold())


def territories(value: str) -> list[str]:
    """ISO 3166-1 codes of one country, or of several that stand together as in RU|BY; none where one is none."""
    parts = [territory(part.strip()) for part in re.split(r"[|,;/]", value)] if territory(value) is None else []
    found = [code for code in (parts or [territory(value)]) if code]
    return found if len(found) == max(len(parts), 1) else []


@cache
def _countries() -> dict[str, str]:
    names = {}
    for language in ("en", "ru"):
        for code, name in Locale(language).territories.items():
            if COUNTRY.fullmatch(code) and code not in ("ZZ", "XA", "XB", "EU", "UN", "EZ", "QO"):
                names[code.casefold()] = code
                names[name.casefold()] = code
    return names
