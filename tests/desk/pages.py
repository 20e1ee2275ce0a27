"""The page without a browser, through Streamlit's AppTest."""

import re
from pathlib import Path

from streamlit.testing.v1 import AppTest

APP = str(Path(__file__).resolve().parents[2] / "hitcast" / "desk" / "app.py")
PAGES = ("upcoming", "release", "performance", "data")


def opened(name: str = "upcoming", **address: str | list[str]) -> AppTest:
    """A page at an address, without an exception."""
    page = AppTest.from_file(APP, default_timeout=30)
    for key, value in address.items():
        page.query_params[key.rstrip("_")] = value
    page.run()
    if name != "upcoming":
        page.switch_page(f"{name}.py").run()
    assert not page.exception, [error.stack_trace for error in page.exception]
    return page


def rerun(page: AppTest) -> AppTest:
    """The page drawn again, without an exception."""
    page.run()
    assert not page.exception, [error.stack_trace for error in page.exception]
    return page


def describe(page: AppTest) -> str:
    """All that the page says outside its tables."""
    kinds = ("title", "subheader", "markdown", "caption", "info", "warning", "text")
    return "\n".join(str(element.value) for kind in kinds for element in getattr(page, kind)).replace("\u00a0", " ")


def titles(page: AppTest) -> list[str]:
    """Charts' titles."""
    return [found for element in page.markdown for found in re.findall(r"^\*\*(.+)\*\*$", element.value)]


def address(page: AppTest, name: str) -> list[str]:
    """What the page's address says under a name."""
    value = page.query_params.get(name, [])
    return [value] if isinstance(value, str) else list(value)
