"""From documents to a corpus: licensed, without doubles, without test cases."""

import hashlib
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from surrobrain.brainbench.corpus.document import Document
from surrobrain.brainbench.corpus.exclusion import Exclusion, exclusion
from surrobrain.brainbench.corpus.licences import permitted
from surrobrain.brainbench.corpus.read_corpus import MANIFEST, Corpus, describe_corpus
from surrobrain.brainbench.corpus.shards import line_of, write_shard
from surrobrain.brainbench.item import Item
from surrobrain.checks import positive
from surrobrain.files import write_json

__all__ = ["LICENCES", "write_corpus"]

LICENCES = ("CC0", "CC-BY")
"""Licences that ask for no more than a name."""


def write_corpus(
    documents: Iterable[Document], folder: str | Path, *,
    licences: Collection[str] = LICENCES, unlicensed_abstracts: bool = True,
    exclude: Exclusion | str | Path | Iterable[Item | str] = (),
    shard_megabytes: float = 64.0, provenance: Mapping[str, object] | None = None,
) -> Corpus:  # fmt: skip
    """Write a corpus: shards of compressed JSON lines, and a description beside them.

    Left out, and counted by reason: what a test case is made of, what has no permitted licence,
    doubles (the same DOI, PMID, PMCID or wording as an earlier document), retracted work, notices,
    and documents without text.

    Parameters
    ----------
    documents : iterable of Document
        Taken one after another.
    folder : str or Path
        Gets ``corpus-00000.jsonl.zst``, ... and, last of all, ``corpus.json``.
    licences : collection of str, default ("CC0", "CC-BY")
        Permitted, with a version (that one alone) or without (all).
    unlicensed_abstracts : bool, default True
        Whether abstracts may come without a permitted licence; the record says which did.
    exclude : Exclusion, path, or iterable of Item or str
        As for `exclusion`.
    shard_megabytes : float, default 64
        Size of a shard before compression.
    provenance : mapping, optional
        How the documents were found; what JSON can hold.

    Returns
    -------
    Corpus

    Raises
    ------
    ValueError
        No document is left.

    Examples
    --------
    >>> import tempfile
    >>> from surrobrain.brainbench import Document, write_corpus
    >>> documents = [Document("Grid cells", "They tile space.", doi="10.1/x"),
    ...              Document("Grid cells.", "They tile space!", doi="10.1/X")]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     dict(write_corpus(documents, folder).left_out)
    {'same DOI as an earlier one': 1}
    """
    target = Path(folder)
    out = exclude if isinstance(exclude, Exclusion) else exclusion(exclude)
    size = int(positive(shard_megabytes, "shard_megabytes", unit="MB") * 1e6)
    (target / MANIFEST).unlink(missing_ok=True)  # while shards change, there is no corpus
    tally = _Tally()
    rules = _Rules(frozenset(licences), unlicensed_abstracts, out)
    shards: list[tuple[str, str]] = []
    for lines in _batches(_kept(documents, rules, tally), size):
        name = f"corpus-{len(shards):05d}.jsonl.zst"
        shards.append((name, write_shard(target / name, lines)))
    for stale in set(target.glob("corpus-*.jsonl.zst")) - {target / name for name, _ in shards}:
        stale.unlink()
    if not shards:
        reasons = ", ".join(f"{n} {why}" for why, n in sorted(tally.left_out.items()))
        raise ValueError(
            f"no document is left to write ({reasons or 'none arrived'}); widen the query or the "
            "licences"
        )
    write_json(target / MANIFEST, {
        "n_documents": tally.n_documents, "n_characters": tally.n_characters,
        **{name: dict(sorted(getattr(tally, name).items()))
           for name in ("kinds", "licences", "sources", "years", "left_out")},
        "shards": shards,
        "provenance": {"licences": sorted(licences), "unlicensed_abstracts": unlicensed_abstracts,
                       "n_excluded_dois": len(out.dois), "n_excluded_texts": len(out.n_phrases),
                       **dict(provenance or {})},
    })  # fmt: skip
    return describe_corpus(target)


@dataclass
class _Tally:
    """Counts while documents pass."""

    n_documents: int = 0
    n_characters: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    licences: Counter[str] = field(default_factory=Counter)
    sources: Counter[str] = field(default_factory=Counter)
    years: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class _Rules:
    licences: frozenset[str]
    unlicensed_abstracts: bool
    out: Exclusion

    def reason(self, document: Document, seen: set[str]) -> str | None:
        """Say why a document stays out, or None."""
        if document.kind in ("retracted", "notice"):
            return document.kind
        if not (document.abstract or document.text):
            return "without text"
        free = document.kind == "abstract" and self.unlicensed_abstracts
        if not free and not permitted(document.licence, self.licences):
            return f"licence {document.licence}"
        double = next((kind for kind, key in _keys(document) if key in seen), None)
        if double:
            return f"same {double} as an earlier one"
        return self.out.reason(document)


def _kept(documents: Iterable[Document], rules: _Rules, tally: _Tally) -> Iterator[bytes]:
    seen: set[str] = set()
    for document in documents:
        why = rules.reason(document, seen)
        if why is not None:
            tally.left_out[why] += 1
            continue
        seen.update(key for _, key in _keys(document))
        tally.n_documents += 1
        tally.n_characters += len(document.content)
        tally.kinds[document.kind] += 1
        tally.licences[document.licence] += 1
        tally.sources[document.source or "unstated"] += 1
        tally.years[str(document.year or "unknown")] += 1
        yield line_of(document)


def _keys(document: Document) -> list[tuple[str, str]]:
    """Return what makes a document the same as another."""
    d = document
    named = [("DOI", (d.doi or "").lower()), ("PMID", d.pmid), ("PMCID", d.pmcid)]
    words = " ".join(re.findall(r"\w+", f"{d.abstract} {d.text}".lower()))
    wording = hashlib.sha256(words.encode()).hexdigest()
    return [*((kind, f"{kind}:{key}") for kind, key in named if key), ("wording", wording)]


def _batches(lines: Iterable[bytes], size: int) -> Iterator[list[bytes]]:
    batch: list[bytes] = []
    length = 0
    for line in lines:
        if batch and length + len(line) > size:
            yield batch
            batch, length = [], 0
        batch.append(line)
        length += len(line)
    if batch:
        yield batch
