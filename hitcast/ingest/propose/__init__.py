"""A mapping proposed for exports that nobody has described: looked at, guessed, asked about, written as YAML."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from hitcast.core.errors import HitcastError
from hitcast.ingest.archives import unpack
from hitcast.ingest.contract import LEDGER, Contract, load_contracts
from hitcast.ingest.finding import MAX_NAMED, find_files, kind_of, name_of, shown
from hitcast.ingest.propose.draft import Draft, as_yaml
from hitcast.ingest.propose.evidence import Context, context_of
from hitcast.ingest.propose.globs import family_of
from hitcast.ingest.propose.guess import SURE, TableGuess, nearest, tables_of
from hitcast.ingest.propose.profiles import CODE, Profile, profiles_of
from hitcast.ingest.propose.reasons import no_days
from hitcast.ingest.propose.repeats import hints_of
from hitcast.ingest.propose.sniff import Sample, sample

# Files of one kind that are looked at.
MAX_LOOKED_AT = 8
# A rival within this much of the best guess is asked about.
CLOSE = 0.12
MAX_TEXT = 300
"""Letters about one file in a message."""
MARKS = (",", ";", "|")
CODED = re.compile(r"(c|col|column|f|field|v|var|x|колонка|столбец|поле|unnamed)?[:. _-]*\d*|[a-z]", re.IGNORECASE)
"""A header that says nothing: files of other columns may have the same."""
JOINED = 0.3
HALF = 0.5
"""Of the columns that a table needs: so many have to be sure in a file that seems to be of another table."""

TYPED = ("parquet", "json")
MIN_COLUMNS = 3
"""Of a sheet that is a table, not a list of parameters."""
MAX_WORDS = 60
"""Values of a column that holds words, not texts."""

Ask = Callable[[str, Sequence[str]], int]
"""Takes a question and its answers, the likeliest first; gives the place of the one chosen."""


@dataclass(frozen=True)
class Kind:
    """Files of one shape.

    Attributes:
        paths: The files.
        samples: The beginning of a few of them, spread: later ones may be written otherwise than the first ones.
        words: Values of columns that hold few, in all files, by header.
    """

    paths: list[Path]
    samples: list[Sample]
    words: dict[str, dict[str, None]]


def propose(paths: Sequence[Path], territory: str, ask: Ask | None = None) -> tuple[list[Draft], list[str]]:
    """What each kind of file among the exports feeds, and the mapping files that say so.

    Args:
        paths: Files and folders.
        territory: The project's own, for files that name none.
        ask: Asks the user, at most once for each kind of file; None to ask nothing.

    Returns:
        A draft for each kind, and the text of the mapping files: a second one where two kinds feed one table.

    Raises:
        HitcastError: A file cannot be read, or none feeds a table.
    """
    contracts = {name: contract for name, contract in load_contracts().items() if name != LEDGER}
    found, _ = find_files(paths)
    with duckdb.connect() as connection, TemporaryDirectory() as folder:
        files = [file for path in found for file in _unpacked(path, Path(folder))]
        prose = [file for file in files if file not in paths and _is_prose(file, connection)]
        files = [file for file in files if file not in prose]
        kinds = [(kind, *profiles_of(kind.samples, connection)) for kind in _kinds(files, connection)]
    drafts, tables, contexts = [], [], []
    for kind, profiles, form in kinds:
        others = [profile for other, every, _ in kinds if other is not kind for profile in every]
        contexts.append(context := context_of(profiles, _joins(profiles, others)))
        drafts.append(Draft(kind.samples, kind.paths, None, form, kind.words))
        tables.append(_tables(kind, context, contracts, territory))
    drafts = _decided(drafts, tables, ask)
    if not any(draft.table for draft in drafts):
        raise _nothing_fits(paths, prose, kinds, contexts, contracts)
    drafts = [
        draft if draft.table or table else replace(draft, reason=_lacking(kind, context, contracts))
        for draft, table, (kind, *_), context in zip(drafts, tables, kinds, contexts, strict=True)
    ]
    drafts += [Draft([], [file], None, (".", ""), {}) for file in prose]
    return drafts, _mapping_files(drafts, contracts)


def _nothing_fits(
    paths: Sequence[Path],
    prose: Sequence[Path],
    kinds: Sequence[tuple[Kind, object, object]],
    contexts: Sequence[Context],
    contracts: Mapping[str, Contract],
) -> HitcastError:
    """The refusal of exports none of which feeds a table, with what each lacks."""
    where, what = ", ".join(map(str, paths)), "no file has columns that could feed a table"
    if not kinds:
        names = ", ".join(name_of(path) for path in prose[:MAX_NAMED]) or "archives without a file that is read"
        return HitcastError(f"{what}: only {names}", where, "Name a file itself to have it looked at")
    texts = []
    for (kind, *_), context in list(zip(kinds, contexts, strict=True))[:MAX_NAMED]:
        headers, rows = kind.samples[0].headers, kind.samples[0].rows
        detail = _lacking(kind, context, contracts)
        if len(headers) == 1:
            detail = f"one column alone, {headers[0]}: its fields are not separated by {' '.join(MARKS)} or tabs"
        elif not rows:
            detail = f"no rows below the header {', '.join(headers)}"
        texts.append(shown(f"{kind.paths[0].name} has {detail}"[:MAX_TEXT]))
    cure = "Ask for what is lacking, or write a mapping by hand: docs/ingest.md says how"
    return HitcastError(f"{what}: {'; '.join(texts)}", where, cure)


def _tables(kind: Kind, context: Context, contracts: Mapping[str, Contract], territory: str) -> list[TableGuess]:
    """The tables that files may feed; where they lack nothing of one but a day, and no date is it, others for sure."""
    table, lacking = nearest(contracts, context)
    sample = kind.samples[0]
    found = tables_of(sample.path.name, contracts, context, territory)
    if lacking == [contracts[table].day_column] and no_days(context.profiles, sample.path.name, sample.layout.above):
        found = [guess for guess in found if guess.sure_share >= HALF]
    return found


def _lacking(kind: Kind, context: Context, contracts: Mapping[str, Contract]) -> str:
    """What files lack of the table that they come nearest to, and why dates in them are not its day."""
    table, lacking = nearest(contracts, context)
    sample = kind.samples[0]
    detail = f"nothing that could be {', '.join(lacking)} of {table}"
    if contracts[table].day_column in lacking:
        reasons = no_days(context.profiles, sample.path.name, sample.layout.above)
        detail += f" ({'; '.join(reasons)})" if reasons else ""
    return f"{detail}; found {', '.join(sample.headers)}"


def _unpacked(path: Path, folder: Path) -> list[Path]:
    """A file, or those of an archive that can be read."""
    if kind_of(path) != "zip":
        return [path]
    return [file for file in unpack(path, folder) if kind_of(file) not in (None, "zip")]


def _is_prose(path: Path, connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether a text or JSON file that nobody named is no table."""
    if not path.name.lower().removesuffix(".gz").endswith((".txt", ".json")):
        return False
    try:
        return all(len(one.headers) == 1 for one in sample(path, connection))
    except HitcastError:
        return True


