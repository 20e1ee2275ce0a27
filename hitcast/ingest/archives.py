"""ZIP archives: their files unpacked, each still called by the archive's name and its own."""

import lzma
import shutil
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from hitcast.core.errors import HitcastError
from hitcast.ingest.finding import HIDDEN, UNPACKED, name_of
from hitcast.ingest.texts import CHUNK, check_bomb

IS_UTF_8 = 0x800
BROKEN = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError)
"""What Python raises where a ZIP file, a workbook too, is damaged or packed in a way that it does not know."""


def unpack(archive: Path, folder: Path) -> list[Path]:
    """Unpacks an archive's files, hidden ones left out; what lies in an archive within it stays packed.

    Args:
        archive: A ZIP file.
        folder: Where to; `finding.name_of` knows the archive's name by it.

    Returns:
        The files, by path.

    Raises:
        HitcastError: It is broken, has a password, or is a bomb.
    """
    name = name_of(archive)
    is_here = not archive.is_absolute() and ".." not in archive.parts
    place = Path("here", archive) if is_here else Path("root", *archive.absolute().parts[1:])
    files = []
    try:
        with zipfile.ZipFile(archive) as packed:
            entries = [entry for entry in packed.infolist() if not entry.is_dir()]
            check_bomb(name, sum(entry.file_size for entry in entries), archive.stat().st_size)
            for entry in entries:
                parts = [part for part in PurePosixPath(_readable(entry)).parts if part not in ("..", "/")]
                if not parts or parts[-1].startswith(HIDDEN):
                    continue
                target = folder / UNPACKED / place / Path(*parts)
                target.parent.mkdir(parents=True, exist_ok=True)
                with packed.open(entry) as source, target.open("wb") as plain:
                    shutil.copyfileobj(source, plain, CHUNK)
                files.append(target)
    except BROKEN:
        raise HitcastError("is a broken or incomplete ZIP file", name, "Ask for it again") from None
    except RuntimeError:
        raise HitcastError("is a ZIP file with a password", name, "Unpack it first") from None
    except PermissionError as error:
        cure = "Give yourself the right to read it"
        raise HitcastError(f"cannot be read ({error.strerror})", name, cure) from None
    if not files:
        raise HitcastError("is a ZIP file without a file", name, "Ask for it again")
    return sorted(set(files))


def _readable(entry: zipfile.ZipInfo) -> str:
    """An entry's name; what does not say that it is UTF-8 may be, or is in the code page of a Russian Windows."""
    name = entry.filename.replace("\\", "/")
    if entry.flag_bits & IS_UTF_8 or name.isascii():
        return name
    for encoding in ("utf-8", "cp866"):
        try:
            return name.encode("cp437").decode(encoding)
        except UnicodeError:
            continue
    return name
