"""CSV downloads: what a spreadsheet takes for a formula stays text, numbers stay numbers."""

import io

import pandas as pd
import pytest

from hitcast.desk.download import csv_of


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_cell_that_begins_like_a_formula_gets_an_apostrophe(start: str) -> None:
    frame = pd.DataFrame({"title": [f"{start}HYPERLINK(1)", f"plain {start}", None], "change": [-0.5, 1.0, None]})
    read = pd.read_csv(io.BytesIO(csv_of(frame)), encoding="utf-8-sig", lineterminator=None, keep_default_na=True)
    assert read["title"].tolist()[0] == f"'{start}HYPERLINK(1)"
    assert read["title"].tolist()[1] == f"plain {start}"
    assert pd.isna(read["title"].tolist()[2])
    assert read["change"].tolist()[:2] == [-0.5, 1.0]


def test_it_begins_with_the_mark_that_excel_knows_utf8_by() -> None:
    message = csv_of(pd.DataFrame({"имя": ["Анна"], "day": pd.to_datetime(["2021-12-24"])}))
    assert message == b"\xef\xbb\xbf" + "имя,day\r\nАнна,2021-12-24\r\n".encode()


def test_heads_are_guarded_and_the_frame_is_left_alone() -> None:
    frame = pd.DataFrame({"=a": pd.Categorical(["=b"]), "object": pd.Series(["@c"], dtype=object)})
    assert csv_of(frame).decode("utf-8-sig") == "'=a,object\r\n'=b,'@c\r\n"
    assert frame.columns[0] == "=a"
    assert frame["=a"].tolist() == ["=b"]


def test_no_row_leaves_the_head() -> None:
    assert csv_of(pd.DataFrame({"a": []})).decode("utf-8-sig") == "a\r\n"
