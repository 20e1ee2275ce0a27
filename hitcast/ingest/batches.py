"""Vendor files made plain, as many at a time as one statement reads."""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import groupby
from pathlib import Path

from hitcast.ingest.readers import Source, prepare

# Little, for the progress bar's, temporary files' and the reader's buffers' sake.
BATCH_BYTES, BATCH_FILES = 16 << 20, 500


def prepared_batches(sources: list[Source], work_dir: Path) -> Iterator[tuple[int, list[Source], list[Path]]]:
    """Neighboring files of one shape with their plain files, a batch at a time, each with the number of its first file.

    While one batch is read the next is unpacked, which keeps a second core busy.
    """

    def prepare_all(first: int, batch: list[Source]) -> list[Path]:
        return [prepare(source, work_dir, first + i) for i, source in enumerate(batch)]

    with ThreadPoolExecutor(1) as pool:
        waiting: deque[tuple[int, list[Source], Future[list[Path]]]] = deque()
        for first, batch in _batches(sources):
            waiting.append((first, batch, pool.submit(prepare_all, first, batch)))
            if len(waiting) > 1:
                ready_first, ready, files = waiting.popleft()
                yield ready_first, ready, files.result()
        for ready_first, ready, files in waiting:
            yield ready_first, ready, files.result()


def _batches(sources: list[Source]) -> Iterator[tuple[int, list[Source]]]:
    """As `prepared_batches`, without the plain files."""
    number = 0
    for _, alike in groupby(sources, key=_shape):
        batch: list[Source] = []
        size = 0
        for source in alike:
            batch.append(source)
            size += source.size
            if size >= BATCH_BYTES or len(batch) >= BATCH_FILES:
                yield number, batch
                number, batch, size = number + len(batch), [], 0
        if batch:
            yield number, batch
            number += len(batch)


def _shape(source: Source) -> tuple[object, ...]:
    return source.kind, source.headers, source.types, source.mapping, source.wide
