"""Parts of a page that needs nothing but itself: text, tables, figures, and their styles."""

import re
from collections.abc import Iterable, Sequence
from html import escape

import numpy as np

Cell = str | tuple[str, str]
"""Text, or text and what is shown small below it."""


def number(value: float, digits: int = 3) -> str:
    """A figure to so many decimals; a dash where there is none."""
    # Adding 0 turns the minus zero that rounding leaves into zero.
    return f"{round(value, digits) + 0.0:.{digits}f}".replace("-", "−") if np.isfinite(value) else "–"


def percent(share: float, digits: int = 1) -> str:
    """A share as a percentage."""
    return f"{number(100 * share, digits)} %" if np.isfinite(share) else "–"


def count(value: float) -> str:
    """A count with its thousands set apart."""
    return f"{value:,.0f}"


def paragraph(text: str) -> str:
    """Running text, escaped; text in backquotes is code."""
    marked = re.sub(r"`([^`]*)`", r"<code>\1</code>", escape(text))
    return f"<p>{marked}</p>"


def items(texts: Iterable[str]) -> str:
    """A list, escaped."""
    return "<ul>" + "".join(f"<li>{escape(text)}</li>" for text in texts) + "</ul>"


def table(
    name: str, caption: str, heads: Sequence[str], rows: Iterable[Sequence[Cell]], strong: Sequence[str] = ()
) -> str:
    """A table; the first column holds texts, the others figures.

    Args:
        name: Its id, by which it can be found.
        caption: What it shows, with unit and count.
        heads: Headings.
        rows: Cells of each row.
        strong: First cells of rows to be set in bold.
    """
    body = []
    for row in rows:
        mark = ' class="strong"' if row[0] in strong else ""
        cells = "".join(
            f"<{tag}>{_cell(cell)}</{tag.split()[0]}>" for tag, cell in zip(_tags(len(row)), row, strict=True)
        )
        body.append(f"<tr{mark}>{cells}</tr>")
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in heads)
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(caption, quote=True)}">'
        f'<table id="{escape(name, quote=True)}"><caption><span>{escape(caption)}</span></caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table></div>"
    )


def _tags(cells: int) -> list[str]:
    return ['th scope="row"', *["td"] * (cells - 1)]


def _cell(cell: Cell) -> str:
    if isinstance(cell, str):
        return escape(cell)
    main, small = cell
    return f"{escape(main)}<small>{escape(small)}</small>" if small else escape(main)


def figures(*charts: str) -> str:
    """Figures side by side where there is room."""
    return f'<div class="figures">{"".join(charts)}</div>'


def figure(chart: str, caption: str = "") -> str:
    """A drawing, with what its title and axes leave unsaid."""
    message = f"<figcaption>{escape(caption)}</figcaption>" if caption else ""
    return f"<figure>{chart}{message}</figure>"


def section(name: str, title: str, *parts: str) -> str:
    """A part of the page with a heading."""
    return f'<section id="{name}"><h2>{escape(title)}</h2>{"".join(parts)}</section>'


def subheading(text: str) -> str:
    """A heading within a section."""
    return f"<h3>{escape(text)}</h3>"


def folded(title: str, *parts: str) -> str:
    """Parts that are shown at a click."""
    return f"<details><summary>{escape(title)}</summary>{''.join(parts)}</details>"


def page(title: str, lead: str, sections: Sequence[tuple[str, str, str]]) -> str:
    """The whole page.

    Args:
        title: Its title.
        lead: The line below it.
        sections: Id, short title and HTML of each.
    """
    links = "".join(f'<a href="#{name}">{escape(short)}</a>' for name, short, _ in sections)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        # No icon is asked for, and nothing may be loaded: the page is all there is.
        '<link rel="icon" href="data:,">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
        'img-src data:">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body><main>"
        f'<h1>{escape(title)}</h1><p class="lead">{escape(lead)}</p><nav>{links}</nav>'
        f"{''.join(html for _, _, html in sections)}</main></body></html>\n"
    )


LIGHT = (
    "--paper:#fff;--ink:#1b1f24;--soft:#57606a;--rule:#d0d7de;--band:#f6f8fa;"
    "--one:#0a58b8;--two:#b35900;--three:#1a7f37;--four:#8250df"
)
DARK = (
    "--paper:#11151a;--ink:#e6e9ed;--soft:#9aa4af;--rule:#363e47;--band:#1a2027;"
    "--one:#6cb0ff;--two:#f0a04b;--three:#5fd17a;--four:#c297ff"
)
STYLE = f"""
:root{{{LIGHT};color-scheme:light dark}}
@media (prefers-color-scheme:dark){{:root{{{DARK}}}}}
*{{box-sizing:border-box}}
body{{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,"DejaVu Sans",sans-serif}}
main{{max-width:1120px;margin:0 auto;padding:1.5rem 1rem 4rem}}
h1{{font-size:1.7rem;line-height:1.2;margin:.5rem 0}}
h2{{font-size:1.3rem;margin:2.5rem 0 .5rem;padding-top:.75rem;border-top:2px solid var(--rule)}}
h3{{font-size:1.05rem;margin:1.75rem 0 .25rem}}
p,ul{{max-width:46rem;margin:.5rem 0}}
.lead,figcaption,caption,small{{color:var(--soft)}}
summary{{cursor:pointer;color:var(--one);margin:1rem 0}}
nav{{display:flex;flex-wrap:wrap;gap:.25rem 1rem;margin:1rem 0}}
a{{color:var(--one)}}
.scroll{{overflow-x:auto;margin:1rem 0}}
table{{border-collapse:collapse;font-size:.84rem;font-variant-numeric:tabular-nums}}
caption{{text-align:left;padding:0 0 .35rem;font-size:.9rem}}
caption span{{display:inline-block;position:sticky;left:0;max-width:min(46rem,calc(100vw - 2rem))}}
th,td{{padding:.3rem .45rem;text-align:right;vertical-align:top;border-bottom:1px solid var(--rule)}}
thead th{{vertical-align:bottom;background:var(--band);font-weight:600;max-width:9rem}}
th:first-child{{text-align:left;position:sticky;left:0;background:var(--paper);font-weight:400;max-width:min(32rem,45vw);min-width:7.5rem}}
thead th:first-child{{background:var(--band);font-weight:600}}
td{{white-space:nowrap}}
.strong+tr>*{{border-top:2px solid var(--rule)}}
.strong th,.strong td{{font-weight:650}}
small{{display:block;font-size:.82em;font-weight:400}}
.figures{{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,400px),1fr));gap:1rem;margin:1rem 0}}
figure{{margin:0;max-width:30rem}}
figure svg{{width:100%;height:auto;display:block}}
figcaption{{font-size:.85rem}}
@media print{{
:root{{{LIGHT}}}
body{{font-size:10pt}}main{{max-width:none;padding:0}}nav{{display:none}}
.scroll{{overflow:visible}}table{{font-size:6.6pt}}th,td{{padding:.15rem .25rem}}
th:first-child{{position:static}}figure,tr{{break-inside:avoid}}h2,h3,caption{{break-after:avoid}}
.figures{{grid-template-columns:repeat(2,1fr)}}
}}
""".strip().replace("\n", "")
