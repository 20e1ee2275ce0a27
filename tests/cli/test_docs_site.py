"""The docs as a site that opens from disk."""

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

from hitcast.cli.docs_site import DOCS, pages, write_site


class Links(HTMLParser):
    """What a page fetches by itself, and what it leads to."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.led: list[str] = []
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        if tag in ("script", "img", "iframe") and given.get("src"):
            self.fetched.append(str(given["src"]))
        elif tag == "link" and given.get("rel") != "canonical":
            self.fetched.append(str(given["href"]))
        elif tag == "a" and given.get("href"):
            self.led.append(str(given["href"]))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("docs") / "site"
    write_site(folder)
    return folder


def test_every_page_of_the_docs_is_there_and_the_readme_first(site: Path) -> None:
    names = {file.stem for file in DOCS.glob("*.md")} | {"features"}
    others = {"index", "CONTRIBUTING", "CHANGELOG", "SECURITY", "404"}
    assert {file.stem for file in site.glob("*.html")} == names | others
    assert pages()[0] == "index.md"
    assert "hitcast" in (site / "index.html").read_text(encoding="utf-8")


def test_nothing_is_fetched_from_elsewhere_and_no_link_is_broken(site: Path) -> None:
    for page in site.glob("*.html"):
        if page.stem == "404":
            # served pages alone have it, from the site's root
            continue
        links = Links(page)
        for address in links.fetched:
            assert not re.match(r"(https?:)?//", address), (page.name, address)
            assert (page.parent / unquote(address.split("?")[0])).exists(), (page.name, address)
        for address in links.led:
            if not re.match(r"(https?:|mailto:|#)", address):
                assert (page.parent / unquote(address.split("#")[0])).exists(), (page.name, address)
