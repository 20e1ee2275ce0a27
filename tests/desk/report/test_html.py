import math

import pytest

from hitcast.desk.report.html import (
    count,
    figure,
    folded,
    items,
    number,
    page,
    paragraph,
    percent,
    section,
    subheading,
    table,
)

HOSTILE = "<b>\"'&"
SAFE = "&lt;b&gt;&quot;&#x27;&amp;"


@pytest.mark.parametrize(
    "html",
    [
        paragraph(HOSTILE),
        items([HOSTILE]),
        table("t", HOSTILE, [HOSTILE], [[HOSTILE], [(HOSTILE, HOSTILE)]]),
        figure("", HOSTILE),
        section("s", HOSTILE),
        subheading(HOSTILE),
        folded(HOSTILE),
        page(HOSTILE, HOSTILE, [("s", HOSTILE, "")]),
    ],
)
def test_every_text_is_escaped(html: str) -> None:
    assert SAFE in html
    assert HOSTILE not in html


def test_figures_are_written_as_people_read_them() -> None:
    assert number(-0.12345) == "−0.123"
    assert number(-0.0001) == "0.000", "no minus zero"
    assert percent(0.1234) == "12.3 %"
    assert percent(0.5, 0) == "50 %"
    assert count(1234567.0) == "1,234,567"
    assert number(math.nan) == percent(math.nan) == "–"


def test_code_in_a_text_is_marked_and_still_escaped() -> None:
    assert paragraph("run `a <b>`") == "<p>run <code>a &lt;b&gt;</code></p>"


def test_only_the_named_rows_are_strong() -> None:
    html = table("t", "caption", ["a", "b"], [["one", "1"], ["two", ("2", "1 to 3")]], ["two"])
    assert html.count('class="strong"') == 1
    assert '<tr class="strong"><th scope="row">two</th><td>2<small>1 to 3</small></td></tr>' in html


def test_a_chart_that_says_all_has_no_caption() -> None:
    assert "figcaption" not in figure("<svg></svg>")
