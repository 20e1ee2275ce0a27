"""What only one engine takes, or both take and mean differently, in the SQL that dbt compiled; part of `make check`.

Spark's grammar says much, but takes any name for a function. The rest is a list of what was met in trying.
"""

import re
import sys
from pathlib import Path

from sqlfluff.core import FluffConfig, Linter

from hitcast.core.home import PROJECT_DIR

# what a dispatched macro or a source writes for DuckDB, and otherwise for Spark
DISPATCHED = re.compile(
    r"cast\(unnest\(generate_series\([^()]*, interval 1 day\)\) as date\)|read_parquet\('[^']*'[^()]*\)"
    r"|unnest\(string_split\(\w+, chr\(10\)\)\)"
)


def _call(*names: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(names)})\s*\(")


RULES = {
    "Spark has no such function, or of other arguments": _call(
        "list",
        "list_.*?",
        "arg_max",
        "arg_min",
        "quantile\\w*",
        "date_diff",
        "datediff",
        "date_sub",
        "date_add",
        "datesub",
        "unnest",
        "generate_series",
        "range",
        "strftime",
        "epoch\\w*",
        "string_agg",
        "group_concat",
        "make_date",
        "columns",
        "printf",
        "isodow",
        "weekday",
    ),
    "log is of base 10 in DuckDB and natural in Spark: write ln": _call("log"),
    "Sunday is 0 in DuckDB and 1 in Spark: use weekday_number": re.compile(
        r"\bday_?of_?week\s*\(|extract\s*\(\s*(?:dow|dayofweek|week)\b"
    ),
    "DuckDB replaces the first match, Spark all": _call("regexp_replace"),
    "groups of a pattern are counted from 0 in DuckDB and from 1 in Spark": _call("regexp_extract"),
    "DuckDB skips nulls, Spark gives null: write concat_ws or ||": _call("concat"),
    "which value comes is anybody's guess": _call("any_value", "arbitrary", "first", "last", "mode", "first_value"),
    "corrected for the sample in DuckDB and not in Spark": _call("skewness", "kurtosis"),
    "the engines' hashes and random numbers differ": _call("hash", "random", "rand", "setseed", "approx_\\w+"),
    "x / 0 is infinite in DuckDB and null in Spark: divide by nullif(x, 0)": re.compile(
        r"/(?!\s*(?:nullif\b|\d*[1-9]))"
    ),
    "lists are written otherwise in Spark": re.compile(r"[\[\]{}]"),
    "Spark reads double quotes as text": re.compile(r'"'),
    "Spark takes no comma before the end": re.compile(r",\s*(?:\)|from\b|where\b|group\b|order\b|$)"),
    "Spark has no such clause": re.compile(r"\basof\b|\bdistinct\s+on\b|\busing\s+sample\b"),
    "Spark has no integers of this width": re.compile(r"\b(?:hugeint|uhugeint|ubigint|uinteger|utinyint)\b"),
}
# in the source, where the macro is still a call: two dates differ by an integer in DuckDB, by an interval in Spark
DATES_APART = re.compile(r"\b\w*(?:_date|_day)\s*-\s*(?:\w+\.)?\w*(?:_date|_day)\b(?!\s*\()")


def problems(sql: str) -> list[str]:
    """What keeps compiled SQL from meaning the same on Spark, one sentence each."""
    config = FluffConfig(overrides={"dialect": "sparksql", "templater": "raw", "large_file_skip_byte_limit": 0})
    violations = Linter(config=config).parse_string(sql).violations
    found = [f"Spark's grammar stops at line {violation.line_no}" for violation in violations]
    bare = _bare(DISPATCHED.sub("dispatched", sql))
    return found + [why for why, pattern in RULES.items() if pattern.search(bare)]


def problems_of_source(sql: str) -> list[str]:
    """The same for a model as it is written."""
    bare = _bare(re.sub(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", "", sql, flags=re.DOTALL))
    return ["dates are subtracted: use days_since_release"] if DATES_APART.search(bare) else []


def _bare(sql: str) -> str:
    """Lower case without comments, texts and the names of relations, which dbt quotes as the engine wants."""
    bare = re.sub(r"--[^\n]*|/\*.*?\*/", "", sql, flags=re.DOTALL)
    bare = re.sub(r"'(?:[^']|'')*'", "''", bare)
    return re.sub(r'"\w+"(?:\."\w+")+', "relation", bare).lower()


def main(compiled: Path) -> int:
    """Prints what every compiled model breaks.

    Args:
        compiled: dbt's target folder after a build on DuckDB.
    """
    folder = compiled / "compiled" / "hitcast" / "models"
    # tests lie in folders named like the YAML that holds them
    models = [path for path in folder.rglob("*.sql") if not any(above.suffix == ".yml" for above in path.parents)]
    message = [f"{path.name}: {problem}" for path in sorted(models) for problem in problems(path.read_text())]
    for path in sorted((PROJECT_DIR / "models").rglob("*.sql")):
        message += [f"{path.name}: {problem}" for problem in problems_of_source(path.read_text())]
    if not models:
        message.append(f"no compiled model below {compiled}")
    print("\n".join(message) or f"{len(models)} models mean the same on Spark")
    return 1 if message else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
