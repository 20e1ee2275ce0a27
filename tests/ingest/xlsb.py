"""A writer of small XLSB files, by [MS-XLSB]: cells of text, numbers and dates."""

import struct
import zipfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path

CONTENT_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="bin" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/>'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>'
)
RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
HIDDEN = 1
SHORT_DATE = 14
"""Excel's own number format of that place."""


def _record(kind: int, data: bytes = b"") -> bytes:
    head = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size, length = len(data), b""
    while size >= 0x80:
        length += bytes([size & 0x7F | 0x80])
        size >>= 7
    return head + length + bytes([size]) + data


def _text(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def _cell(column: int, value: object) -> bytes:
    if isinstance(value, date):
        return _record(5, struct.pack("<IId", column, 1, value.toordinal() - date(1899, 12, 30).toordinal()))
    if isinstance(value, int | float):
        return _record(5, struct.pack("<IId", column, 0, value))
    return _record(6, struct.pack("<II", column, 0) + _text(str(value)))


def sheet(cells: dict[tuple[int, int], object]) -> bytes:
    """A sheet of the cells at these rows and columns, from 0."""
    extent = [max((place[axis] for place in cells), default=0) for axis in (0, 1)]
    parts, last = [_record(129), _record(148, struct.pack("<4I", 0, extent[0], 0, extent[1])), _record(145)], -1
    for (row, column), value in sorted(cells.items(), key=lambda item: item[0]):
        if row != last:
            parts.append(_record(0, struct.pack("<I", row) + bytes(13)))
            last = row
        parts.append(_cell(column, value))
    return b"".join([*parts, _record(146), _record(130)])


def table(rows: Sequence[Sequence[object]]) -> bytes:
    """A sheet of rows; None leaves a cell out."""
    return sheet({(r, c): value for r, row in enumerate(rows) for c, value in enumerate(row) if value is not None})


def write_xlsb(path: Path, sheets: dict[str, bytes], hidden: Sequence[str] = ()) -> Path:
    """Writes a workbook of sheets made by `sheet` or `table`."""
    bundle, links = b"", ""
    for number, name in enumerate(sheets, 1):
        state = HIDDEN if name in hidden else 0
        bundle += _record(156, struct.pack("<II", state, number) + _text(f"rId{number}") + _text(name))
        target = f'Type="{RELATIONSHIPS}/worksheet" Target="worksheets/sheet{number}.bin"'
        links += f'<Relationship Id="rId{number}" {target}/>'
    links += f'<Relationship Id="rId{len(sheets) + 1}" Type="{RELATIONSHIPS}/styles" Target="styles.bin"/>'
    formats = [0, SHORT_DATE]
    styles = b"".join(_record(47, struct.pack("<HH", 0, number) + bytes(12)) for number in formats)
    start = "http://schemas.openxmlformats.org/package/2006/relationships"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", CONTENT_TYPES)
        office = f'<Relationship Id="rId1" Type="{RELATIONSHIPS}/officeDocument" Target="xl/workbook.bin"/>'
        packed.writestr("_rels/.rels", f'<Relationships xmlns="{start}">{office}</Relationships>')
        packed.writestr("xl/workbook.bin", _record(131) + _record(143) + bundle + _record(144) + _record(132))
        packed.writestr("xl/_rels/workbook.bin.rels", f'<Relationships xmlns="{start}">{links}</Relationships>')
        cell_formats = _record(617, struct.pack("<I", len(formats))) + styles + _record(618)
        packed.writestr("xl/styles.bin", _record(278) + cell_formats + _record(279))
        for number, content in enumerate(sheets.values(), 1):
            packed.writestr(f"xl/worksheets/sheet{number}.bin", content)
    return path
