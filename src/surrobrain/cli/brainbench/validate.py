"""``surrobrain brainbench validate``: what is wrong with test cases, and how sound they are."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from surrobrain.cli.options import emit, output_options, table

if TYPE_CHECKING:
    from surrobrain.brainbench.quality import ItemQuality

__all__ = ["validate"]


@click.command()
@click.argument("file", type=click.Path())
@click.option(
    "--on-bad",
    default="drop",
    show_default=True,
    type=click.Choice(["drop", "keep", "repair"]),
    help="Leave a bad case out, take its two versions as they stand, or close its bracket.",
)
@click.option(
    "--tokenizer",
    metavar="NAME",
    help="Name or folder of a tokenizer, to count tokens; names ask the hub.",
)
@click.option("--write", metavar="FILE", help="Write the usable cases, as .jsonl or .csv.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of intervals and chance.")
@output_options
def validate(
    file: str, on_bad: Any, tokenizer: str | None, write: str | None, seed: int, as_json: bool
) -> None:
    """Say what is wrong with the test cases in FILE, and what gives their answers away.

    \b
    FILE is jsonl, json, csv or tsv: 'combined' with [[original, altered]] inside, or
    'original' and 'altered', and if known 'id', 'subfield', 'doi', 'date'.

    \b
    surrobrain brainbench validate cases.csv
    surrobrain brainbench validate cases.csv --on-bad repair --write repaired.jsonl

    The exit code is 3 when a case is bad. A baseline far from one half means that the answers can
    be had without any knowledge.
    """  # fmt: skip
    from surrobrain.brainbench.item_reader import examine_items
    from surrobrain.brainbench.item_writer import write_items
    from surrobrain.brainbench.quality import item_quality

    found = examine_items(file, on_bad=on_bad)
    counter = None if tokenizer is None else _counter(tokenizer)
    quality = item_quality(found.items, n_tokens=counter, seed=seed)
    if write is not None:
        write_items(write, found.items)
    payload = {
        "file": file, "n_cases": len(found.items), "problems": list(found.problems),
        "baselines": _baselines(quality, seed), "cases": _cases(quality),
    }  # fmt: skip
    emit(payload, _text(payload, on_bad), as_json=as_json)
    if found.problems:
        raise click.exceptions.Exit(3)


def _counter(name: str) -> Callable[[str], int]:
    from surrobrain.lazy import need

    made = need("transformers", extra="language").AutoTokenizer.from_pretrained(name)
    return lambda text: len(made(text, add_special_tokens=False)["input_ids"])


def _baselines(quality: "ItemQuality", seed: int) -> list[dict[str, Any]]:
    rows = []
    for cue in quality.baselines:
        share = cue.accuracy(seed=seed)
        interval = [share.low, share.high]
        rows.append({"rule": cue.name, "accuracy": share.value, "interval": interval,
                     "undecided": cue.undecided, "p_value": None})  # fmt: skip
    if quality.decodability is not None:
        rows[-1]["p_value"] = quality.decodability.p_value
    return rows


def _cases(quality: "ItemQuality") -> list[dict[str, Any]]:
    cases = []
    for k, name in enumerate(quality.ids):
        tokens = {} if quality.n_tokens is None else {"tokens": quality.n_tokens[k].tolist()}
        cases.append({
            "id": name, "characters": quality.n_characters[k].tolist(),
            "words": quality.n_words[k].tolist(), **tokens, "edits": int(quality.n_edits[k]),
            "span": quality.span[k].tolist(), "changed": float(quality.changed[k]),
            "preferences": {c.name: float(c.preference[k]) for c in quality.baselines},
            "remarks": list(quality.remarks[k]),
        })  # fmt: skip
    return cases


def _text(payload: dict[str, Any], on_bad: str) -> str:
    problems, cases = payload["problems"], payload["cases"]
    done = {"drop": "left out", "keep": "kept as they stand", "repair": "repaired"}[on_bad]
    counted = ["characters", "words", *(["tokens"] if "tokens" in cases[0] else [])]
    rows = [
        [
            case["id"], *(f"{case[c][0]}/{case[c][1]}" for c in counted), str(case["edits"]),
            f"{100 * case['span'][0]:.0f}-{100 * case['span'][1]:.0f} %",
            f"{100 * case['changed']:.1f} %", _sides(case["preferences"]),
            "; ".join(case["remarks"]),
        ]
        for case in cases
    ]  # fmt: skip
    rules = list(cases[0]["preferences"])
    signs = ", ".join(f"{k} {name}" for k, name in enumerate(rules, start=1))
    return "\n".join([
        table(["case", *counted, "edits", "where", "changed", "cues", "remarks"], rows),
        f"\noriginal/altered; cues, in order: {signs}",
        "  + prefers the original, - the altered version, . cannot tell\n",
        table(["rule without knowledge", "accuracy", "95 % interval", "ties", "p"],
              [_baseline(row) for row in payload["baselines"]]),
        f"\n{payload['file']}: {payload['n_cases']} usable cases, {len(problems)} bad"
        + (f", {done}" if problems else ""),
        *(f"  wrong: {problem}" for problem in problems),
    ])  # fmt: skip


def _sides(preferences: dict[str, float]) -> str:
    return "".join("+" if v > 0 else "-" if v < 0 else "." for v in preferences.values())


def _baseline(row: dict[str, Any]) -> list[str]:
    low, high = row["interval"]
    p_value = "" if row["p_value"] is None else f"{row['p_value']:.3f}"
    return [
        row["rule"], f"{row['accuracy']:.3f}", f"{low:.3f} to {high:.3f}", str(row["undecided"]),
        p_value,
    ]  # fmt: skip
