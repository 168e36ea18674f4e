"""What choices of language models become on the page."""

from collections.abc import Iterable, Iterator

from surrobrain.brainbench.accuracies import Accuracy
from surrobrain.brainbench.analysis import Analysis
from surrobrain.brainbench.fragile import Reading
from surrobrain.brainbench.memorization import Memorization
from surrobrain.reports.figures.accuracy_bars import accuracy_bars
from surrobrain.reports.figures.difficulty import difficulty
from surrobrain.reports.figures.familiarity import familiarity
from surrobrain.reports.figures.headline_readings import headline_readings
from surrobrain.reports.figures.reliability import reliability
from surrobrain.reports.figures.subfield_bars import subfield_bars
from surrobrain.reports.picture import drawn
from surrobrain.reports.section import Section
from surrobrain.reports.sections import section
from surrobrain.reports.tables import grid

__all__ = ["section"]

_TEXT = (
    "A model chooses the version of an abstract that surprises it less; a tie is wrong. Intervals "
    "hold 95 %: over cases for one reader, over cases and readers for several. A near tie is "
    "decided by less than 0.001 nats per token, the size of half-precision rounding.",
    "Probabilities of being right, and weights of human and machine, were fitted to other cases "
    "than those they are judged on.",
)


@section.register
def _(item: Analysis) -> Section:
    pictures = (
        drawn("Accuracy", lambda: accuracy_bars(item)),
        drawn("Accuracy by subfield", lambda: subfield_bars(item)),
        drawn("Reliability diagrams", lambda: reliability(item.calibrations)),
        drawn("Which cases are hard", lambda: difficulty(item.correlations)),
        drawn("Headlines under other rules", lambda: headline_readings(item.headlines)),
    )
    weak = [headline for headline in item.headlines if headline.fragile]
    return Section(
        "BrainBench", "scores", _tables(item), pictures, _TEXT, _summary(item),
        tuple(f"Fragile: {headline.claim}. {headline.why}" for headline in weak),
    )  # fmt: skip


@section.register
def _(item: Memorization) -> Section:
    rows = [
        (f"{c.first} ({c.n_first})", f"{c.second} ({c.n_second})", c.score, f"{c.auc:.3f}",
         f"{c.low:.3f} to {c.high:.3f}", f"{c.p_value:.2g}")
        for c in item.comparisons
    ]  # fmt: skip
    table = grid(["first", "second", "by", "area", "95 % interval", "p"], rows,
                 caption="How often a text of the first group is the more familiar, among texts of "
                         "like length: 0.5 where neither is")  # fmt: skip
    pictures = (drawn("Familiarity", lambda: familiarity(item)),) if item.groups else ()
    text = (
        "No comparison proves that a text was not seen. Groups that differ in style or date differ "
        "in familiarity for that reason alone.",
        *item.notes,
    )
    title = f"Memorization, {item.model}"
    return Section(title, "scores", (table,) if rows else (), pictures, text)


def _tables(item: Analysis) -> tuple[str, ...]:
    parts = [*item.subfields.values(), *item.places.values()]
    people = item.versus and [*item.versus.career.values(), *item.versus.experience.values()]
    tables = [_shares("reader", _readers(item), caption="Share of right choices")]
    if parts:
        tables.append(_shares("cases", map(_row, parts), caption="Models, by kind of case"))
    if people:
        tables.append(_shares("people", map(_row, people), caption="People, by position and years"))
    return (*tables, _confidence(item), _headlines(item))


def _shares(kind: str, rows: Iterable[tuple[object, ...]], *, caption: str) -> str:
    return grid([kind, "accuracy", "95 % interval", "right", "near ties"], rows, caption=caption)


def _readers(item: Analysis) -> Iterator[tuple[object, ...]]:
    yield from map(_row, item.models)
    if len(item.models) > 1:
        yield _row(item.mean)
    if item.versus is not None:
        yield _row(item.versus.humans)
        for ties, found in item.versus.experts.items():
            yield _row(found, f"most expert 20 %, ties: {ties}")
    for cue in (Reading("chance", 0.5), *item.baselines):
        yield cue.rule, f"{cue.value:.3f}", cue.interval, "-", "-"


def _confidence(item: Analysis) -> str:
    header = ["model", "held-out gain (nats)", "95 % interval", "calibration error",
              "of a perfect forecaster", "slope", "r of 20 bins"]  # fmt: skip
    rows = [
        (c.model, c.gain, f"{c.gain_low:.3f} to {c.gain_high:.3f}", c.error, c.error_by_chance,
         c.slope, c.published.r)
        for c in item.calibrations
    ]  # fmt: skip
    return grid(header, rows, caption="Confidence; the last column is the published variant")


def _headlines(item: Analysis) -> str:
    rows = [
        (h.claim, h.fragile, ", ".join(f"{r.rule} {r.value:.3f}" for r in h.readings), h.why)
        for h in item.headlines
    ]
    return grid(["headline", "fragile", "readings", "why"], rows,
                caption="Headlines under other rules")  # fmt: skip


def _row(found: Accuracy, label: str | None = None) -> tuple[object, ...]:
    return (
        label or found.label, f"{found.value:.3f}", f"{found.low:.3f} to {found.high:.3f}",
        f"{found.n_right} of {found.n_choices}", found.near_ties,
    )  # fmt: skip


def _summary(item: Analysis) -> tuple[str, ...]:
    mean = item.mean
    said = [
        f"{mean.label} chose the original in {mean.value:.1%} of the cases "
        f"[{mean.low:.1%}, {mean.high:.1%}]; chance is 50 %."
    ]
    if item.versus is not None:
        v = item.versus
        said.append(
            f"People reached {v.humans.value:.1%} [{v.humans.low:.1%}, {v.humans.high:.1%}]; the "
            f"models are ahead by {v.difference:+.1%} per case [{v.low:+.1%}, {v.high:+.1%}]."
        )
    for found in (item.comparison, item.combination):
        said += [f"{found}."] if found is not None else []
    return tuple(said)
