"""Test cases: what a parser finds, what gives answers away, and what context and memory explain.

Stored scores of the published even-numbered models are aggregated anew; no model runs.
"""

import csv
import gzip
import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from benchmarks.outcome import Outcome
from benchmarks.shared import shared_data
from surrobrain.brainbench.ablation import isolate_sentences, isolation, swap_context
from surrobrain.brainbench.decodability import decodability
from surrobrain.brainbench.familiarity import Comparison, TextGroup, compare_groups
from surrobrain.brainbench.item import Item
from surrobrain.brainbench.item_reader import examine_items
from surrobrain.brainbench.memorization import zlib_ratio
from surrobrain.brainbench.share import share_right
from surrobrain.brainbench.surface_cues import surface_cues

Rows = list[dict]


def measure() -> Outcome:
    """Reproduce the numbers on test cases, ablations and memorization that the data allow."""
    folder = shared_data("brainbench")
    items, rows, figures = read(folder)
    for part in (cues(items), context(folder, items), memory(folder)):
        rows += part[0]
        figures |= part[1]
    return Outcome(rows, figures, TARGETS, NOTES)


TARGETS = {
    "cases read without a complaint": ">= 199", "sentence pairs as punkt, of 488": ">= 487",
}  # fmt: skip
NOTES = [
    "Isolation and swap average the 7 even-numbered of 15 models; the published .659 / .722 and "
    ".686 / .703 average all 15. Accuracy over abstracts is that of summed log-likelihood ratios.",
    "The stored memorization scores repeat texts (the origin drew them with replacement); repeated "
    "rows are counted once here. Their intervals would be too narrow otherwise.",
]


def read(folder: Path) -> tuple[tuple[Item, ...], Rows, dict[str, float | None]]:
    """Parse the published notation, and say what would be damaged in silence."""
    file = folder / "testcases_human.jsonl"
    strict, kept = examine_items(file), examine_items(file, on_bad="keep")
    rows = [row("bad case", said) for said in strict.problems]
    return kept.items, [row("cases read", len(strict.items)), *rows], {
        "cases read without a complaint": float(len(strict.items))
    }  # fmt: skip


def cues(items: tuple[Item, ...]) -> tuple[Rows, dict[str, float | None]]:
    """Return the baselines without knowledge."""
    learned = decodability(items)
    rows = [
        row(f"cue: {cue.name}", cue.accuracy().value, str(cue.accuracy()), f"{cue.undecided} ties")
        for cue in (*surface_cues(items), learned.cue)
    ]
    rows[-1]["remark"] += f", chance {learned.chance:.3f}, p = {learned.p_value:.3f}"
    return rows, {line["quantity"]: line["value"] for line in rows}


def context(folder: Path, items: tuple[Item, ...]) -> tuple[Rows, dict[str, float | None]]:
    """Return the ablations of the stored scores, and what our own splitter and swap build."""
    sentences, cases = isolate_sentences(items)
    lines = (folder / "iso_sentences_human.jsonl").read_text().splitlines()
    theirs = {(s["case_id"], s["original"], s["altered"]) for s in map(json.loads, lines)}
    ours = {(int(c), s.original, s.altered) for c, s in zip(cases, sentences, strict=True)}
    rows = [row("sentence pairs as punkt, of 488", len(ours & theirs), f"{len(ours)} ours")]
    alone = [
        isolation(v[:, 1:], cases=v[:, 0].astype(int))
        for v in losses(folder / "model_scores_iso_even.csv", lambda r: r["model"]).values()
    ]
    over = [np.mean([getattr(f, name).value for f in alone]) for name in
            ("over_sentences", "over_abstracts")]  # fmt: skip
    whole = [
        np.mean(v[:, 1] < v[:, 2])
        for v in losses(folder / "model_scores_human.csv", lambda r: r["paper_order"]).values()
    ][1::2]
    rows += [row("even models, whole", float(np.mean(whole))),
             row("even models, isolated, over sentences", float(over[0])),
             row("even models, isolated, over abstracts", float(over[1]))]  # fmt: skip
    back = (over[1] - over[0]) / (np.mean(whole) - over[0])
    rows.append(row("share of the drop that is aggregation", float(back)))
    swapped = losses(folder / "model_scores_swap_even.csv", lambda r: r["swap_seed"])
    for seed, values in swapped.items():
        right = (values[:, 1] < values[:, 2]).astype(float)
        share = share_right(right, clusters=values[:, 0].astype(int))
        rows.append(row(f"even models, swapped, seed {seed}", share.value, str(share)))
        moved = sum(a != b for a, b in zip(swap_context(items, seed=int(seed)), items, strict=True))
        rows.append(row(f"cases that our swap changes, seed {seed}", moved))
    return rows, {line["quantity"]: float(line["value"]) for line in rows}


