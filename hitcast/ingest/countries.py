"""Countries of ISO 3166-1 alpha-2, as the IANA time zone database of 2024 lists them, and XK."""

from itertools import groupby

from hitcast.core.sql import Sql

# XK is no code of the standard, but what platforms call Kosovo.
COUNTRY_CODES = """
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ
CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO
FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE
JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO
MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW
PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM
TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
XK
"""
COUNTRIES = COUNTRY_CODES.split()
NO_COUNTRY = "is no ISO 3166-1 alpha-2 code such as RU: map it in `values:`"
NOT_UK = "is no ISO 3166-1 alpha-2 code, that of the United Kingdom is GB: map it in `values:`"


def country_tests(value: Sql) -> list[tuple[str, str]]:
    """Conditions under which a value is no country, each with its reason.

    One regular expression: a list of 250 words would be gone through for every row.
    """
    groups = groupby(sorted(COUNTRIES), key=lambda code: code[0])
    pattern = "|".join(f"{first}[{''.join(code[1] for code in codes)}]" for first, codes in groups)
    return [(f"{value} = 'UK'", NOT_UK), (f"not regexp_full_match({value}, '{pattern}')", NO_COUNTRY)]
