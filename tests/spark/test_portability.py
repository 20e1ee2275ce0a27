"""The lint passes what both engines take and tells each thing that they do not."""

import pytest

from hitcast.core.home import PROJECT_DIR
from tests.spark.portability import problems, problems_of_source

PORTABLE = """
-- one row per release; log(x) in a comment is nobody's business
with days as (

    select * from "warehouse"."main"."stg_vk__stream_days"

),

numbered as (

    select
        release_id,
        'log(x), "quoted", a / 0' as note,
        cast(sum(streams) filter (where is_delivered) as bigint) as streams,
        max_by(day_number, streams * 8 - day_number) as peak_day,
        row_number() over (partition by release_id order by stream_date desc) as recency_rank
    from days
    group by release_id

)

select
    release_id,
    streams / nullif(peak_day, 0) as ratio,
    streams / 50000 as rounded,
    ln(1 + streams) as log_streams,
    concat_ws('; ', note, note) as notes,
    cast(unnest(generate_series(date '2020-01-01', date '2020-12-31', interval 1 day)) as date) as calendar_day
from numbered
"""


def test_portable_sql_passes() -> None:
    assert problems(PORTABLE) == []


@pytest.mark.parametrize(
    "expression",
    [
        "log(x)",
        "x / y",
        "x / 0",
        "x // 2",
        "dayofweek(d)",
        "extract(dow from d)",
        "regexp_replace(x, 'a', 'b')",
        "concat(x, y)",
        "any_value(x)",
        "skewness(x)",
        "list(x order by y)",
        "date_diff('day', d, e)",
        "arg_max(x, y)",
        "quantile_cont(x, 0.5)",
        "cast(x as varchar)",
        "cast(x as hugeint)",
        "[x, y]",
        '"a name"',
        "unnest(x)",
        "x, ",
    ],
)
def test_each_difference_is_told(expression: str) -> None:
    assert problems(f"select {expression}\nfrom days\n")


@pytest.mark.parametrize("clause", ["asof join other on days.x >= other.x", "using sample 10"])
def test_clauses_of_one_engine_are_told(clause: str) -> None:
    assert problems(f"select days.x from days {clause}\n")


def test_dates_are_subtracted_by_the_macro_alone() -> None:
    assert problems_of_source("select {{ days_since_release('a.stream_date', 'b.release_date') }} - 1 from a") == []
    assert problems_of_source("select last_day(x) - 1, release_date - 14, horizon_days - 1 from a") == []
    assert problems_of_source("select a.stream_date - b.release_date from a")


def test_all_that_spark_needs_alone_is_listed_in_one_place() -> None:
    page = (PROJECT_DIR / "docs" / "scale.md").read_text(encoding="utf-8")
    [listed] = [part for part in page.split("\n## ") if part.startswith("What Spark needs alone")]
    of_spark = [file for file in (PROJECT_DIR / "macros").glob("*.sql") if "macro spark__" in file.read_text()]
    of_spark += (PROJECT_DIR / "hitcast" / "core").glob("spark*.py")
    assert len(of_spark) > 5
    for file in of_spark:
        assert f"`{file.relative_to(PROJECT_DIR)}`" in listed
