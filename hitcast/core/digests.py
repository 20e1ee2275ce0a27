"""Digests by which a file is known to be as it was written: beside it, or as a seal inside it."""

import hashlib
import json
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

NO_DIGEST = "0" * 64
"""What stands in the seal's place while it is computed."""
PARQUET_KEY = "hitcast_digest"
"""Of a Parquet file's seal, among its metadata."""
UNFIT = "its digest does not fit"


def digest_of(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sealed(content: bytes) -> bytes:
    """Content with the digest of all its bytes in the place of `NO_DIGEST`, the last one in it."""
    head, _, tail = content.rpartition(NO_DIGEST.encode())
    return head + hashlib.sha256(content).hexdigest().encode() + tail


def fits(content: bytes, seal: str) -> bool:
    """Whether content is as it was sealed.

    Args:
        content: All bytes.
        seal: The digest that they carry.
    """
    head, found, tail = content.rpartition(seal.encode())
    digest = hashlib.sha256(head)
    digest.update(NO_DIGEST.encode() + tail)
    return bool(found) and digest.hexdigest() == seal


def sealed_json(plain: Mapping[str, Any]) -> bytes:
    """A JSON object that carries its digest, as the bytes of a file."""
    text = json.dumps({**plain, "digest": NO_DIGEST}, ensure_ascii=False, indent=1, allow_nan=False)
    return sealed(text.encode())


def parquet_seal(content: bytes) -> str | None:
    """The digest that a Parquet file carries; None where it carries none.

    Raises:
        pyarrow.ArrowException: It is no Parquet file, or damaged.
    """
    import pyarrow.parquet as pq

    seal = (pq.read_metadata(BytesIO(content)).metadata or {}).get(PARQUET_KEY.encode())
    return None if seal is None else seal.decode(errors="replace")