def memory(folder: Path) -> tuple[Rows, dict[str, float | None]]:
    """Return how familiar texts of known date and origin are, by the zlib ratio."""
    groups = dict(text_groups(folder / "memorisation_ppl_zlib.csv.gz"))
    rows = []
    for model, name in groups:
        short = name.replace("_abstracts", "")[:12]
        later = {"arxiv_abstracts_20210601_20211231": "arxiv_abstracts_20230601_20231231",
                 "biorxiv_abstracts_2021-06-01_2021-12-01":
                     "biorxiv_abstracts_2023-06-01_2023-12-01"}  # fmt: skip
        if name in later:
            found = compare_groups(groups[model, name], groups[model, later[name]])[0]
            rows.append(area(f"{model}: {short} 2021 above 2023", found))
        elif name in ("gettysburg_address", "refinedweb"):
            other = groups[model, "biorxiv_abstracts_2023-06-01_2023-12-01"]
            found = compare_groups(groups[model, name], other)[0]
            rows.append(area(f"{model}: {short} above biorxiv 2023", found))
    least = min(len(group) for (_, name), group in groups.items() if "abstracts" in name)
    rows.append(row("distinct texts in the smallest stored set", least, "of 1000 rows"))
    return rows, {line["quantity"]: float(line["value"]) for line in rows}


def text_groups(path: Path) -> Iterator[tuple[tuple[str, str], TextGroup]]:
    """Yield the stored texts of every model and set, each text once."""
    stored = defaultdict(dict)  # a dict keeps the first of equal rows, in order
    with gzip.open(path, "rt") as stream:
        for line in csv.DictReader(stream):
            stored[line["model"], line["text_set"]][float(line["ppl"]), int(line["zlib_bytes"])] = 1
    for key, pairs in stored.items():
        loss, n_zlib = np.log([p for p, _ in pairs]), np.array([z for _, z in pairs])
        score = {"zlib ratio": zlib_ratio(loss, n_zlib=n_zlib)}
        yield key, TextGroup(key[1], n_zlib.astype(float), loss, n_zlib, score)


def losses(path: Path, key: Callable[[dict], str]) -> dict[str, np.ndarray]:
    """Return case, and log-perplexity of both versions, of the headline models by key."""
    stored = defaultdict(list)
    for line in csv.DictReader(path.read_text().splitlines()):
        if line["paper_order"]:
            pair = np.log([float(line["ppl_original"]), float(line["ppl_altered"])])
            stored[key(line)].append((int(line["case_id"]), *pair))
    order = sorted(stored, key=lambda k: int(k) if k.isdigit() else 0)
    return {k: np.array(stored[k]) for k in order}


def row(quantity: str, value: object, interval: str = "", remark: str = "") -> dict:
    """Return a line of the table."""
    return {"quantity": quantity, "value": value, "interval": interval, "remark": remark}


def area(quantity: str, found: Comparison) -> dict:
    """Return a line on the area under a curve."""
    interval = f"{found.low:.3f} to {found.high:.3f}"
    remark = f"p = {found.p_value:.2g}, {found.n_first} and {found.n_second} texts"
    return row(quantity, found.auc, interval, remark)
