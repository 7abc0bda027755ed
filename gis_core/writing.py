"""Files that people name: written aside and renamed, so that no half file ever stands there."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from gis_core.errors import StorageError
from gis_core.words import refusal


def require_folder(path: Path) -> None:
    """Refuse a file whose folder is not there, before long work is done for it.

    A folder is never made on the way: a mistyped name would hide the result where nobody looks.

    Raises
    ------
    StorageError
        If the folder of `path` does not exist, or `path` is itself a folder.
    """
    folder = path.absolute().parent
    if not folder.is_dir():
        raise StorageError(
            f"{path}: cannot be written, there is no folder {folder}. Make it, or name another "
            "file.",
            f"{path}：无法写入，文件夹 {folder} 不存在。请先建立该文件夹，或另选文件。",
        )
    if path.is_dir():
        raise StorageError(
            f"{path}: cannot be written, it is a folder. Name a file in it.",
            f"{path}：无法写入，这是一个文件夹。请指定其中的文件名。",
        )


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Give a file aside to write to; it becomes `path` when the block ends well.

    Whatever fails inside the block takes it away again, and what stood at `path` stays as it was.

    Raises
    ------
    StorageError
        If the folder is missing, the disk full or `path` not writable.
    """
    require_folder(path)
    part = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.part")
    try:
        yield part
        with part.open("rb+") as stream:
            os.fsync(stream.fileno())
        part.replace(path)
    except OSError as err:
        raise StorageError(
            f"{path}: cannot be written ({refusal(err).en}). Free some space or name another file; "
            "nothing was changed.",
            f"{path}：无法写入（{refusal(err).zh}）。请清理磁盘空间或另选文件；数据未作任何更改。",
        ) from err
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
