"""Documents from XML files that somebody has downloaded already."""

import gzip
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from surrobrain.brainbench.corpus.document import Document
from surrobrain.brainbench.corpus.jats import parse_jats
from surrobrain.brainbench.corpus.pubmed_xml import parse_pubmed
from surrobrain.checks import existing_file

__all__ = ["read_articles"]

_endings = (".xml", ".nxml", ".xml.gz")


def read_articles(paths: str | Path | Iterable[str | Path]) -> Iterator[Document]:
    """Yield the articles of JATS files, and the abstracts of PubMed's files.

    Parameters
    ----------
    paths : path or iterable of path
        Files ending in xml, nxml or xml.gz, and folders that are searched for such.

    Returns
    -------
    iterator of Document
        In the order of the names.

    Raises
    ------
    FileNotFoundError
        Nothing of the kind is there.
    ValueError
        A file is damaged; the message names it.

    Examples
    --------
    >>> from surrobrain.brainbench import read_articles, write_corpus
    >>> write_corpus(read_articles("downloads"), "corpus")  # doctest: +SKIP
    """
    given = [paths] if isinstance(paths, str | Path) else list(paths)
    files = [file for path in given for file in _files(existing_file(path))]
    if not files:
        raise FileNotFoundError(
            f"no file in {', '.join(map(str, given)) or 'an empty list'} ends in "
            f"{', '.join(_endings)}"
        )
    return _read(files)


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    return sorted(p for p in path.rglob("*") if p.is_file() and p.name.endswith(_endings))


def _read(files: Iterable[Path]) -> Iterator[Document]:
    for file in files:
        content = file.read_bytes()
        if file.name.endswith(".gz"):
            try:
                content = gzip.decompress(content)
            except (OSError, EOFError, zlib.error) as error:
                raise ValueError(f"{file.name} is no gzip file: {error}") from error
        if b"<PubmedArticle" in content[:5000]:
            yield from parse_pubmed(content, name=file.name)
        else:
            yield parse_jats(content, name=file.name, source="file")
