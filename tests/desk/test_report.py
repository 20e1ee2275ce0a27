"""The report: one file that asks for nothing, and its figures recomputed from the published tables."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import average_precision_score, cohen_kappa_score

from hitcast.core.errors import HitcastError
from hitcast.core.home import Home
from hitcast.core.words import Language
from hitcast.desk.report import write_report
from ml.evaluation.groups import best_possible_metrics, group_metrics
from ml.evaluation.leaderboard import evaluate, evaluate_untouched
from tests.conftest import Once
from tests.desk.client import Node, Tree
from tests.desk.world import HOSTILE, publish
from tests.ml import backtests

QUOTED = "\"'><img src=x onerror=alert(2)> $x$"
LATE = backtests.ORIGINS[2:]
CUT = "model_name = 'hitcast' and feature_set = 'tiktok_vk' and horizon_days = 30 and as_of_day = 7"
STREAMS, CLASSES = f"task = 'streams' and {CUT}", f"task = 'classes' and {CUT}"
RMSLE = "select sqrt(avg(pow(ln(1 + predicted_streams) - ln(1 + actual_streams), 2))) from backtest_forecasts"


def releases_of_backtest() -> pd.DataFrame:
    """Releases of the backtest, with labels that mean harm."""
    labels = np.array([HOSTILE, QUOTED, "Волна", None, "Small"], dtype=object)
    place = np.where(np.arange(backtests.RELEASES) < 20, 4, np.arange(backtests.RELEASES) % 4)
    releases = backtests.release_dates().rename_axis("release_id").rename("release_date").reset_index()
    return releases.assign(label_name=labels[place], genre="pop", artist_name="A", release_title="T")


def publish_backtest(file: Path) -> None:
    """Puts a backtest of noise of known size in the place of the world's figures."""
    streams, classes, dates = backtests.stream_rows(), backtests.class_rows(), backtests.release_dates()
    judged = (streams, classes, ("low", "medium", "high"), (5.0, 1.0), dates)
    truth = backtests.truth_rows()
    found = [evaluate(*judged), evaluate_untouched(*judged, LATE), best_possible_metrics(streams, truth, dates, LATE)]
    metrics = pd.concat(found, ignore_index=True).assign(evaluation="backtest")
    groups = group_metrics(streams, releases_of_backtest(), LATE).assign(
        run_id="latest", evaluated_at=pd.Timestamp("2026-02-01 10:00")
    )
    frames = {
        "model_performance": metrics,
        "backtest_groups": groups,
        "releases": releases_of_backtest(),
        "backtest_forecasts": pd.concat([streams.assign(task="streams"), classes.assign(task="classes")]).query(
            "model_name in ('hitcast', 'log_linear')"
        ),
    }
    with duckdb.connect(str(file)) as connection:
        for table, frame in frames.items():
            if table != "releases":
                connection.execute(f"delete from {table}")
            columns = {name for (name,) in connection.execute(f"select column_name from (describe {table})").fetchall()}
            shown = frame[[name for name in frame if name in columns]]
            connection.register("rows", shown)
            connection.execute(f"insert into {table} by name select * from rows")
            connection.unregister("rows")


@pytest.fixture(scope="module")
def home(once: Once) -> Home:
    """A home that publishes it; nothing in it is changed."""

    def make(folder: Path) -> Home:
        made = Home(folder / "home")
        made.serving.mkdir(parents=True)
        publish(made.serving / "hitcast.duckdb")
        publish_backtest(made.serving / "hitcast.duckdb")
        return made

    made: Home = once("report", make)
    return made


