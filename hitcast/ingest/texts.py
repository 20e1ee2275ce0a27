"""Text files: opened, decoded, and their headers read."""

import codecs
import csv
import errno
import gzip
import io
import shutil
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import IO, Any

from hitcast.core.errors import HitcastError
from hitcast.ingest.captured import captured
from hitcast.ingest.finding import name_of
from hitcast.ingest.layout import has_layout, header_of, with_sep_line
from hitcast.ingest.mapping import TableMapping

UTF_8_MARK = codecs.BOM_UTF8
CHUNK = 1 << 20
# Byte order marks, zero-width characters and soft hyphens: a header looks the same without them.
UNSEEN = "\ufeff\u200b\u200c\u200d\u2060\u200e\u200f\u00ad"
SIGNATURES = ((b"PK\x03\x04", "an XLSX or other zip file"), (b"\x1f\x8b", "a gzip file"), (b"PAR1", "a Parquet file"))
MAX_HEADER = 1 << 16
SNIFFED = 1 << 12
UTF_16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
MIN_NULS = 0.15
"""Of every other byte of UTF-16: delimiters, digits and line ends have one, Cyrillic letters none."""
CYRILLIC = ("cp1251", "koi8-r", "cp866")
# Every other letter of Russian text is one of these.
FREQUENT = frozenset("оеаинтсрвл")
OF_THE_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EIO)
MAX_RATIO, MIN_BOMB_BYTES = 200, 1 << 30
"""A file that unpacks to more bytes than the second and more than the first of its own size is a bomb, no table."""


def is_utf_8(mapping: TableMapping) -> bool:
    """Whether files are UTF-8 text, ASCII included."""
    return codecs.lookup(mapping.encoding).name in ("utf-8", "utf-8-sig", "ascii")


def likely_encoding(start: bytes) -> str:
    """UTF-16 by its mark or NUL bytes, else UTF-8 if it is that, else the Cyrillic one that reads most like Russian."""
    if start.startswith(UTF_16_MARKS):
        return "utf-16"
    if unmarked := unmarked_utf_16(start):
        return unmarked
    try:
        # what is cut off in the middle of a character is no error
        codecs.getincrementaldecoder("utf-8")().decode(start)
    except UnicodeDecodeError:
        return max(CYRILLIC, key=lambda name: sum(mark in FREQUENT for mark in start.decode(name, errors="replace")))
    return "utf-8"


def unmarked_utf_16(start: bytes) -> str:
    """`utf-16-le` or `utf-16-be` where every other byte is often NUL and the others never are; empty where none is."""
    for encoding, low, high in (("utf-16-le", start[::2], start[1::2]), ("utf-16-be", start[1::2], start[::2])):
        if b"\0" in high and b"\0" not in low and high.count(b"\0") >= MIN_NULS * len(high):
            return encoding
    return ""


def is_gzip(path: Path) -> bool:
    """Whether a file is compressed, by its name."""
    return path.name.lower().endswith(".gz")


class _Unpacked(io.RawIOBase):
    """Bytes of a compressed file, until they are too many."""

    def __init__(self, path: Path) -> None:
        self.path, self.packed_bytes = path, path.stat().st_size
        self.file = gzip.GzipFile(path, "rb")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        count = self.file.readinto(buffer)
        check_bomb(name_of(self.path), self.file.tell(), self.packed_bytes)
        return count

    def close(self) -> None:
        self.file.close()
        super().close()


def check_bomb(name: str, unpacked: int, packed: int) -> None:
    """Refuses a compressed file that unpacks to more bytes than a table does.

    Raises:
        HitcastError: It does.
    """
    if unpacked > max(MIN_BOMB_BYTES, MAX_RATIO * packed):
        what = f"unpacks to more than {MAX_RATIO} times its {packed / 2**20:,.1f} MB, as no table does"
        raise HitcastError(what, name, "Ask for it again, or unpack it yourself if it is right")


def open_binary(path: Path) -> IO[bytes]:
    """A file's bytes, unpacked.

    Raises:
        HitcastError: While it is read: it is a bomb.
    """
    return io.BufferedReader(_Unpacked(path), CHUNK) if is_gzip(path) else path.open("rb")


def open_text(path: Path, mapping: TableMapping) -> IO[str]:
    """A file's text, unpacked and decoded, its line ends as they are."""
    encoding = "utf-8-sig" if is_utf_8(mapping) else mapping.encoding
    return io.TextIOWrapper(open_binary(path), encoding=encoding, newline="")


