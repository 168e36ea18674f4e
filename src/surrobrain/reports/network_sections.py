"""What encodings, links and lesions of language models become on the page."""

import math

import numpy as np

from surrobrain.llm_networks.group_encoding import GroupEncoding
from surrobrain.llm_networks.model_organization import ModelComparison, Organization
from surrobrain.llm_networks.network_matching import Links
from surrobrain.llm_networks.neuron_groups import NeuronGroup, network_neurons
from surrobrain.llm_networks.neuron_lesion import NeuronLesion
from surrobrain.llm_networks.planted_networks import Recovery
from surrobrain.llm_networks.voxel_encoding import Encoding
from surrobrain.reports.figures.encoding_scores import encoding_scores
from surrobrain.reports.figures.layer_profiles import layer_profiles
from surrobrain.reports.figures.model_organization import model_organization
from surrobrain.reports.figures.network_matches import network_matches
from surrobrain.reports.figures.pattern_map import pattern_map
from surrobrain.reports.picture import Picture, Undrawn, drawn
from surrobrain.reports.section import Section
from surrobrain.reports.sections import section
from surrobrain.reports.tables import facts, grid

__all__ = ["section"]

_FEW = 24
_MAPS = 4  # that are drawn
_HABIT = 0.2  # overlap above which the field calls two networks the same


@section.register
def _(item: Encoding) -> Section:
    n, bands = len(item.r), ", ".join(item.bands)
    gained = float((item.q_unique < 0.05).mean())
    said = (
        f"Held out, {bands} together predict {n} places with a mean correlation of "
        f"{np.nanmean(item.r):.3f}; the controls alone reach {np.nanmean(item.r_controls):.3f}. "
        f"Patterns add {item.unique[0].mean():+.4f} to R2 on average, and beyond chance in "
        f"{gained:.0%} of the places (false discovery rate 0.05).",
    )
    warned = []
    if not item.has_sound:
        warned.append(
            "No loudness stood beside the patterns: what they explain may be sound, not language."
        )
    if item.condition > 100:
        warned.append(
            f"The pattern regressors depend on each other (condition number {item.condition:.3g}): "
            "the map of a single pattern is uncertain."
        )
    table = facts({
        "model": item.patterns.model, "site": item.patterns.site,
        "patterns": item.patterns.n_patterns, "neurons": item.patterns.n_neurons,
        "volumes": item.bold.n_times, "runs": len(item.bold.runs), "TR (s)": item.bold.tr,
        "subject": item.bold.subject, "hemodynamics": item.recipe.hemodynamics,
        "condition number": item.condition, "spread of r by chance": float(
            np.nanmean(item.null_spread)), "places left out as constant": item.bold.left_out,
    })  # fmt: skip
    tables = (table, _places(item)) if n <= _FEW else (table,)
    pictures: list[Picture | Undrawn] = [drawn("Encoding", lambda: encoding_scores(item))]
    if item.bold.space.kind != "parcels":
        pictures.append(drawn("Map of r", lambda: _score_map(item)))
    return Section(
        "Encoding of the brain", "scores", tables, tuple(pictures), summary=said,
        warnings=tuple(warned),
    )  # fmt: skip


def _score_map(item: Encoding) -> Picture:
    return pattern_map(
        item.r, space=item.bold.space, title="Where the brain is predicted",
        label="held-out correlation",
    )  # fmt: skip


def _places(item: Encoding) -> str:
    names = item.bold.names or tuple(str(k) for k in range(len(item.r)))
    ceiling = item.ceiling if item.ceiling is not None else np.full(len(names), np.nan)
    rows = zip(
        names, item.r, item.r_controls, ceiling, item.p, item.q, item.unique[0], item.p_unique,
        item.q_unique, strict=True,
    )  # fmt: skip
    return grid(
        ["place", "r", "r of controls alone", "ceiling", "p", "q", "R2 by patterns alone",
         "p of it", "q of it"],
        [tuple(v if isinstance(v, str) else float(v) for v in row) for row in rows],
        caption="Held-out prediction of every place",
    )  # fmt: skip


@section.register
def _(item: GroupEncoding) -> Section:
    said = (
        f"Over {len(item.subjects)} people, held-out prediction has a mean correlation of "
        f"{item.r.mean():.3f}; patterns add {item.unique.mean():+.4f} to R2 on average, beyond "
        f"chance over people in {(item.q_unique < 0.05).mean():.0%} of the places. A person's map "
        f"of a pattern correlates {item.replication.mean():.2f} with that of the others.",
    )
    names = item.bold.names or tuple(str(k) for k in range(len(item.r)))
    rows = [
        (str(names[k]), float(item.r[k]), float(item.t_r[k]), float(item.q_r[k]),
         float(item.unique[k]), float(item.t_unique[k]), float(item.q_unique[k]))
        for k in range(min(_FEW, len(item.r)))
    ]  # fmt: skip
    table = grid(
        ["place", "mean r", "t", "q", "R2 by patterns alone", "t", "q"], rows,
        caption="Tests over people" + ("" if len(item.r) <= _FEW else f", the first {_FEW} places"),
    )  # fmt: skip
    return Section("Over people", "scores", (table,), summary=said)


