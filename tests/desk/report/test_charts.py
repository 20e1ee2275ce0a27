import re
from xml.etree import ElementTree

import pytest

from hitcast.desk.report.charts import VARIABLES, Axes, Curve, line_chart

CURVES = [Curve("one", [0, 1, 2], [0.1, 0.2, 0.3], [0.0, 0.1, 0.2], [0.2, 0.3, 0.4]), Curve("two", [0, 1], [0.3, 0.1])]


@pytest.mark.parametrize(
    "axes",
    [
        Axes("title", "x", "y"),
        Axes("a <b> & $c$", "x\"'", "y", ticks=("one", "<two>", "a third one"), joined=False, level=0.2),
        Axes("title", "x", "y", floor=0, top=1, diagonal=True),
    ],
)
def test_a_chart_is_whole_and_names_what_it_shows(axes: Axes) -> None:
    svg = line_chart(axes, CURVES)
    root = ElementTree.fromstring(svg.replace("xlink:", ""))
    assert root.tag == "svg"
    assert root.attrib["aria-label"] == f"{axes.title}: {axes.y} by {axes.x}"
    texts = {"".join(element.itertext()) for element in root.iter("text")}
    assert {axes.title, axes.x, axes.y, "one", "two", *axes.ticks} <= texts


def test_its_colors_are_the_pages() -> None:
    svg = line_chart(Axes("title", "x", "y", level=0.1), CURVES)
    assert "var(--one)" in svg
    assert "var(--two)" in svg
    assert "currentColor" in svg
    assert not [stand_in for stand_in in VARIABLES if stand_in in svg]


def test_one_curve_needs_no_legend() -> None:
    assert ">one<" not in line_chart(Axes("title", "x", "y"), CURVES[:1])


def test_it_asks_for_nothing_and_the_same_points_give_the_same_drawing() -> None:
    svg = line_chart(Axes("title", "x", "y"), CURVES)
    assert svg == line_chart(Axes("title", "x", "y"), CURVES)
    assert not re.search(r"https?:|xmlns|<metadata|<!", svg)


def test_points_far_apart_stand_by_ratio_where_wanted() -> None:
    points = [Curve("one", [1, 10, 100], [1, 2, 3])]
    ticks = re.findall(r"<text[^>]*>(\d+)</text>", line_chart(Axes("t", "x", "y", log_x=True), points))
    assert {"1", "10", "100"} <= set(ticks)


def test_whole_numbers_have_whole_ticks() -> None:
    svg = line_chart(Axes("t", "x", "y", floor=0, top=10), [Curve("one", [1, 2, 3], [1, 2, 3])])
    assert not re.search(r"<text[^>]*>\d+\.\d+</text>", svg)
