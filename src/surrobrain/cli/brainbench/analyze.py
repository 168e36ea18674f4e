"""``surrobrain brainbench analyze``: what scores of models say, with intervals."""

from typing import Any

import click

from surrobrain.cli.analyzing import analyzed, analyzing_options
from surrobrain.cli.options import emit, output_options

__all__ = ["analyze"]


@click.command()
@click.argument("scores", type=click.Path())
@analyzing_options
@output_options
def analyze(scores: str, as_json: bool, **typed: Any) -> None:
    """Say how often the models in SCORES chose the original, and which claims stand.

    SCORES is what `surrobrain brainbench score` wrote, or a table (csv) of one row per model and
    case. Accuracy comes with its interval, near ties, calibration, correlations and their ceiling.

    \b
    surrobrain brainbench analyze scores.jsonl --items cases.jsonl
    surrobrain brainbench analyze scores.csv --humans participants.csv --compare before after
    """
    found = analyzed(scores, **typed)
    emit(_payload(found), str(found), as_json=as_json)


def _payload(found: Any) -> dict[str, Any]:
    versus, correlations = found.versus, found.correlations
    return {
        "models": [_accuracy(a) for a in found.models],
        "mean": _accuracy(found.mean),
        "chance": 0.5,
        "baselines": {b.rule: b.value for b in found.baselines},
        "places": {name: _accuracy(a) for name, a in found.places.items()},
        "subfields": {name: _accuracy(a) for name, a in found.subfields.items()},
        "humans": None if versus is None else _accuracy(versus.humans),
        "experts": {} if versus is None else {t: _accuracy(a) for t, a in versus.experts.items()},
        "calibration": [
            {"model": c.model, "gain": c.gain, "low": c.gain_low, "high": c.gain_high,
             "error": c.error, "error_by_chance": c.error_by_chance, "slope": c.slope}
            for c in found.calibrations
        ],
        "correlations": {
            "between_models": _mean(correlations.pairs),
            "with_humans": _mean(correlations.with_humans),
            "ceiling": None if versus is None else correlations.reliability.ceiling,
            "corrected": None if versus is None else correlations.corrected,
        },
        "comparison": None if found.comparison is None else _comparison(found.comparison),
        "headlines": [
            {"claim": h.claim, "fragile": h.fragile, "why": h.why,
             "readings": {r.rule: r.value for r in h.readings}}
            for h in found.headlines
        ],
    }  # fmt: skip


def _accuracy(found: Any) -> dict[str, Any]:
    return {
        "label": found.label, "accuracy": found.value, "low": found.low, "high": found.high,
        "right": found.n_right, "choices": found.n_choices, "near_ties": found.near_ties,
    }  # fmt: skip


def _comparison(found: Any) -> dict[str, Any]:
    return {
        "first": found.first.label, "second": found.second.label,
        "difference": found.difference, "low": found.low, "high": found.high,
        "only_first": found.test.only_first, "only_second": found.test.only_second,
        "p": found.test.p, "perplexity_t": found.perplexity.t, "perplexity_d": found.perplexity.d,
    }  # fmt: skip


def _mean(values: Any) -> float | None:
    return None if values is None or not len(values) else float(values.mean())
