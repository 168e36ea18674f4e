"""Writing that is whole or absent: temporary file, fsync, replace."""

import hashlib
import io
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np

__all__ = [
    "filling", "scratch", "sha256", "write_arrays", "write_bytes", "write_json", "write_npy",
    "write_text",
]  # fmt: skip


def write_bytes(path: str | Path, content: bytes) -> Path:
    """Write a file so that a reader sees all of it or what was there before.

    Raises
    ------
    OSError
        The disk is full or the folder cannot be written; nothing is left behind.
    """
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(
        dir=target.parent, prefix=f".{target.name}.", suffix=".part"
    )
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(temporary, 0o666 & ~_umask())  # mkstemp's 0600 would hide results from colleagues
        os.replace(temporary, target)
        _sync_folder(target.parent)
    except BaseException as error:
        Path(temporary).unlink(missing_ok=True)
        if isinstance(error, OSError) and error.filename is None:  # a full disk names no file
            said = f"{error.strerror}; {target.name} was not written, what was there is unchanged"
            raise OSError(error.errno, said) from error
        raise
    return target


def write_text(path: str | Path, content: str) -> Path:
    """Write text in UTF-8, whole or not at all."""
    return write_bytes(path, content.encode())


def write_json(path: str | Path, content: object) -> Path:
    """Write readable JSON, whole or not at all; NaN is refused because JSON has none."""
    return write_text(path, json.dumps(content, indent=2, allow_nan=False) + "\n")


def write_npy(path: str | Path, values: np.ndarray) -> Path:
    """Write one array as npy, whole or not at all; object arrays are refused."""
    stream = io.BytesIO()
    np.save(stream, values, allow_pickle=False)
    return write_bytes(path, stream.getvalue())


def write_arrays(
    path: str | Path, arrays: Mapping[str, np.ndarray], metadata: Mapping[str, str] | None = None
) -> Path:
    """Write named arrays as safetensors, whole or not at all."""
    from safetensors.numpy import save

    content = {name: np.ascontiguousarray(value) for name, value in arrays.items()}
    return write_bytes(path, save(content, metadata=dict(metadata or {})))


@contextmanager
def filling(
    path: str | Path, *, shape: tuple[int, ...], dtype: np.dtype | type
) -> Iterator[np.ndarray]:
    """Yield an array on disk to be filled piece by piece; the npy file appears when all went well.

    For what is larger than memory. After an error nothing is left behind.
    """
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(
        dir=target.parent, prefix=f".{target.name}.", suffix=".part"
    )
    os.close(handle)
    try:
        values = np.lib.format.open_memmap(temporary, mode="w+", dtype=dtype, shape=shape)
        yield values
        values.flush()
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, target)
        _sync_folder(target.parent)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def scratch(shape: tuple[int, ...], dtype: np.dtype | type) -> np.ndarray:
    """Return an array in a nameless temporary file, which goes when the array goes."""
    with tempfile.TemporaryFile(prefix="surrobrain.") as stream:
        return np.memmap(stream, mode="w+", dtype=dtype, shape=shape)


def sha256(path: str | Path) -> str:
    """Return the hexadecimal sha256 of a file, read in pieces."""
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _sync_folder(folder: Path) -> None:
    """Make the new directory entry survive a power cut; not every system can."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