def _kinds(files: Sequence[Path], connection: duckdb.DuckDBPyConnection) -> list[Kind]:
    """Files of the same shape together, with samples of a few of them; of a workbook, its fullest sheet is meant."""
    kinds: dict[tuple[object, ...], Kind] = {}
    for path in sorted(files, key=lambda path: kind_of(path) in TYPED):
        best = _fullest(path, connection)
        # a file with types takes no encoding or delimiter, so that it can be of the kind of a text
        columns = _columns(best)
        shape = next((key for key in kinds if key[0] == columns and best.kind in TYPED), (columns, *best.shape))
        kind = kinds.setdefault(shape, Kind([], [], {}))
        kind.paths.append(path)
        for header, *values in zip(best.headers, *best.rows, strict=True):
            words = dict.fromkeys(filter(None, values))
            if len(words) <= MAX_WORDS:
                kind.words.setdefault(header, {}).update(words)
    for kind in kinds.values():
        # how numbers are written is for texts to say
        texts = [path for path in kind.paths if kind_of(path) not in TYPED]
        kind.samples.extend(_fullest(path, connection) for path in _spread(texts or kind.paths))
    return list(kinds.values())


def _columns(one: Sample) -> tuple[str, ...]:
    """What the columns of a file are known by: headers, with the file's name where these are mere numbers."""
    is_coded = all(map(CODED.fullmatch, one.headers))
    return (*one.headers, family_of(one.path)) if is_coded else one.headers


def _fullest(path: Path, connection: duckdb.DuckDBPyConnection) -> Sample:
    """The fullest sheet, a hidden one or a list of parameters only where there is no other; a file that has none."""

    def fullness(one: Sample) -> tuple[bool, bool, int]:
        is_table = len(one.headers) >= MIN_COLUMNS
        return is_table and not one.is_hidden, is_table, len(one.rows) * len(one.headers)

    samples = sample(path, connection)
    if not samples:
        raise HitcastError("is empty", name_of(path), "Ask for it again, or leave it out")
    best = max(samples, key=fullness)
    return replace(best, alike=tuple(one.sheet for one in samples if one is not best and one.headers == best.headers))


