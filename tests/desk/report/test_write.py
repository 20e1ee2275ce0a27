"""Figures of the page, recomputed from the `ml` tables without the code that wrote them."""

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import average_precision_score, cohen_kappa_score

from hitcast.core import spark
from hitcast.core.errors import HitcastError
from hitcast.core.settings import Settings
from hitcast.core.warehouse import write_tables
from hitcast.desk.report.classes import calibration
from hitcast.desk.report.data import read_evidence
from hitcast.desk.report.streams import best_possible, coverage
from hitcast.desk.report.write import _experiments, render, report
from ml.evaluation.leaderboard import evaluate
from tests.ml import backtests
from tests.ml.conftest import home, quiet
from tests.ml.spark_session import ON_SPARK, Session

HOSTILE = "<script>alert(1)</script>"
QUOTED = "\"'><img src=x onerror=alert(2)> $x$"
CUT = "model_name = 'hitcast' and feature_set = 'tiktok_vk' and horizon_days = 30 and as_of_day = 7"


class Page(HTMLParser):
    """What a page holds: tables by id, as rows of (text, small text), every tag, and every attribute."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tables: dict[str, list[list[tuple[str, str]]]] = {}
        self.captions: dict[str, str] = {}
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str, str]] = []
        self.ids: list[str] = []
        self._table, self._place = "", ""
        self._cell = ["", ""]
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        self.ids += [value or "" for name, value in attrs if name == "id"]
        if tag == "table":
            self._table = dict(attrs)["id"] or ""
            self.tables[self._table] = []
            self.captions[self._table] = ""
        elif tag == "tr":
            self.tables[self._table].append([])
        elif tag in ("td", "th", "caption", "small"):
            self._place = tag
            if tag in ("td", "th"):
                self._cell = ["", ""]

    def handle_data(self, data: str) -> None:
        if self._place == "caption":
            self.captions[self._table] += data
        elif self._place:
            self._cell[self._place == "small"] += data

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self.tables[self._table][-1].append((self._cell[0], self._cell[1]))
        if tag in ("td", "th", "caption"):
            self._place = ""

    def cell(self, table: str, row: str, column: str) -> tuple[str, str]:
        """Text and small text of a cell, by its table's id, its row's first cell and its heading."""
        head, *rows = self.tables[table]
        found = [cells for cells in rows if cells[0][0] == row]
        assert len(found) == 1, [cells[0][0] for cells in rows]
        return found[0][[text for text, _ in head].index(column)]

    def figure(self, table: str, row: str, column: str) -> float:
        """A cell's figure; percentages as shares."""
        text = self.cell(table, row, column)[0].replace("−", "-").replace(",", "")
        return float(text.removesuffix(" %")) / (100 if text.endswith(" %") else 1)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A home with a backtest, the truth of a demo world, and labels that mean harm."""
    folder = tmp_path_factory.mktemp("report") / "home"

    def change(tables: dict[str, pd.DataFrame]) -> None:
        labels = np.array([HOSTILE, QUOTED, "Волна", None, "Small"], dtype=object)
        place = np.where(np.arange(backtests.RELEASES) < 20, 4, np.arange(backtests.RELEASES) % 4)
        dates = backtests.release_dates().to_numpy()
        tables["releases"] = tables["releases"].assign(label_name=labels[place], release_date=dates)

    settings = replace(home(folder, release_count=backtests.RELEASES, change=change), variables={"territory": "RU"})
    streams, classes, dates = backtests.stream_rows(), backtests.class_rows(), backtests.release_dates()
    metrics = evaluate(streams, classes, ("low", "medium", "high"), (5.0, 1.0), dates)
    for run_id, ended in (("older", "2022-01-01"), ("latest", "2022-01-02"), ("elsewhere", "2022-01-03")):
        # The older run and another territory's forecast twice as much: were they read, every figure would be another.
        times = 1.0 if run_id == "latest" else 2.0
        write_tables(
            settings,
            {
                "backtest_predictions": streams.assign(
                    run_id=run_id, predicted_streams=streams["predicted_streams"] * times
                ),
                "backtest_class_predictions": classes.assign(run_id=run_id),
                "backtest_metrics": metrics.assign(
                    run_id=run_id,
                    evaluated_at=pd.Timestamp(ended),
                    metric_value=metrics["metric_value"] * times,
                    territory="KZ" if run_id == "elsewhere" else "RU",
                ),
            },
        )
    (folder / "exports").mkdir()
    backtests.truth_rows().to_parquet(folder / "exports" / "truth.parquet")
    return settings


@pytest.fixture(scope="module")
def html(settings: Settings) -> str:
    output = settings.warehouse.parent / "report.html"
    written = report(settings, output, settings.warehouse.parent / "exports", quiet)
    assert (written.path, written.run_id, written.release_count) == (output, "latest", backtests.RELEASES)
    return output.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(html: str) -> Page:
    return Page(html)


@pytest.fixture(scope="module")
def ask(settings: Settings) -> Callable[[str], float]:
    """Answers a question to the latest run's rows: `streams`, `classes`, and `releases`."""

    def answer(query: str) -> float:
        with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
            connection.execute("create temp view streams as from ml.backtest_predictions where run_id = 'latest'")
            connection.execute("create temp view classes as from ml.backtest_class_predictions where run_id = 'latest'")
            found = connection.sql(query).fetchall()
        assert len(found) == 1
        return float(found[0][0])

    return answer


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that takes no time to draw."""
    monkeypatch.setattr("hitcast.desk.report.write.render", lambda evidence: "страница")


RMSLE = "select sqrt(avg(pow(ln(1 + predicted_streams) - ln(1 + actual_streams), 2)))"


def test_rmsle_of_all_and_of_untouched_origins(page: Page, ask: Callable[[str], float]) -> None:
    shown = ("hitcast · tiktok_vk", "RMSLE, log units")
    assert page.figure("streams-30-day-7", *shown) == pytest.approx(
        ask(f"{RMSLE} from streams where {CUT}"), abs=0.0006
    )
    late = ask(f"{RMSLE} from streams where {CUT} and origin_date >= '2021-04-01'")
    assert page.figure("streams-30-day-7-untouched", *shown) == pytest.approx(late, abs=0.0006)
    earlier = ask(f"{RMSLE} from streams where {CUT.replace('as_of_day = 7', 'as_of_day = 1')}")
    assert page.figure("streams-30-day-1", *shown) == pytest.approx(earlier, abs=0.0006)


def test_skill_is_that_over_the_line_on_the_same_rows(page: Page, ask: Callable[[str], float]) -> None:
    model = ask(f"{RMSLE} from streams where {CUT}")
    line = ask(f"{RMSLE} from streams where {CUT.replace('hitcast', 'log_linear')}")
    figure, ends = page.cell("streams-30-day-7", "hitcast · tiktok_vk", "skill over log_linear")
    low, high = (float(end.replace("−", "-")) for end in ends.split(" to "))
    assert float(figure) == pytest.approx(1 - model / line, abs=0.0006)
    assert low < float(figure) < high


def test_volume_ratio_of_medians_and_means_by_true_size(page: Page, ask: Callable[[str], float]) -> None:
    cut = f"from streams where {CUT} and actual_streams between 10000 and 99999"
    row = "10,000 to 99,999 · tiktok_vk"
    for column, heading in (("predicted_streams", "Σ median / Σ true"), ("expected_streams", "Σ mean / Σ true")):
        expected = ask(f"select sum({column}) / sum(actual_streams) {cut}")
        assert page.figure("size-30", row, heading) == pytest.approx(expected, abs=0.0006)
    assert page.figure("size-30", row, "test releases") == ask(f"select count(*) {cut}")


def test_coverage_by_forecast_size(page: Page, ask: Callable[[str], float]) -> None:
    cut = f"from streams where {CUT} and predicted_streams >= 1000 and predicted_streams < 10000"
    for level in (80, 90):
        inside = f"(actual_streams between lower_{level} and upper_{level})::int"
        shown = page.figure("coverage-30", "1,000 to 9,999 · tiktok_vk", f"inside {level} % interval")
        assert shown == pytest.approx(ask(f"select avg({inside}) {cut}"), abs=0.0006)


def test_error_by_label(page: Page, ask: Callable[[str], float]) -> None:
    within = f"from streams join releases using (release_id) where {CUT} and label_name = 'Волна'"
    row = "Волна · tiktok_vk"
    assert page.figure("label-30", row, "RMSLE") == pytest.approx(ask(f"{RMSLE} {within}"), abs=0.0006)
    assert page.figure("label-30", row, "test releases") == ask(f"select count(*) {within}")


def test_untouched_origins_are_told_apart(page: Page, ask: Callable[[str], float]) -> None:
    names = [cells[0][0] for cells in page.tables["origin-30"] if cells[0][0].endswith("tiktok_vk")]
    early, late = backtests.ORIGINS[:2], backtests.ORIGINS[2:]
    assert names == [*(f"{day} · tiktok_vk" for day in early), *(f"{day} (untouched) · tiktok_vk" for day in late)]
    within = f"from streams where {CUT} and origin_date = '{late[0]}'"
    assert page.figure("origin-30", names[2], "RMSLE") == pytest.approx(ask(f"{RMSLE} {within}"), abs=0.0006)


def test_classes_against_another_library(page: Page, settings: Settings) -> None:
    with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
        query = f"from ml.backtest_class_predictions where run_id = 'latest' and {CUT}"
        rows = connection.sql(query).df()
    row, board = "hitcast · tiktok_vk", "classes-30-day-7"
    top = rows["actual_class"] == "high"
    precision = average_precision_score(top, rows["probability_high"])
    place = {"low": 0, "medium": 1, "high": 2}
    kappa = cohen_kappa_score(rows["actual_class"].map(place), rows["predicted_class"].map(place), weights="quadratic")
    assert page.figure(board, row, "average precision, top class") == pytest.approx(precision, abs=0.0006)
    assert page.figure(board, row, "kappa, quadratic weights") == pytest.approx(kappa, abs=0.0006)
    assert f"{100 * top.mean():.1f} % of them high" in page.captions[board]


def test_accuracy_beside_the_majoritys(page: Page, ask: Callable[[str], float]) -> None:
    row = "Accuracy · 30 days · tiktok_vk"
    right = ask(f"select avg((predicted_class = actual_class)::int) from classes where {CUT}")
    low = ask(f"select avg((actual_class = 'low')::int) from classes where {CUT}")
    assert page.figure("reference-figures", row, "model") == pytest.approx(right, abs=0.0006)
    assert page.figure("reference-figures", row, "constant") == pytest.approx(low, abs=0.0006)


def test_reference_mape_to_the_nearest_step(page: Page, ask: Callable[[str], float]) -> None:
    error = ask(
        f"""
        with steps as (
            select round(actual_streams / 50000) as truth, round(predicted_streams / 50000) as forecast
            from streams where {CUT}
        )
        select avg(case when truth > 0 then abs(forecast - truth) / truth else least(forecast, 1) end) from steps
        """
    )
    row = "MAPE to nearest, 0/0 = 0 · 30 days · tiktok_vk"
    assert page.figure("reference-figures", row, "model") == pytest.approx(error, abs=0.0006)


def test_the_best_of_a_week_and_lift(page: Page, ask: Callable[[str], float]) -> None:
    ranked = f"""
        with ranked as (
            select
                (actual_class = 'high')::int as hit,
                row_number() over (partition by week order by probability_high desc) as place,
                row_number() over (order by probability_high desc) as place_of_all
            from (select *, date_trunc('week', release_date) as week from classes join releases using (release_id))
            where {CUT}
        )
    """
    shown = page.figure("week-picks", "hitcast · tiktok_vk", "3 best")
    assert shown == pytest.approx(ask(f"{ranked} select avg(hit) from ranked where place <= 3"), abs=0.0006)
    lift = ask(f"{ranked} select avg(hit) filter (where place_of_all <= 60) / avg(hit) from ranked")
    assert page.figure("lift", "hitcast · tiktok_vk", "best 10.0 %") == pytest.approx(lift, abs=0.06)


def test_costs_at_five_to_one(page: Page, ask: Callable[[str], float]) -> None:
    cost = f"""
        select 1000 * avg(case
            when probability_high >= 5 / 6 then 5 * (actual_class <> 'high')::int else (actual_class = 'high')::int end)
        from classes where {CUT}
    """
    none = ask(f"select 1000 * avg((actual_class = 'high')::int) from classes where {CUT}")
    by_class = ask(
        "select 1000 * avg(case when predicted_class = 'high' then 5 * (actual_class <> 'high')::int "
        "else (actual_class = 'high')::int end) from classes where " + CUT.replace("hitcast", "log_linear")
    )
    shown = {name: page.figure("cost-ratios", f"{name} · tiktok_vk", "5 : 1") for name in ("hitcast", "promote none")}
    assert shown["hitcast"] == pytest.approx(ask(cost), abs=0.06)
    assert shown["promote none"] == pytest.approx(none, abs=0.06)
    row = "tiktok_vk · all origins"
    assert page.figure("cost-differences", row, "against none") == pytest.approx(ask(cost) - none, abs=0.06)
    assert page.figure("cost-differences", row, "against its class") == pytest.approx(ask(cost) - by_class, abs=0.06)


def test_distance_to_the_best_possible_and_its_claim(
    page: Page, settings: Settings, ask: Callable[[str], float]
) -> None:
    truth = str(settings.warehouse.parent / "exports" / "truth.parquet")
    best = ask(
        f"""
        select sqrt(avg(pow(expected_log1p_streams - ln(1 + actual_streams), 2)))
        from streams join '{truth}' using (release_id, as_of_day, horizon_days)
        where {CUT} and origin_date >= '2021-04-01'
        """
    )
    model = ask(f"{RMSLE} from streams where {CUT} and origin_date >= '2021-04-01'")
    row, heading = "30 days · tiktok_vk · untouched", "multiple of the best (95 %)"
    assert page.figure("best-possible", row, heading) == pytest.approx(model / best, abs=0.0006)
    claim = "tiktok_vk, 30 days: RMSLE at most 1.10 times the best possible"
    assert page.figure("claims-table", claim, "figure") == pytest.approx(model / best, abs=0.0006)
    assert page.cell("claims-table", claim, "verdict")[0] == ("holds" if model / best <= 1.1 else "does not hold")


def test_claims_are_judged_by_their_figures(page: Page) -> None:
    _, *rows = page.tables["claims-table"]
    verdicts = {cells[0][0]: cells[1][0] for cells in rows}
    assert verdicts["tiktok_vk, 30 days: better than log_linear, skill above 0"] == "holds"
    assert verdicts["tiktok, 30 days: better than log_linear, skill above 0"] == "does not hold"
    for cells in rows:
        if "skill above 0" in cells[0][0]:
            lower = float(cells[2][1].split(" to ")[0].replace("−", "-"))
            assert (cells[1][0] == "holds") == (lower > 0)


def test_nothing_is_asked_for_and_nothing_runs(html: str, page: Page) -> None:
    assert not page.tags & {"script", "iframe", "object", "embed", "img", "form", "base"}
    assert not [name for _, name, _ in page.attributes if name.startswith("on")]
    addresses = [(tag, value) for tag, name, value in page.attributes if name in ("href", "src", "xlink:href", "data")]
    assert addresses
    assert all(value.startswith("#") or value == "data:," for _, value in addresses)
    assert not re.search(r"https?:|//\w|@import|url\((?!#)", html)
    assert ("meta", "http-equiv", "Content-Security-Policy") in page.attributes
    assert html.count("<svg") > 10


def test_every_link_within_the_page_has_its_target_once(page: Page) -> None:
    links = {value[1:] for tag, name, value in page.attributes if tag == "a" and name == "href"}
    assert links
    assert links <= set(page.ids)
    named = [name for name in page.ids if name in page.tables or name in links]
    assert len(named) == len(set(named))


def test_names_from_the_data_are_text_and_nothing_else(html: str, page: Page) -> None:
    assert HOSTILE not in html
    assert "<img" not in html
    rows = {cells[0][0] for cells in page.tables["label-30"][1:]}
    labels = (HOSTILE, QUOTED, "Волна", "(unknown)", "(others: 1 small ones)")
    assert rows == {f"{label} · {seen}" for label in labels for seen in ("tiktok", "tiktok_vk")}


def test_the_same_backtest_gives_the_same_drawings(html: str, settings: Settings) -> None:
    evidence = read_evidence(settings, None)
    assert calibration(evidence) in html
    assert coverage(evidence) in html


def test_what_it_is_made_from_is_the_same_on_spark(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session(settings)
    monkeypatch.setattr(spark, "open_session", lambda asked: session)
    theirs = read_evidence(replace(settings, spark=ON_SPARK), None)
    session.connection.close()
    ours = read_evidence(settings, None)
    for name, expected in vars(ours).items():
        if isinstance(expected, pd.DataFrame):
            pd.testing.assert_frame_equal(getattr(theirs, name), expected)
        else:
            assert getattr(theirs, name) == expected


def test_a_home_without_truth_says_so(settings: Settings, tmp_path: Path) -> None:
    html = best_possible(read_evidence(settings, tmp_path / "absent.parquet"))
    assert "Known only of a demo world" in html
    assert "<table" not in html


def test_experiments_are_told_where_some_were_run(html: str, settings: Settings, tmp_path: Path) -> None:
    assert 'id="experiments"' not in html
    copy = replace(settings, warehouse=tmp_path / "warehouse.duckdb")
    shutil.copyfile(settings.warehouse, copy.warehouse)
    with duckdb.connect(str(copy.warehouse)) as connection:
        connection.execute(
            """
            insert into ml.experiments by name
            select
                'run' as run_id, 'likes' as experiment, 'Do likes help?' as question, answer, 'tiktok' as feature_set,
                30 as horizon_days, 'rmsle' as metric_name, 'with likes' as variant, 0.25::double as value,
                0.2::double as lower_95, 0.3::double as upper_95, 7 as release_count,
                evaluated_at::timestamp as evaluated_at
            from (values ('Yes.', '2022-01-01'), ('No.', '2022-01-02')) as run (answer, evaluated_at)
            """
        )
    section = _experiments(read_evidence(copy, None))
    assert "likes: Do likes help? No." in section
    assert "Yes." not in section
    assert Page(section).cell("experiment-likes", "with likes · rmsle", "value (95 %)") == ("0.250", "0.200 to 0.300")


def test_what_was_known_when_is_told_where_it_was_measured(html: str, settings: Settings, tmp_path: Path) -> None:
    assert "hitcast backtest --as-known measures it" in html
    copy = replace(settings, warehouse=tmp_path / "warehouse.duckdb")
    shutil.copyfile(settings.warehouse, copy.warehouse)
    with duckdb.connect(str(copy.warehouse)) as connection:
        connection.execute(
            """
            insert into ml.backtest_as_known by name
            select
                run as run_id, territory, ended::timestamp as evaluated_at, 30 as horizon_days, ratio as rmsle_ratio,
                'all' as age_group, date '2021-01-01' as first_origin, date '2021-10-01' as last_origin,
                412 as release_count, 0.87 as coverage_90, 0.91 as restated_coverage_90
            from (
                values
                    ('old', 'RU', '2022-01-01', 1.5), ('new', 'RU', '2022-01-02', 1.08), ('KZ', 'KZ', '2022-01-03', 2)
            ) as runs (run, territory, ended, ratio)
            """
        )
    told = render(read_evidence(copy, None))
    assert "measures it" not in told
    assert "412 releases: 30 days: RMSLE +8.0 % (too few release weeks for an interval), 87 % inside the 90 %" in told


def test_no_backtest_is_told_in_one_line(tmp_path: Path) -> None:
    settings = home(tmp_path / "empty", release_count=30)
    with pytest.raises(HitcastError, match="no backtest yet") as message:
        report(settings, tmp_path / "page.html", tmp_path, quiet)
    assert "\n" not in str(message.value)
    assert "hitcast backtest" in str(message.value)
    assert not (tmp_path / "page.html").exists()


def test_a_page_is_replaced_whole_and_its_folder_made(settings: Settings, drawn: None, tmp_path: Path) -> None:
    for _ in range(2):
        report(settings, tmp_path / "made" / "page.html", tmp_path, quiet)
    assert [path.name for path in (tmp_path / "made").iterdir()] == ["page.html"]
    assert (tmp_path / "made" / "page.html").read_text(encoding="utf-8") == "страница"


@pytest.mark.parametrize("name", ["file/page.html", "folder"])
def test_an_output_that_cannot_be_written_is_told_in_one_line(
    settings: Settings, drawn: None, tmp_path: Path, name: str
) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    with pytest.raises(HitcastError, match="cannot be written") as message:
        report(settings, tmp_path / name, tmp_path, quiet)
    assert str(tmp_path / name) in str(message.value)
    assert "\n" not in str(message.value)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]
