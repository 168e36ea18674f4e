"""Networks inside language models: real listeners, controls, and planted truth.

Listeners: 26 people heard a chapter of Alice (12.4 minutes, TR 2 s, six language regions). Word
count alone, then beside 64 features of a random Llama, then beside 64 patterns of the small real
encoder and of the same encoder with random weights. Patterns are judged by what they add to word
rate and sound power on held-out stretches. Planted: voxels driven by known neurons, and voxels
that no neuron drives.
"""

import csv
import dataclasses

import numpy as np

from benchmarks.outcome import Outcome
from benchmarks.shared import shared_data
from surrobrain.linear.encoding import Encoding as HeldOut
from surrobrain.linear.encoding import EncodingRecipe, encode_responses
from surrobrain.linear.permuted_blocks import block_permutation
from surrobrain.llm_networks.bold_images import Bold
from surrobrain.llm_networks.capture import CaptureRecipe, responses
from surrobrain.llm_networks.decomposition import find_patterns
from surrobrain.llm_networks.group_encoding import GroupEncoding, across_subjects
from surrobrain.llm_networks.network_matching import MatchRecipe, match
from surrobrain.llm_networks.neuron_responses import Responses
from surrobrain.llm_networks.planted_networks import plant_networks, recovery_of
from surrobrain.llm_networks.voxel_encoding import EncodeRecipe, Encoding, encode
from surrobrain.llm_networks.words import Words, read_words
from surrobrain.pretrained.encoder import load_encoder
from surrobrain.pretrained.language import LanguageModel
from surrobrain.seeds import torch_chance
from surrobrain.signals.cleaning import cleaned
from surrobrain.statistics.noise_ceiling import leave_one_out_correlation, split_half

__all__ = ["measure"]

ISC = (0.268, 0.208, 0.388, 0.250, 0.212, 0.177)
COUNT = (0.348, 0.318, 0.388, 0.478, 0.444, 0.328)
BANDED = (0.34, 0.21, 0.36, 0.42, 0.39, 0.34)
TR, N_TIMES, ALPHAS = 2.0, 362, tuple(np.logspace(0, 6, 25))
SEEDS = range(5)


@dataclasses.dataclass(frozen=True, eq=False)
class Alice:
    """What was measured while people listened."""

    people: np.ndarray
    group: np.ndarray
    regions: tuple[str, ...]
    story: Words
    counts: np.ndarray
    sound: np.ndarray


def measure() -> Outcome:
    """Run all parts; a few minutes on one core."""
    alice = _alice()
    rows, figures = _acceptance(alice)
    for name, model in (("encoder", load_encoder()), ("random encoder", _random_encoder())):
        more, known = _pipeline(alice, model, name)
        rows += more
        figures |= known
    more, known = _planted()
    targets = {
        "isc_off": "<= 0.001", "count_off": "<= 0.005", "null_spread_low": ">= 0.07",
        "null_spread_high": "<= 0.09", "plain_r": "<= 0.15", "banded_r": ">= 0.31",
        "planted_auc": ">= 0.95", "planted_found": ">= 0.95", "null_rate": "<= 0.06",
    }  # fmt: skip
    notes = [__doc__ or "", f"banded ridge of the reference: {BANDED}, with another random Llama"]
    return Outcome(rows + more, figures | known, targets, notes)