@contextmanager
def clear_failures(path: Path, mapping: TableMapping) -> Iterator[None]:
    """Turns what can go wrong in reading a file into one clear line."""
    try:
        yield
    except UnicodeDecodeError:
        raise encoding_error(path, mapping) from None
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise HitcastError("is a broken or incomplete gzip file", name_of(path), "Ask for it again") from None
    except OSError as error:
        is_of_another = error.filename is not None and str(error.filename) != str(path)
        if is_of_another or error.errno in OF_THE_DISK:
            # not the file that is read is at fault, but one that is written, or the machine
            raise
        what, cure = f"cannot be read ({error.strerror or error})", "Give yourself the right to read it, or move it"
        raise HitcastError(what, name_of(path), cure) from None


def encoding_error(path: Path, mapping: TableMapping) -> HitcastError:
    """The refusal of a file that is not in its encoding."""
    with open_binary(path) as file:
        likely = likely_encoding(file.read(CHUNK))
    likely = "cp1251" if likely == "utf-8" else likely
    # UTF-16 is known by its mark
    encoding = likely if likely == "utf-16" and is_utf_8(mapping) else mapping.encoding
    cure = f"Add `encoding: {likely}` (or what it is) to the mapping"
    if encoding == likely:
        cure = "Ask for it again, or correct `encoding:` in the mapping"
    return HitcastError(f"is not valid {encoding}", name_of(path), cure)


def csv_headers(path: Path, mapping: TableMapping) -> tuple[TableMapping, tuple[str, ...], dict[str, str]]:
    """A CSV file's mapping as its first lines have it, its headers, and what else it says by contract column."""
    name = name_of(path)
    with clear_failures(path, mapping):
        with open_binary(path) as file:
            start = file.read(SNIFFED)
        if not start:
            raise HitcastError("is empty", name, "Ask for it again")
        if kind := next((kind for mark, kind in SIGNATURES if start.startswith(mark)), None):
            layer = "gzip within gzip" if is_gzip(path) and kind == "a gzip file" else f"{kind} by its first bytes"
            raise HitcastError(f"is {layer}, not CSV", name, "Unpack it, or give it the ending of what it is")
        if start.startswith(UTF_8_MARK) and not is_utf_8(mapping):
            cure = "Write `encoding: utf-8` in the mapping"
            raise HitcastError(f"is UTF-8 by its first bytes, not {mapping.encoding}", name, cure)
        if is_utf_8(mapping) and (encoding := "utf-16" if start[:2] in UTF_16_MARKS else unmarked_utf_16(start)):
            mapping = replace(mapping, encoding=encoding)
        with open_text(path, mapping) as text:
            first = text.readline(MAX_HEADER)
            if mapping.delimiter == "," and has_tabs(path, first):
                mapping = replace(mapping, delimiter="\t")
            mapping = with_sep_line(mapping, first)
            above: list[str] = []
            lines: Iterator[str] = chain([first], text)
            if has_layout(mapping):
                above, header = header_of(lines, mapping, name)
                lines = chain([header], text)
            found = captured(mapping, path, lambda: above)
            try:
                headers = next(csv.reader(lines, delimiter=mapping.delimiter), [])
            except csv.Error as error:
                raise HitcastError(f"has no readable header ({error})", name, "Is it a CSV file?") from None
    if any("\0" in header for header in headers):
        cure = "Ask for it again, or correct `encoding:` in the mapping"
        raise HitcastError(f"has NUL bytes in its header, so it is not {mapping.encoding}", name, cure)
    return mapping, tuple(plain_header(header) for header in headers), found


def has_tabs(path: Path, first: str) -> bool:
    """Whether tabs separate fields: a TSV file with commas between them is not one, a text file may be either."""
    name = path.name.lower().removesuffix(".gz")
    return name.endswith(".tsv") or (name.endswith(".txt") and "\t" in first)


def copy_plain(path: Path, mapping: TableMapping, target: Path) -> None:
    """Writes a file as plain UTF-8.

    Raises:
        HitcastError: It is broken, not in its encoding, or a bomb.
    """
    with clear_failures(path, mapping), target.open("wb") as plain:
        if is_utf_8(mapping):
            with open_binary(path) as packed:
                shutil.copyfileobj(packed, plain, CHUNK)
        else:
            with open_text(path, mapping) as text:
                while chunk := text.read(CHUNK):
                    plain.write(chunk.encode("utf-8"))


def first_text_lines(path: Path, mapping: TableMapping, most: int) -> list[list[str]]:
    """The first lines of a file, split at the delimiter."""
    with clear_failures(path, mapping), open_text(path, mapping) as text:
        lines = [text.readline(MAX_HEADER) for _ in range(most)]
    return [line.strip("\r\n").split(mapping.delimiter) for line in lines]


def plain_header(text: str) -> str:
    """A header without what nobody sees."""
    return "".join(" " if mark in "\u00a0\u202f" else "" if mark in UNSEEN else mark for mark in text).strip()
