"""The desk in this process on a port of its own, a reader who asks it, and the pages as trees."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import uvicorn

from hitcast.core.home import PROJECT_DIR, Home
from hitcast.desk.app import create_app
from hitcast.desk.guard import Access

VOID = {"meta", "link", "input", "br", "img", "hr"}
LOCAL = Access(("localhost", "127.0.0.1"))


@contextmanager
def serving(home: Home, access: Access = LOCAL, root_path: str = "") -> Iterator[str]:
    """The desk over a home, in a thread; its address."""
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        create_app(home, access), log_level="critical", access_log=False, server_header=False, root_path=root_path,
        lifespan="off", timeout_graceful_shutdown=3,
    )  # fmt: skip
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        while not server.started:
            time.sleep(0.005)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


@contextmanager
def started(home: Home, **variables: str) -> Iterator[tuple[str, int]]:
    """The desk as `hitcast dashboard` starts it, in a process of its own; its address and the process."""
    code = "from hitcast.cli.app import main; main()"
    environment = os.environ | variables | {"HITCAST_HOME": str(home.root), "PYTHONPATH": str(PROJECT_DIR)}
    with subprocess.Popen(
        [sys.executable, "-u", "-c", code, "dashboard", "--port", "0"],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=home.root,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+", line)
        assert found, line
        try:
            yield found[0], process.pid
        finally:
            process.send_signal(signal.SIGINT)
            assert process.wait(20) == 0
        assert process.stdout.read() == ""


@dataclass
class Node:
    """An element of a page."""

    tag: str
    attributes: dict[str, str]
    parent: "Node | None"
    children: "list[Node | str]" = field(default_factory=list)

    def walk(self) -> "Iterator[Node]":
        yield self
        for child in self.children:
            if isinstance(child, Node):
                yield from child.walk()

    def all(self, *tags: str, **attributes: str) -> "list[Node]":
        """Elements in it of these kinds with these attributes, in their order."""
        wanted = {name.strip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [
            node
            for node in self.walk()
            if (not tags or node.tag in tags)
            and all(node.attributes.get(name) == value for name, value in wanted.items())
        ]

    def one(self, *tags: str, **attributes: str) -> "Node":
        (found,) = self.all(*tags, **attributes)
        return found

    def strings(self) -> Iterator[str]:
        for child in self.children:
            if isinstance(child, str):
                yield child
            else:
                yield from child.strings()

    @property
    def text(self) -> str:
        """All that it says, in one line."""
        return " ".join("".join(self.strings()).replace("\u00a0", " ").split())


class Tree(HTMLParser):
    """A page as a tree; elements must be closed in their order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.root = Node("#", {}, None)
        self.here = self.root
        self.feed(text)
        self.close()
        assert self.here is self.root, f"<{self.here.tag}> is not closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(attrs) == len({name for name, _ in attrs}), f"<{tag}> says one thing twice"
        node = Node(tag, {name: value or "" for name, value in attrs}, self.here)
        self.here.children.append(node)
        if tag not in VOID:
            self.here = node

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.here.tag == tag, f"</{tag}> within <{self.here.tag}>"
        assert self.here.parent is not None
        self.here = self.here.parent

    def handle_data(self, data: str) -> None:
        self.here.children.append(data)


@dataclass(frozen=True)
class Answer:
    """What the desk answered."""

    address: str
    status: int
    headers: dict[str, str]
    cookies: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def page(self) -> Node:
        assert self.headers["content-type"].startswith("text/html"), self.headers
        return Tree(self.text).root

    @property
    def main(self) -> str:
        """What the page says in its middle."""
        return self.page.one("main").text

    @property
    def json(self) -> Any:
        assert self.headers["content-type"] == "application/json", self.headers
        return json.loads(self.body)

    @property
    def goes_to(self) -> str:
        return self.headers["location"]


class Client:
    """A reader's browser, as far as cookies go; no answer is followed by itself."""

    def __init__(self, address: str, language: str = "en", **headers: str) -> None:
        self.address = address
        self.cookies: dict[str, str] = {}
        self.headers = {"accept-language": language} | {name.replace("_", "-"): text for name, text in headers.items()}

    def get(self, path: str = "/", headers: dict[str, str] | None = None, /, **parameters: Any) -> Answer:
        query = urlencode({name.rstrip("_"): value for name, value in parameters.items()}, doseq=True)
        return self.ask("GET", f"{path}?{query}" if query else path, headers)

    def post(self, path: str, headers: dict[str, str] | None = None, /, **fields: Any) -> Answer:
        sent = {"content-type": "application/x-www-form-urlencoded", "origin": self.address} | (headers or {})
        return self.ask("POST", path, sent, urlencode(fields).encode())

    def ask(self, method: str, path: str, headers: dict[str, str] | None = None, body: bytes | None = None) -> Answer:
        """Asks and waits; a header whose text is empty is left out."""
        sent = self.headers | (headers or {})
        if self.cookies:
            sent["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        connection = HTTPConnection(urlsplit(self.address).netloc, timeout=60)
        try:
            connection.request(method, path, body, {name: text for name, text in sent.items() if text})
            answered = connection.getresponse()
            given: SimpleCookie = SimpleCookie()
            for text in answered.headers.get_all("set-cookie") or []:
                given.load(text)
            cookies = {name: one.coded_value for name, one in given.items()}
            self.cookies |= cookies
            lower = {name.lower(): text for name, text in answered.getheaders()}
            return Answer(path, answered.status, lower, cookies, answered.read())
        finally:
            connection.close()


def release_path(release_id: str) -> str:
    return f"/releases/{quote(release_id, safe='')}"


def links(page: Node) -> set[str]:
    """Where the page leads, without the part after #."""
    return {node.attributes["href"].split("#")[0] for node in page.all("a") if "href" in node.attributes} - {""}


def words(page: Node) -> list[str]:
    """Every text that a reader meets: what is shown, and what is said of what is shown."""
    shown = [
        text
        for node in page.walk()
        if node.tag not in ("script", "style", "pre") and "lang" not in node.attributes
        for text in node.children
        if isinstance(text, str)
    ]
    said = [
        node.attributes[name]
        for node in page.walk()
        for name in ("aria-label", "title", "placeholder", "alt", "data-done")
        if name in node.attributes
    ]
    return [text for text in (" ".join(one.split()) for one in shown + said) if re.search(r"\w", text)]
