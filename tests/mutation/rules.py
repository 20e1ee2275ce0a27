"""Mutants of SQL macros, made by rules: each a single change that a test ought to notice."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

# nothing there is a mutant; what a macro means on Spark is not for tests on DuckDB to notice
LEFT_OUT = re.compile(r"\{#.*?#\}|--[^\n]*|\{%-? macro spark__.*?endmacro -?%\}|\{%-? (?:end)?macro .*?%\}", re.DOTALL)


@dataclass(frozen=True)
class Mutant:
    """One change of one file.

    Attributes:
        file: Path below the project's folder.
        kind: Name of the rule that made it.
        line: Number of the changed line in the original, from 1.
        before: The lines that change, as they are.
        after: The same lines, changed.
        text: The whole file, changed.
    """

    file: str
    kind: str
    line: int
    before: str
    after: str
    text: str


Change = str | Callable[[re.Match[str]], str]

RULES: tuple[tuple[str, str, Change], ...] = (
    ("edge", r"<=|>=|<|>", lambda found: {"<=": "<", "<": "<=", ">=": ">", ">": ">="}[found[0]]),
    ("sign", r"(?<=\s)[-+](?=\s)", lambda found: {"-": "+", "+": "-"}[found[0]]),
    ("product", r"(?<=\s)[*/](?=\s)", lambda found: {"*": "/", "/": "*"}[found[0]]),
    ("number", r"(?<![\w.'-])\d+(?![\w.'-])", lambda found: str(int(found[0]) + 1)),
    ("date", r"(?<=\d{4}-\d\d-)\d\d", lambda found: f"{int(found[0]) + 1:02}"),
    ("extreme", r"\b(?:max|min|sum)\b(?= |\()", lambda found: {"max": "min", "min": "max", "sum": "max"}[found[0]]),
    ("logic", r"\b(?:and|or)\b(?= )", lambda found: {"and": "or", "or": "and"}[found[0]]),
    ("negation", r"\bnot (?=null|loop)", ""),
    ("membership", r"\b(?:in|exists)(?= \()", lambda found: f"not {found[0]}"),
    ("membership", r"\bexists(?= \()", "false and exists"),
    ("filter", r" filter \(where [^()]*\)", ""),
    ("operands", r"(\{\{ \w+ \}\}) - (\{\{ \w+ \}\})", r"\2 - \1"),
    # Whole conditions on lines of their own: the second of a pair goes, or the first has no say.
    ("condition", r"(?<=\n) *(?:and|or) (?![^\n]*\(\n)[^\n]*\n", ""),
    ("condition", r"(?<=\n)( *+)(?!and |or |\{%)[^\n]+(?=\n\s*and )", r"\1true"),
    ("condition", r"(?<=\n)( *+)(?!and |or |\{%)[^\n]+(?=\n\s*or )", r"\1false"),
)


def mutants_of(project: Path, file: str, kinds: tuple[str, ...] = (), lines: str = "") -> list[Mutant]:
    """Every mutant of a file, in order of place.

    Args:
        project: The project's folder.
        file: Path below it.
        kinds: Rules to apply; all where empty.
        lines: Regular expression that a line must hold to be changed.
    """
    text = (project / file).read_text(encoding="utf-8")
    # what is left out stays as long as it is, so that places stay what they are
    code = LEFT_OUT.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)
    found = []
    for kind, pattern, change in RULES:
        if kinds and kind not in kinds:
            continue
        for match in re.finditer(pattern, code):
            replacement = change(match) if callable(change) else match.expand(change)
            start, end = match.span()
            first, last = text.rfind("\n", 0, start) + 1, text.find("\n", max(start, end - 1))
            if lines and not re.search(lines, text[first:last]):
                continue
            found.append(
                Mutant(
                    file,
                    kind,
                    text.count("\n", 0, start) + 1,
                    text[first:last].strip(),
                    (text[first:start] + replacement + text[end : max(last, end)]).strip(),
                    text[:start] + replacement + text[end:],
                )
            )
    return sorted(found, key=lambda mutant: (mutant.line, mutant.kind))
