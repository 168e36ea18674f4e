"""A corpus on disk: what is in it, and its documents one after another."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from surrobrain.brainbench.corpus.document import Document
from surrobrain.brainbench.corpus.shards import read_shard
from surrobrain.checks import existing_file

__all__ = ["MANIFEST", "Corpus", "describe_corpus", "read_corpus"]

MANIFEST = "corpus.json"


@dataclass(frozen=True)
class Corpus:
    """What a corpus holds, and what was kept out of it.

    Parameters
    ----------
    folder : Path
        Where it is.
    n_documents, n_characters : int
        How much is in it.
    kinds, licences, sources, years : mapping of str to int
        Documents of each.
    left_out : mapping of str to int
        Documents kept out, by reason.
    shards : tuple of (str, str)
        Files in order, and their sha256.
    provenance : mapping of str to object
        How it was made.

    Examples
    --------
    >>> import tempfile
    >>> from surrobrain.brainbench import Document, write_corpus
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     corpus = write_corpus([Document("Grid cells", "They tile space.")], folder)
    >>> corpus.n_documents, dict(corpus.licences)
    (1, {'unstated': 1})
    """

    folder: Path
    n_documents: int
    n_characters: int
    kinds: Mapping[str, int]
    licences: Mapping[str, int]
    sources: Mapping[str, int]
    years: Mapping[str, int]
    left_out: Mapping[str, int]
    shards: tuple[tuple[str, str], ...]
    provenance: Mapping[str, object]


def describe_corpus(folder: str | Path) -> Corpus:
    """Read what a corpus says of itself.

    Raises
    ------
    FileNotFoundError
        There is no finished corpus.
    ValueError
        Its description is damaged.
    """
    path = existing_file(folder)
    if not (path / MANIFEST).exists():
        raise FileNotFoundError(
            f"{str(folder)!r} holds no finished corpus: {MANIFEST} is missing; run the harvest "
            "again, it goes on where it stopped"
        )
    try:
        said = json.loads((path / MANIFEST).read_text())
        shards = tuple((str(name), str(digest)) for name, digest in said.pop("shards"))
        return Corpus(folder=path, shards=shards, **said)
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise ValueError(f"{MANIFEST} is damaged ({error}); write the corpus again") from error


def read_corpus(folder: str | Path) -> Iterator[Document]:
    """Yield the documents of a corpus, in the order of writing.

    Parameters
    ----------
    folder : str or Path
        Written by `write_corpus` or `harvest_corpus`.

    Returns
    -------
    iterator of Document
        One shard is in memory at a time.

    Raises
    ------
    FileNotFoundError
        There is no finished corpus.
    ValueError
        A file is missing or changed since it was written.

    Examples
    --------
    >>> import tempfile
    >>> from surrobrain.brainbench import Document, read_corpus, write_corpus
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = write_corpus([Document("Grid cells", "They tile space.", doi="10.1/x")], folder)
    ...     [document.doi for document in read_corpus(folder)]
    ['10.1/x']
    """
    corpus = describe_corpus(folder)
    for name, digest in corpus.shards:
        yield from read_shard(corpus.folder / name, sha256=digest)
