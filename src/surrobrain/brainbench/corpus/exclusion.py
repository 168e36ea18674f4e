"""What must not be in a corpus: the articles that a model will be tested on."""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from surrobrain.brainbench.corpus.document import Document
from surrobrain.brainbench.item import Item
from surrobrain.checks import existing_file, text_of

__all__ = ["Exclusion", "exclusion", "plain_doi"]

_n_words = 8
_share = 0.5


@dataclass(frozen=True)
class Exclusion:
    """Articles to keep out, by DOI and by wording.

    Parameters
    ----------
    dois : frozenset of str
        As `plain_doi` writes them.
    phrases : mapping of str to tuple of int
        Runs of eight words of the test cases, and which cases they occur in.
    n_phrases : tuple of int
        How many different runs each case has.
    """

    dois: frozenset[str] = frozenset()
    phrases: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    n_phrases: tuple[int, ...] = ()

    def reason(self, document: Document) -> str | None:
        """Say why a document must stay out, or None.

        A preprint or a reprint has a DOI of its own: a document that holds half the runs of eight
        words of a test case stays out whatever it is called.
        """
        if document.doi and plain_doi(document.doi) in self.dois:
            return "DOI of a test case"
        met: Counter[int] = Counter()
        if self.phrases:
            for phrase in set(_phrases(document.content)):
                met.update(self.phrases.get(phrase, ()))
        if any(n >= _share * self.n_phrases[case] for case, n in met.items()):
            return "wording of a test case"
        return None


def exclusion(what: str | Path | Iterable[Item | str]) -> Exclusion:
    """Gather what to keep out of a corpus.

    Parameters
    ----------
    what : str, Path, or iterable of Item or str
        A file of test cases or DOIs (jsonl, csv with a column ``doi``, or one DOI a line), test
        cases, or DOIs. The ``original`` text of a case is kept out too, where it is known.

    Returns
    -------
    Exclusion

    Raises
    ------
    ValueError
        No DOI and no text is in it: nothing would be kept out.

    Examples
    --------
    >>> exclusion(["https://doi.org/10.1523/JNEUROSCI.2043-22.2023"]).dois
    frozenset({'10.1523/jneurosci.2043-22.2023'})
    """
    file = isinstance(what, str | Path)
    pairs = list(_in_file(what) if file else map(_of, what))
    dois = frozenset(plain_doi(doi) for doi, _ in pairs if doi)
    texts = [text for _, text in pairs if text]
    if file and not dois and not texts:
        raise ValueError(
            f"{Path(what).name} holds neither DOIs nor texts of test cases, so that nothing would "
            "be kept out; give jsonl or csv with doi or original, or one DOI a line"
        )
    where: dict[str, tuple[int, ...]] = {}
    counts = []
    for case, text in enumerate(texts):
        runs = set(_phrases(text))
        counts.append(len(runs))
        for run in runs:
            where[run] = (*where.get(run, ()), case)
    return Exclusion(dois, where, tuple(counts))


def plain_doi(doi: str) -> str:
    """Return a DOI in lower case, without address or prefix in front.

    Examples
    --------
    >>> plain_doi("doi:10.1038/S41562-024-02046-9")
    '10.1038/s41562-024-02046-9'
    """
    said = doi.strip().lower()
    return re.sub(r"^(https?://)?((dx\.)?doi\.org/|doi:\s*)?", "", said)


def _phrases(text: str) -> Iterator[str]:
    words = re.findall(r"\w+", text.lower())
    for start in range(len(words) - _n_words + 1):
        yield " ".join(words[start : start + _n_words])


def _of(entry: Item | str) -> tuple[str, str]:
    return (entry.doi or "", entry.original) if isinstance(entry, Item) else (entry, "")


def _in_file(path: str | Path) -> Iterator[tuple[str, str]]:
    found = existing_file(path)
    text = text_of(found)
    suffix = found.suffix.lower()
    if suffix in (".csv", ".tsv"):
        records = csv.DictReader(io.StringIO(text), delimiter="\t" if suffix == ".tsv" else ",")
        rows: Iterable[Mapping[str, object]] = list(records)
    elif suffix in (".jsonl", ".ndjson"):
        rows = [_json(line, number, found) for number, line in enumerate(text.splitlines(), 1)]
    else:
        rows = [{"doi": line} for line in text.splitlines() if not line.lstrip().startswith("#")]
    for row in rows:
        yield str(row.get("doi") or "").strip(), str(row.get("original") or "").strip()


def _json(line: str, number: int, path: Path) -> Mapping[str, object]:
    try:
        record = json.loads(line) if line.strip() else {}
    except ValueError as error:
        raise ValueError(f"line {number} of {path.name} is no JSON: {error}") from error
    if not isinstance(record, dict):
        raise ValueError(f"line {number} of {path.name} is no record but {line[:60]!r}")
    return record
