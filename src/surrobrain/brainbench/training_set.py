"""The literature as a model is tuned on it: sifted, split, packed, and kept in files."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from surrobrain.brainbench.corpus.document import Document
from surrobrain.brainbench.corpus.exclusion import Exclusion, exclusion, plain_doi
from surrobrain.brainbench.item import Item
from surrobrain.files import write_json, write_npy, write_text
from surrobrain.pretrained.packing import Packed, pack, tokenize

__all__ = ["Source", "TrainingSet", "make_training_set", "open_training_set"]

_SPLITS = ("train", "held_out")
_FACTS, _DOCUMENTS = "facts.json", "documents.csv"
_AT_ONCE = 64  # documents, so that a fast tokenizer can use its threads


@dataclass(frozen=True)
class Source:
    """What a training set was made of.

    Parameters
    ----------
    n_documents : dict of str to int
        In "train" and "held_out".
    n_tokens : dict of str to int
        Likewise, separators included.
    n_benchmark : int
        Documents that were left out because test cases are made from them.
    n_empty : int
        Documents without text.
    licences : dict of str to int
        Documents under each, held-out ones too.
    sha256 : str
        Of the contents of all documents that were kept, in their order.
    """

    n_documents: dict[str, int]
    n_tokens: dict[str, int]
    n_benchmark: int
    n_empty: int
    licences: dict[str, int]
    sha256: str


@dataclass(frozen=True, eq=False)
class TrainingSet:
    """Packed documents, and those held out; the tokens lie in files.

    Parameters
    ----------
    train, held_out : Packed
        No document is in both.
    source : Source
        What they were made of.
    """

    train: Packed
    held_out: Packed
    source: Source


@dataclass(eq=False)
class _Sieve:
    """Decides document by document, and counts."""

    exclude: Exclusion
    share: float
    n_benchmark: int = 0
    n_empty: int = 0
    licences: Counter[str] = field(default_factory=Counter)
    digest: Any = field(default_factory=hashlib.sha256)

    def __call__(self, documents: Iterable[Document]) -> Iterator[tuple[str, Document]]:
        for document in documents:
            if not document.content.strip():
                self.n_empty += 1
            elif self.exclude.reason(document):
                self.n_benchmark += 1
            else:
                self.digest.update(document.sha256.encode())
                self.licences[document.licence] += 1
                name = plain_doi(document.doi) if document.doi else document.sha256
                yield _SPLITS[_falls(name, self.share)], document


def make_training_set(
    folder: str | Path, documents: Iterable[Document], *, tokenizer: Any, exclude: Sequence[Item],
    length: int, separate: bool, held_out: float,
) -> None:  # fmt: skip
    """Write a training set into a folder; one that is there is kept if it is the same.

    A document belongs to the held-out ones by a hash of its DOI (of its content, where it has
    none): whatever else the corpus holds, it stays there.

    Parameters
    ----------
    folder : path
        Gets tokens, facts, and a table with DOI and licence of every document, as their licences
        ask for.
    documents : iterable of Document
        Read once, in order.
    tokenizer : transformers tokenizer
        Of the model to be tuned.
    exclude : sequence of Item
        Test cases: a document with the DOI of one, or with half of its wording, is left out.
    length, separate : int, bool
        As in `surrobrain.pretrained.packing.pack`.
    held_out : float
        Share of the documents.

    Raises
    ------
    ValueError
        No document is left for one of the two parts, or the folder holds another training set.
    """
    folder, sieve = Path(folder), _Sieve(exclusion(exclude), held_out)
    asked = {"length": length, "separate": separate, "held_out": held_out,
             "tokenizer": _mark(tokenizer)}  # fmt: skip
    if (folder / _FACTS).exists():
        before = json.loads((folder / _FACTS).read_text(encoding="utf-8"))
        for _ in sieve(documents):
            pass
        if before["asked"] != asked or before["source"]["sha256"] != sieve.digest.hexdigest():
            raise ValueError(
                f"{str(folder)!r} holds the tokens of another corpus, tokenizer or recipe; use "
                "another folder, or delete it to start anew"
            )
        return
    pieces, table = _tokens(sieve(documents), tokenizer, separate=separate)
    for split in _SPLITS:
        if not pieces[split]:
            raise ValueError(
                f"no document is left for {split!r} among {len(table)} that can be used "
                f"({sieve.n_benchmark} are of the benchmark); use a larger corpus, or another "
                f"held_out than {held_out:g}"
            )
        packed = pack(pieces[split], length=length, separate=separate)
        write_npy(folder / f"{split}.tokens.npy", packed.tokens)
        write_npy(folder / f"{split}.starts.npy", packed.starts)
    write_text(folder / _DOCUMENTS, "doi,licence,part\n" + "".join(table))
    source = Source(
        {split: len(pieces[split]) for split in _SPLITS},
        {split: sum(map(len, pieces[split])) for split in _SPLITS},
        sieve.n_benchmark, sieve.n_empty, dict(sorted(sieve.licences.items())),
        sieve.digest.hexdigest(),
    )  # fmt: skip
    write_json(folder / _FACTS, {"asked": asked, "source": asdict(source)})


def open_training_set(folder: str | Path) -> TrainingSet:
    """Open what `make_training_set` wrote; tokens are read from the disk as they are needed."""
    facts = json.loads((Path(folder) / _FACTS).read_text(encoding="utf-8"))
    packed = [
        Packed(
            np.load(Path(folder) / f"{split}.tokens.npy", mmap_mode="r"),
            np.load(Path(folder) / f"{split}.starts.npy"),
            length=facts["asked"]["length"], separate=facts["asked"]["separate"],
        )
        for split in _SPLITS
    ]  # fmt: skip
    return TrainingSet(packed[0], packed[1], Source(**facts["source"]))


def _tokens(
    sifted: Iterator[tuple[str, Document]], tokenizer: Any, *, separate: bool
) -> tuple[dict[str, list[np.ndarray]], list[str]]:
    pieces: dict[str, list[np.ndarray]] = {split: [] for split in _SPLITS}
    table = []
    while some := list(islice(sifted, _AT_ONCE)):
        texts = [document.content for _, document in some]
        found = tokenize(tokenizer, texts, separate=separate)
        for (split, document), tokens in zip(some, found, strict=True):
            pieces[split].append(np.asarray(tokens, dtype=np.int32))
            table.append(f'"{document.doi or ""}","{document.licence}",{split}\n')
    return pieces, table


def _mark(tokenizer: Any) -> str:
    """Return what tells tokenizers apart."""
    words = json.dumps(sorted(tokenizer.get_vocab().items()))
    return hashlib.sha256(words.encode()).hexdigest()


def _falls(name: str, share: float) -> bool:
    drawn = int(hashlib.sha256(name.encode()).hexdigest()[:8], 16)
    return drawn / 2**32 < share
