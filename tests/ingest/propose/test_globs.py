from pathlib import Path

import pytest

from hitcast.ingest.mapping import Mapping, TableMapping, claim
from hitcast.ingest.propose.globs import globs_of


@pytest.mark.parametrize(
    ("names", "glob", "later"),
    [
        (["vk_2024-03-05.csv"], "vk_*.csv", "vk_2024-04-01.csv"),
        (["2024-03-05_vk.csv"], "[0-9]*_vk.csv", "2024-04-01_vk.csv"),
        (["20240305.csv.gz"], "[0-9]*.csv.gz", "20240401.csv.gz"),
        (["05.03.24 VK.xlsx"], "[0-9]* VK.xlsx", "01.04.24 VK.xlsx"),
        (["VK_март_2024.CSV"], "VK_*.CSV", "VK_апрель_2024.CSV"),
        (["vk март.xlsx", "vk май.xlsx"], "vk *.xlsx", "vk июнь.xlsx"),
        (["отчет.марта.2024.csv"], "отчет.*.csv", "отчет.июня.2024.csv"),
        (["Mar24_streams.tsv"], "*_streams.tsv", "Apr24_streams.tsv"),
        (["vk_2024_w12_ru.csv"], "vk_*_ru.csv", "vk_2024_w13_ru.csv"),
        (["report 3.csv"], "report *.csv", "report 4.csv"),
        (["catalog[1].csv"], "catalog[[]*].csv", "catalog[2].csv"),
        (["2024-03-01.csv", "2024-03-02.csv"], "[0-9]*.csv", "2024-04-01.csv"),
        (["charts.csv", "charts_old.csv"], "charts*.csv", "charts_new.csv"),
    ],
)
def test_a_glob_fits_the_next_files(names: list[str], glob: str, later: str) -> None:
    assert globs_of([Path(name) for name in names], []) == [glob]
    mapping = Mapping("m", (TableMapping("t", (glob,)),))
    assert all(claim(name, [mapping]) for name in [*names, later])
    assert claim("notes.csv", [mapping]) is None


@pytest.mark.parametrize("name", ["top 40 charts.csv", "charts_v2.csv", "market.csv", "mayday.csv", "a1.csv"])
def test_a_number_or_a_word_that_is_no_date_is_part_of_the_name(name: str) -> None:
    assert globs_of([Path(name)], []) == [name]


@pytest.mark.parametrize(
    ("names", "others"),
    [(["2024-03-01.csv"], ["2024-03-02.csv"]), (["a_1.csv", "b_1.csv"], []), (["vk_1.csv"], ["vk_2.csv"])],
)
def test_a_glob_that_would_take_other_files_too_is_none(names: list[str], others: list[str]) -> None:
    assert globs_of([Path(name) for name in names], [Path(name) for name in others]) == names