@pytest.fixture(scope="module")
def reports(home: Home, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder, found = tmp_path_factory.mktemp("report"), {}
    languages: tuple[Language, ...] = ("en", "ru")
    for language in languages:
        written = write_report(home, folder / "made" / f"{language}.html", language)
        assert (written.run_id, written.release_count) == ("latest", backtests.RELEASES)
        found[language] = written.path.read_text(encoding="utf-8")
    return found


@pytest.fixture(scope="module")
def page(reports: dict[str, str]) -> Node:
    return Tree(reports["en"]).root


@pytest.fixture(scope="module")
def ask(home: Home) -> Callable[[str], float]:
    """Answers a question to the published file with one number."""

    def answer(query: str) -> float:
        with duckdb.connect(str(home.serving / "hitcast.duckdb"), read_only=True) as connection:
            [[found]] = connection.sql(query).fetchall()
        return float(found)

    return answer


def figure(page: Node, caption: str, row: str, column: str) -> tuple[float, str]:
    """A cell's figure and what stands small below it; percentages as shares."""
    [table] = [one for one in page.all("table") if one.one("caption").text.startswith(caption)]
    heads = [one.text for one in table.one("thead").all("th")]
    [cells] = [
        [one for one in line.children if isinstance(one, Node)]
        for line in table.one("tbody").all("tr")
        if line.all("th") and line.all("th")[0].text == row
    ]
    cell = cells[len(heads) - 1 - heads[::-1].index(column)]
    small = " ".join(one.text for one in cell.all("small", "span"))
    text = cell.text.removesuffix(small).strip().replace(" ", "")
    return (float(text[:-1]) / 100 if text.endswith("%") else float(text)), small


def test_rmsle_of_all_and_of_untouched_origins_and_of_other_days(page: Node, ask: Callable[[str], float]) -> None:
    shown = ("hitcast · TikTok and VK", "RMSLE")
    captions = {
        "Streams in 30 days, known at day 7, all": STREAMS,
        "Streams in 30 days, known at day 7, untouched": f"{STREAMS} and origin_date >= '2021-04-01'",
        "Streams in 30 days, known at day 1": STREAMS.replace("as_of_day = 7", "as_of_day = 1"),
    }
    for caption, cut in captions.items():
        assert figure(page, caption, *shown)[0] == pytest.approx(ask(f"{RMSLE} where {cut}"), abs=0.0006)


def test_skill_is_that_over_the_line_on_the_same_rows(page: Node, ask: Callable[[str], float]) -> None:
    model, line = ask(f"{RMSLE} where {STREAMS}"), ask(f"{RMSLE} where {STREAMS.replace('hitcast', 'log_linear')}")
    shown = ("Streams in 30 days, known at day 7, all", "hitcast · TikTok and VK", "Skill over the line")
    value, ends = figure(page, *shown)
    assert value == pytest.approx(1 - model / line, abs=0.0006)
    low, high = map(float, ends.split(" – "))
    assert low < value < high


def test_coverage_by_forecast_size(page: Node, ask: Callable[[str], float]) -> None:
    cut = f"from backtest_forecasts where {STREAMS} and predicted_streams >= 1000 and predicted_streams < 10000"
    for level in (80, 90):
        shown = figure(page, "Ranges by forecast streams in 30", "1 K+ · TikTok and VK", f"In the {level} % range")
        inside = f"(actual_streams between lower_{level} and upper_{level})::int"
        assert shown[0] == pytest.approx(ask(f"select avg({inside}) {cut}"), abs=0.0006)


def test_volume_ratio_by_true_size(page: Node, ask: Callable[[str], float]) -> None:
    cut = f"from backtest_forecasts where {STREAMS} and actual_streams between 10000 and 99999"
    row = ("By true streams in 30 days", "10 K+ · TikTok and VK")
    expected = ask(f"select sum(predicted_streams) / sum(actual_streams) {cut}")
    assert figure(page, *row, "Sum of medians over the truth")[0] == pytest.approx(expected, abs=0.0006)
    assert figure(page, *row, "Releases")[0] == ask(f"select count(*) {cut}")


def test_error_by_label_and_by_origin(page: Node, ask: Callable[[str], float]) -> None:
    within = f"{RMSLE} join releases using (release_id) where {STREAMS}"
    shown = figure(page, "By label, streams in 30 days", "Волна · TikTok and VK", "RMSLE")
    assert shown[0] == pytest.approx(ask(f"{within} and label_name = 'Волна'"), abs=0.0006)
    [table] = [one for one in page.all("table") if one.one("caption").text.startswith("By origin, streams in 30")]
    rows = [one.all("th")[0].text for one in table.one("tbody").all("tr")]
    assert sum("(untouched)" in row for row in rows) == 2 * len(LATE)
    assert "1 Apr 2021 (untouched) · TikTok and VK" in rows


def test_classes_against_another_library(page: Node, home: Home) -> None:
    with duckdb.connect(str(home.serving / "hitcast.duckdb"), read_only=True) as connection:
        rows = connection.sql(f"from backtest_forecasts where {CLASSES}").df()
    top, place = rows["actual_class"] == "high", {"low": 0, "medium": 1, "high": 2}
    precision = average_precision_score(top, rows["probability_high"])
    kappa = cohen_kappa_score(rows["actual_class"].map(place), rows["predicted_class"].map(place), weights="quadratic")
    row = ("Class by streams in 30 days, known at day 7, all", "hitcast · TikTok and VK")
    assert figure(page, *row, "Average precision, top class")[0] == pytest.approx(precision, abs=0.0006)
    assert figure(page, *row, "Kappa, quadratic weights")[0] == pytest.approx(kappa, abs=0.0006)
    assert f"{100 * top.mean():.1f} % of the test releases" in page.one("main").text


def test_the_reference_figures_stand_beside_their_constants(page: Node, ask: Callable[[str], float]) -> None:
    cut = f"from backtest_forecasts where {CLASSES}"
    row = ("The reference figures", "Accuracy of the class · 30 days · TikTok and VK")
    right, low = (ask(f"select avg(({name} = {other})::int) {cut}") for name, other in
                  (("predicted_class", "actual_class"), ("actual_class", "'low'")))  # fmt: skip
    assert figure(page, *row, "hitcast")[0] == pytest.approx(right, abs=0.0006)
    assert figure(page, *row, "A constant")[0] == pytest.approx(low, abs=0.0006)
    error = ask(
        f"""
        with steps as (
            select round(actual_streams / 50000) as truth, round(predicted_streams / 50000) as forecast
            from backtest_forecasts where {STREAMS}
        )
        select avg(case when truth > 0 then abs(forecast - truth) / truth else least(forecast, 1) end) from steps
        """
    )
    name = "Error, rounded to 50,000, zeros counted · 30 days · TikTok and VK"
    assert figure(page, "The reference figures", name, "hitcast")[0] == pytest.approx(error, abs=0.0006)


def test_the_best_of_a_week_and_lift(page: Node, ask: Callable[[str], float]) -> None:
    ranked = f"""
        with ranked as (
            select
                (actual_class = 'high')::int as hit,
                row_number() over (partition by week order by probability_high desc) as place,
                row_number() over (order by probability_high desc) as place_of_all
            from (
                select *, date_trunc('week', release_date) as week
                from backtest_forecasts join releases using (release_id)
            )
            where {CLASSES}
        )
    """
    shown = figure(page, "Share of hits among the best", "hitcast · TikTok and VK", "3 best")
    assert shown[0] == pytest.approx(ask(f"{ranked} select avg(hit) from ranked where place <= 3"), abs=0.0006)
    lift = ask(f"{ranked} select avg(hit) filter (where place_of_all <= 60) / avg(hit) from ranked")
    shown = figure(page, "Hits among the best", "hitcast · TikTok and VK", "best 10 %")
    assert shown[0] == pytest.approx(lift, abs=0.06)


def test_costs_at_five_to_one(page: Node, ask: Callable[[str], float]) -> None:
    cost = f"""
        select avg(case
            when probability_high >= 5 / 6 then 5 * (actual_class <> 'high')::int else (actual_class = 'high')::int end)
        from backtest_forecasts where {CLASSES}
    """
    none = ask(f"select avg((actual_class = 'high')::int) from backtest_forecasts where {CLASSES}")
    line = ask(cost.replace("hitcast", "log_linear"))
    table = "What deciding by it costs"
    assert figure(page, table, "5.0", "by hitcast")[0] == pytest.approx(100 * ask(cost), abs=0.006)
    assert figure(page, table, "5.0", "promote none")[0] == pytest.approx(100 * none, abs=0.006)
    row = ("What promoting would have cost", "TikTok and VK · all origins")
    for column, other in (("promote none", none), ("promote by the plain line", line)):
        assert figure(page, *row, column)[0] == pytest.approx(1000 * (ask(cost) - other), abs=0.06)


def test_distance_to_the_best_possible_and_its_claim(page: Node, ask: Callable[[str], float]) -> None:
    late = f"{STREAMS} and origin_date >= '2021-04-01'"
    truth = backtests.truth_rows().query("as_of_day == 7 and horizon_days == 30").set_index("release_id")
    rows = backtests.stream_rows().query(CUT.replace(" = ", " == ").replace(" and ", " and "))
    rows = rows[rows["origin_date"] >= pd.Timestamp(LATE[0])]
    best = truth["expected_log1p_streams"].reindex(rows["release_id"]).to_numpy() - np.log1p(rows["actual_streams"])
    ratio = ask(f"{RMSLE} where {late}") / float(np.sqrt(np.mean(best**2)))
    row = "30 days · TikTok and VK · day 7 of 30 · untouched origins"
    shown = figure(page, "Distance to the best possible, every cut", row, "hitcast, times the best")
    assert shown[0] == pytest.approx(ratio, abs=0.0006)
    claim = "30 days · TikTok and VK: error at most 1.10 times the best possible"
    assert figure(page, "What is claimed", claim, "Value")[0] == pytest.approx(ratio, abs=0.0006)
    [line] = [one for one in page.all("tr") if one.all("th") and one.all("th")[0].text == claim]
    assert line.all("td")[0].text == ("holds" if ratio <= 1.1 else "does not hold")


def test_claims_are_judged_by_their_figures(page: Node) -> None:
    [table] = [one for one in page.all("table") if one.one("caption").text.startswith("What is claimed")]
    verdicts = {line.all("th")[0].text: line for line in table.one("tbody").all("tr")}
    skilled = {name: line for name, line in verdicts.items() if "skill above 0" in name}
    assert len(skilled) == 4
    for line in skilled.values():
        lower = float(line.all("small")[0].text.split(" – ")[0])
        assert (line.all("td")[0].text == "holds") == (lower > 0)
    assert skilled["30 days · TikTok and VK: better than the plain line, skill above 0"].all("td")[0].text == "holds"
    assert skilled["30 days · TikTok only: better than the plain line, skill above 0"].all("td")[0].text != "holds"


@pytest.mark.parametrize("language", ["en", "ru"])
def test_nothing_is_asked_for_and_nothing_runs(reports: dict[str, str], language: str) -> None:
    html = reports[language]
    page = Tree(html).root
    tags = {node.tag for node in page.walk()}
    assert not tags & {"script", "iframe", "object", "embed", "img", "form", "base", "input", "button"}
    assert page.one("html").attributes["lang"] == language
    for node in page.walk():
        assert not [name for name in node.attributes if name.startswith("on")]
        for name in ("href", "src", "xlink:href", "data"):
            if name in node.attributes:
                assert node.attributes[name].startswith("#") or node.attributes[name] == "data:,"
    # a hostile name is text that looks like a link
    assert not re.search(r"https?:|//\w|@import|url\((?!#)", html.replace("(http://z)", ""))
    assert "default-src 'none'" in page.one("meta", http_equiv="Content-Security-Policy").attributes["content"]
    assert html.count("<svg") > 10


@pytest.mark.parametrize("language", ["en", "ru"])
def test_contents_lead_to_every_part_and_every_table_has_a_caption(reports: dict[str, str], language: str) -> None:
    page = Tree(reports[language]).root
    ids = [node.attributes["id"] for node in page.walk() if "id" in node.attributes]
    assert len(ids) == len(set(ids))
    targets = {node.attributes["href"].removeprefix("#") for node in page.all("a")}
    assert targets <= set(ids)
    assert {"trust", "week", "health", "statistics", "claims", "check"} <= targets
    assert all(table.one("caption").text for table in page.all("table"))
    assert page.all("h1") and [one.attributes["id"] for one in page.all("h2")] == [
        "trust", "week", "health", "statistics",
    ]  # fmt: skip


def test_names_from_the_data_are_text_and_nothing_else(reports: dict[str, str], page: Node) -> None:
    assert HOSTILE not in reports["en"]
    assert "<img" not in reports["en"]
    [table] = [one for one in page.all("table") if one.one("caption").text.startswith("By label, streams in 30")]
    rows = {line.all("th")[0].text for line in table.one("tbody").all("tr")}
    labels = (HOSTILE, " ".join(QUOTED.split()), "Волна", "not given", "others, small: 1")
    assert rows == {f"{label} · {seen}" for label in labels for seen in ("TikTok only", "TikTok and VK")}


def test_the_same_publication_gives_the_same_report_and_it_is_replaced_whole(
    reports: dict[str, str], home: Home, tmp_path: Path
) -> None:
    for _ in range(2):
        write_report(home, tmp_path / "made" / "page.html")
    assert [path.name for path in (tmp_path / "made").iterdir()] == ["page.html"]
    assert (tmp_path / "made" / "page.html").read_text(encoding="utf-8") == reports["en"]


def test_with_an_address_names_lead_to_the_desk(home: Home, tmp_path: Path) -> None:
    file = write_report(home, tmp_path / "page.html", "en", "https://desk.example/hitcast/").path
    page = Tree(file.read_text(encoding="utf-8")).root
    outside = {node.attributes["href"] for node in page.all("a") if not node.attributes["href"].startswith("#")}
    assert outside
    assert all(one.startswith("https://desk.example/hitcast/") for one in outside)


def test_without_a_truth_the_page_says_so_and_claims_nothing_of_it(home: Home, tmp_path: Path) -> None:
    copy = Home(tmp_path / "home")
    copy.serving.mkdir(parents=True)
    shutil.copy(home.serving / "hitcast.duckdb", copy.serving)
    with duckdb.connect(str(copy.serving / "hitcast.duckdb")) as connection:
        connection.execute("delete from model_performance where metric_name like 'best_possible%'")
        connection.execute("delete from as_known_performance")
        connection.execute("delete from experiment_findings")
    text = Tree(write_report(copy, tmp_path / "page.html").path.read_text(encoding="utf-8")).root.one("main").text
    assert "Known of a made-up label alone" in text
    assert "times the best possible" not in text
    assert "hitcast backtest --as-known" in text
    assert "Experiments" not in text


def test_experiments_and_what_was_known_when_are_told_where_they_were_measured(reports: dict[str, str]) -> None:
    text = Tree(reports["en"]).root.one("main").text
    assert "Do TikTok likes hurt the forecast of streams? No: the error is 0.250 with likes" in text
    assert "errors were 1.03 times those from today's data" in text
    russian = Tree(reports["ru"]).root.one("main").text
    assert "Вредят ли лайки TikTok прогнозу прослушиваний?" in russian


def test_no_backtest_is_told_in_one_line(tmp_path: Path) -> None:
    from tests.desk.world import NO_BACKTEST

    home = Home(tmp_path / "home")
    home.serving.mkdir(parents=True)
    publish(home.serving / "hitcast.duckdb", changes=NO_BACKTEST)
    with pytest.raises(HitcastError, match=r"no backtest is published.*`hitcast backtest`, then `hitcast run`") as told:
        write_report(home, tmp_path / "page.html")
    assert "\n" not in str(told.value)
    assert not (tmp_path / "page.html").exists()


@pytest.mark.parametrize("name", ["file/page.html", "folder"])
def test_an_output_that_cannot_be_written_is_told_in_one_line(home: Home, tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    with pytest.raises(HitcastError, match="cannot be written") as told:
        write_report(home, tmp_path / name)
    assert str(tmp_path / name) in str(told.value)
    assert "\n" not in str(told.value)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]