def _spread(paths: Sequence[Path]) -> list[Path]:
    """A few files, the first and the last among them: later ones may hold words that the first ones do not."""
    steps = min(len(paths), MAX_LOOKED_AT) - 1
    return [paths[round(i * (len(paths) - 1) / max(steps, 1))] for i in range(steps + 1)]


def _joins(profiles: Sequence[Profile], others: Sequence[Profile]) -> Mapping[str, bool]:
    """Whether a column of codes holds values that a column of another kind of file holds too."""
    codes = [set(other.distinct) for other in others if _is_code(other)]
    return {
        profile.header: _is_code(profile)
        and any(len(codes_of & set(profile.distinct)) >= JOINED * len(profile.distinct) for codes_of in codes)
        for profile in profiles
    }


def _is_code(profile: Profile) -> bool:
    return len(profile.distinct) > 1 and not profile.dates and profile.share(CODE) > 0.5 and profile.number_share < 0.5


def _decided(drafts: Sequence[Draft], tables: Sequence[list[TableGuess]], ask: Ask | None) -> list[Draft]:
    """The drafts with their tables, the clearest first: a table that other columns feed already is less likely.

    Args:
        drafts: A draft for each kind of file.
        tables: The tables that each may feed, the best first.
        ask: Chooses among several.
    """
    decided, fed = list(drafts), dict[str, set[frozenset[str]]]()

    def score(place: int, table: TableGuess) -> float:
        headers = fed.get(table.contract.table, set()) - {frozenset(_columns(drafts[place].samples[0]))}
        return table.score - (CLOSE if headers else 0.0)

    for i in sorted(range(len(drafts)), key=lambda place: -_lead(tables[place])):
        ordered = sorted(tables[i], key=lambda table: -score(i, table))
        best = next(iter(ordered), None)
        close = [table for table in ordered if best and _is_rival(table, best)]
        is_asked = len(close) > 1 and ask is not None
        if is_asked and ask:
            answers = [_describe(table) for table in close] + ["leave it alone"]
            chosen = ask(f"What does {drafts[i].paths[0].name} hold?", answers)
            best, close = close[chosen] if chosen < len(close) else None, []
        rival = _describe(close[1]) if len(close) > 1 else ""
        decided[i] = _with_hints(replace(drafts[i], table=best, rival=rival), None if is_asked else ask)
        if best:
            fed.setdefault(best.contract.table, set()).add(frozenset(_columns(drafts[i].samples[0])))
    return decided


def _with_hints(draft: Draft, ask: Ask | None) -> Draft:
    """The draft with what its rows suggest; that they add up is asked, where nothing was asked of these files yet."""
    hints = hints_of(draft.table, draft.taken) if draft.table else []
    for hint in hints:
        if ask and hint.line == "combine: sum":
            question = f"Do the rows of {draft.paths[0].name} add up ({hint.reason})?"
            if ask(question, ["leave it open", "yes, they add up"]):
                return replace(draft, decided=[hint.line])
    return replace(draft, hints=hints)


def _lead(tables: Sequence[TableGuess]) -> float:
    """How far the best table is ahead of other ones."""
    scores = [tables[0].score] if tables else [0.0]
    scores += [table.score for table in tables if table.contract is not tables[0].contract]
    return scores[0] - max(scores[1:], default=0.0)


def _is_rival(table: TableGuess, best: TableGuess) -> bool:
    """Whether a table has to be asked about: it is close, or the best one's main count is not sure."""
    is_unsure = best.main is not None and best.main.sureness < SURE
    behind = best.score - table.score
    return behind < CLOSE or (is_unsure and table.contract is best.contract and behind < 3 * CLOSE)


def _describe(table: TableGuess) -> str:
    main = table.main
    return table.contract.table + (f", {main.column.name} from {main.source.label!r}" if main and main.source else "")


def _mapping_files(drafts: Sequence[Draft], contracts: Mapping[str, Contract]) -> list[str]:
    by_table = {name: [draft for draft in drafts if draft.table and draft.table.contract.table == name]
                for name in contracts}  # fmt: skip
    ignored = [path for draft in drafts if not draft.table for path in draft.paths]
    count = max(len(own) for own in by_table.values())
    parts = [[own[i] for own in by_table.values() if i < len(own)] for i in range(count)]
    return [as_yaml(part, ignored if i == 0 else []) for i, part in enumerate(parts)]