def _alice() -> Alice:
    folder = shared_data("narratives/alice")
    with np.load(folder / "alice_roi_bold.npz") as stored:
        bold, motion = stored["bold_6mm"], stored["motion"][:, 10:]
        regions, sound = tuple(stored["rois"].tolist()), stored["sound_power"].astype(float)
    with open(folder / "words.tsv", newline="") as stream:
        offsets = np.array([float(r["offset"]) for r in csv.DictReader(stream, delimiter="\t")])
    people = np.stack([
        cleaned(b.astype(float), sfreq=1 / TR, cutoff=170.0, nuisance=m.astype(float))
        for b, m in zip(bold, motion, strict=True)
    ])  # fmt: skip
    group = people.mean(axis=0)
    counts = np.bincount(((offsets - 20) // TR).astype(int), minlength=N_TIMES)
    story = read_words(folder / "words.tsv", start=20.0)
    # sound power comes convolved: moved ahead by 3 volumes, so that delays of 1 to 4 surround it
    return Alice(people, group / group.std(axis=0), regions, story, counts, np.roll(sound, -3))


def _acceptance(alice: Alice) -> tuple[list[dict], dict[str, float | None]]:
    recipe = EncodingRecipe(alphas=ALPHAS)
    isc = leave_one_out_correlation(alice.people).mean(axis=0)
    count = {"words": alice.counts[:, None].astype(float)}
    alone = encode_responses(count, alice.group, recipe=recipe)
    spread = block_permutation(alone.truth, alone.predicted, n_permutations=2000).null_spread
    noisy = {**count, "model": _random_components(alice)}
    plain = encode_responses(noisy, alice.group, recipe=dataclasses.replace(recipe, banded=False))
    banded = encode_responses(noisy, alice.group, recipe=recipe)
    rows = [
        _row("inter-subject correlation", alice, isc), _row("word count", alice, alone.r),
        _row("word count and 64 random features, ridge", alice, plain.r),
        _row("the same, banded ridge", alice, banded.r),
        _row("weight of the word count", alice, banded.gamma[0]),
    ]  # fmt: skip
    figures: dict[str, float | None] = {
        "isc_off": float(np.abs(isc - ISC).max()), "count_off": float(
            np.abs(alone.r - COUNT).max()),
        "null_spread_low": float(spread.min()), "null_spread_high": float(spread.max()),
        "plain_r": _mean(plain), "banded_r": _mean(banded),
    }  # fmt: skip
    return rows, figures


def _mean(found: HeldOut) -> float:
    return float(found.r.mean())


def _row(name: str, alice: Alice, values: np.ndarray) -> dict:
    return {"what": name, **dict(zip(alice.regions, values.round(3).tolist(), strict=True))}


def _random_components(alice: Alice) -> np.ndarray:
    """Return 64 principal components of the neurons of a random Llama."""
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    words = dict.fromkeys(["<s>", "<unk>", *alice.story.text])
    table = Tokenizer(models.WordLevel({w: k for k, w in enumerate(words)}, "<unk>"))
    table.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=table, bos_token="<s>", unk_token="<unk>")
    with torch_chance(0):
        network = LlamaForCausalLM(
            LlamaConfig(
                vocab_size=len(words), hidden_size=256, intermediate_size=688, num_hidden_layers=8,
                num_attention_heads=8, max_position_embeddings=4096,
            )
        )  # fmt: skip
    model = LanguageModel(network.eval(), tokenizer, "random Llama")
    heard = responses(
        model, alice.story, tr=TR, n_times=N_TIMES, recipe=CaptureRecipe(site="ffn_act"),
        shown=False,
    )  # fmt: skip
    values = np.asarray(heard.values, dtype=float)
    left, sizes, _ = np.linalg.svd((values - values.mean(0)) / values.std(0), full_matrices=False)
    return left[:, :64] * sizes[:64]


def _random_encoder() -> LanguageModel:
    from transformers import AutoModel

    real = load_encoder()
    with torch_chance(0):
        network = AutoModel.from_config(real.model.config)
    return LanguageModel(network.eval(), real.tokenizer, "random encoder")


def _pipeline(
    alice: Alice, model: LanguageModel, name: str
) -> tuple[list[dict], dict[str, float | None]]:
    """Encode all people, and their mean, by 64 patterns beside word rate and sound."""
    heard = responses(model, alice.story, tr=TR, n_times=N_TIMES, shown=False)
    patterns = find_patterns(heard, n_patterns=64, seed=0)
    recipe = EncodeRecipe(alphas=ALPHAS, n_draws=30, n_permutations=2000)
    _, ceiling = split_half(alice.people)
    mean = encode(
        patterns, Bold(alice.group, TR, names=alice.regions), sound=alice.sound, ceiling=ceiling,
        recipe=recipe,
    )  # fmt: skip
    over = _over_people(alice, patterns, recipe)
    rows = [
        _row(f"{name}: held-out r of the mean listener", alice, mean.r),
        _row(f"{name}: of the controls alone", alice, mean.r_controls),
        _row(f"{name}: ceiling", alice, ceiling),
        _row(f"{name}: R2 that patterns add", alice, mean.unique[0]),
        _row(f"{name}: p of it", alice, mean.p_unique),
        _row(f"{name}: R2 that patterns add, mean over people", alice, over.unique),
        _row(f"{name}: p over people", alice, over.p_unique),
    ]
    key = name.replace(" ", "_")
    figures: dict[str, float | None] = {
        f"{key}_r": float(mean.r.mean()), f"{key}_controls_r": float(mean.r_controls.mean()),
        f"{key}_unique": float(mean.unique[0].mean()),
        f"{key}_condition": float(mean.condition) if np.isfinite(mean.condition) else None,
        f"{key}_people_unique": float(over.unique.mean()),
        f"{key}_smallest_q_over_people": float(over.q_unique.min()),
    }  # fmt: skip
    return rows, figures


def _over_people(alice: Alice, patterns: object, recipe: EncodeRecipe) -> GroupEncoding:
    """Encode all regions of all people at once: they heard the same volumes."""
    n_people, _, n_regions = alice.people.shape
    side = alice.people.transpose(1, 0, 2).reshape(N_TIMES, -1)  # (time, person and region)
    everyone = encode(patterns, Bold(side, TR), sound=alice.sound, recipe=recipe)  # pyright: ignore
    columns = np.arange(n_people * n_regions).reshape(n_people, n_regions)
    return across_subjects([everyone.pick(own) for own in columns])


def _planted() -> tuple[list[dict], dict[str, float | None]]:
    rows, auc, found, false, rates = [], [], [], 0, []
    for seed in SEEDS:
        heard = _sources(seed)
        patterns = find_patterns(heard, n_patterns=16, seed=seed)
        for snr in (0.3, 0.0):
            planted = plant_networks(heard, snr=snr, seed=seed)
            recipe = EncodeRecipe(n_draws=10, n_permutations=200)
            encoding: Encoding = encode(patterns, planted.bold, recipe=recipe, seed=seed)
            matching = MatchRecipe(n_null=2000)
            links = match(encoding, planted.networks, recipe=matching, seed=seed)
            known = recovery_of(planted, links)
            rows.append({
                "what": f"planted, SNR {snr:g}, seed {seed}", "found": sum(known.found),
                "of": len(known.names), "AUC": float(known.auc.mean()),
                "p below 0.05": float((links.p < 0.05).mean()), "false": len(known.false),
            })  # fmt: skip
            if snr:
                auc.append(known.auc.mean())
                found.append(np.mean(known.found))
                false += len(known.false)
            else:
                rates.append((links.p < 0.05).mean())
    figures: dict[str, float | None] = {
        "planted_auc": float(np.mean(auc)), "planted_found": float(np.mean(found)),
        "planted_false_networks": float(false), "null_rate": float(np.mean(rates)),
    }  # fmt: skip
    return rows, figures


def _sources(seed: int) -> Responses:
    """Return 600 neurons that follow ten smooth time courses, 40 each, and 200 that follow none."""
    from scipy.ndimage import gaussian_filter1d

    rng = np.random.default_rng(seed)
    n_times, n_groups, size = 300, 10, 40
    courses = gaussian_filter1d(rng.normal(size=(n_times, n_groups)), 1.0, axis=0)
    courses /= courses.std(axis=0)
    signs = rng.choice([-1.0, 1.0], n_groups * size)
    driven = np.repeat(courses, size, axis=1) * signs + rng.normal(size=(n_times, n_groups * size))
    values = np.concatenate([driven, rng.normal(size=(n_times, 200))], axis=1)
    return Responses(values, tr=TR, word_counts=rng.poisson(5, n_times), trim=5)