@section.register
def _(item: Links) -> Section:
    names, matched = item.networks.names, item.matched
    found = sorted({names[j] for _, j in matched})
    said = (
        f"{len(matched)} of {len(item.maps.values)} patterns follow a network beyond maps of the "
        f"same smoothness ({item.method}; false discovery rate {item.recipe.rate:g}): "
        f"{', '.join(found) or 'none'}.",
    )
    rows = [
        (f"pattern {k}", names[j], float(item.correlation[k, j]), float(item.dice[k, j]),
         float(item.iou[k, j]), float(item.null[k, j]), float(item.p[k, j]), float(item.q[k, j]),
         "yes" if item.iou[k, j] > _HABIT else "no")
        for k, j in matched
    ]  # fmt: skip
    table = grid(
        ["pattern", "network", "correlation", "Dice", "IoU", "95 % of null", "p", "q",
         "IoU above 0.2"], rows,
        caption=f"Matches, tested by {item.recipe.score}. IoU above 0.2 is a habit of the field, "
        "not a test",
    )  # fmt: skip
    groups = network_neurons(item)
    pictures = [drawn("Matches", lambda: network_matches(item))]
    if groups:
        _, sizes = np.unique(item.patterns.layers, return_counts=True)
        pictures.append(drawn("Layers", lambda: layer_profiles(groups, sizes)))
    if item.space.kind != "parcels":
        best = sorted(matched, key=lambda kj: -abs(item.correlation[kj]))[:_MAPS]
        pictures += [drawn("Map", lambda k=k, j=j: _link_map(item, k, j)) for k, j in best]
    coarse = item.finest_rate > item.recipe.rate
    warned = (
        f"With {item.recipe.n_null} null maps for {item.p.size} pairs a match that stands alone "
        f"reaches a false discovery rate of {item.finest_rate:.2g} at best: single matches are "
        "missed. Ask for more null maps.",
    )
    return Section(
        "Networks", "figures", (table, _groups(groups)) if groups else (table,), tuple(pictures),
        summary=said, warnings=warned if coarse else (),
    )  # fmt: skip


def _link_map(item: Links, k: int, j: int) -> Picture:
    sign = np.sign(item.correlation[k, j])
    return pattern_map(
        sign * item.maps.z[k], space=item.space,
        title=f"Pattern {k}, matched with {item.networks.names[j]}",
        label=f"{item.maps.kind}, z over places",
    )  # fmt: skip


def _groups(groups: list[NeuronGroup]) -> str:
    rows = [
        (g.name, len(g.members), len(g.positive), len(g.negative),
         int(g.layers[g.profile.argmax()]), float(g.p.min()))
        for g in groups
    ]  # fmt: skip
    return grid(
        ["network", "neurons", "positive", "negative", "most in layer", "smallest p of a layer"],
        rows, caption="Neuron groups of the networks; p is not corrected for the layers",
    )  # fmt: skip


@section.register
def _(item: Organization) -> Section:
    return Section("Organization", "scores", (_organizations((item,)),))


@section.register
def _(item: ModelComparison) -> Section:
    picture = drawn("Organization", lambda: model_organization(item))
    first, last = item.models[0], item.models[-1]
    said = (
        f"From {first.model} ({first.n_neurons} neurons) to {last.model} ({last.n_neurons}) the "
        f"diversity goes from {first.diversity:.3f} to {last.diversity:.3f}, the Gini coefficient "
        f"from {first.gini:.3f} to {last.gini:.3f}; {len(item.models)} models are no test of a "
        "trend.",
    )
    return Section(
        "Organization of models", "scores", (_organizations(item.models),), (picture,), summary=said
    )


def _organizations(models: tuple[Organization, ...]) -> str:
    rows = []
    for m in models:
        known = [v for v in m.consistency.values() if math.isfinite(v)]
        within = float(np.mean(known)) if known else float("nan")
        rows.append((
            m.model or "-", m.n_neurons, m.n_layers, m.n_patterns, m.effective_rank, m.diversity,
            within, m.across_subjects, m.across_seeds, m.gini, m.layer_entropy, m.n_matched,
            m.n_networks,
        ))  # fmt: skip
    return grid(
        ["model", "neurons", "layers", "patterns", "effective rank", "diversity",
         "consistency in networks", "across people", "across seeds", "Gini", "layer entropy",
         "patterns matched", "networks"], rows,
        caption="Diversity, consistency and compactness; formulas are proposals of this package",
    )  # fmt: skip


@section.register
def _(item: NeuronLesion) -> Section:
    rows = [
        ("loss (nats per token)", item.loss_intact, item.loss, float(item.loss_random.mean()),
         item.p_loss),
        ("held-out correlation", item.r_intact, item.r, float(item.r_random.mean()),
         item.p_encoding),
    ]  # fmt: skip
    n = len(item.r_random)
    table = grid(
        ["", "intact", "without the group", f"without {n} random groups, mean", "p"], rows,
        caption=f"{len(item.group.members)} neurons of {item.group.name} silenced, beside random "
        "groups of the same size in the same layers",
    )  # fmt: skip
    warned = (
        ("The model predicts no words: silencing neurons has no loss.",)
        if math.isnan(item.loss) else ()
    )  # fmt: skip
    return Section(f"Without the neurons of {item.group.name}", "scores", (table,), warnings=warned)


@section.register
def _(item: Recovery) -> Section:
    rows = [
        (name, "yes" if found else "no", float(auc))
        for name, found, auc in zip(item.names, item.found, item.auc, strict=True)
    ]
    said = (
        f"Planted truth: {sum(item.found)} of {len(item.names)} driven networks were found, their "
        f"neurons with a mean AUC of {item.auc.mean():.3f}; {len(item.false)} of {item.n_silent} "
        "networks that nothing drives were found, too.",
    )
    table = grid(
        ["network", "found", "AUC of its neurons"], rows,
        caption="What was planted, and what was found",
    )  # fmt: skip
    return Section("Planted truth", "scores", (table,), summary=said)
