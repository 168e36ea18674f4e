"""Tiny language models and cases for tests: untrained, but with opinions that differ by token."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import (
    AutoTokenizer,
    FalconConfig,
    FalconForCausalLM,
    Gemma2Config,
    Gemma2ForCausalLM,
    GPT2Config,
    GPT2LMHeadModel,
    GPTNeoXConfig,
    GPTNeoXForCausalLM,
    GraniteConfig,
    GraniteForCausalLM,
    LlamaConfig,
    LlamaForCausalLM,
    MambaConfig,
    MambaForCausalLM,
    MistralConfig,
    MistralForCausalLM,
    PreTrainedTokenizerFast,
)

from surrobrain.brainbench.item import Edit, Item
from surrobrain.pretrained.language import LanguageModel

_SENTENCES = (
    "<s> </s> <unk> Here is an abstract : the firing rate of neurons in cortex rises falls with "
    "attention while memory and sleep do not change . we recorded mice"
)
WORDS = _SENTENCES.split()
SIZES = {
    "hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 2,
}  # fmt: skip


def tokenizer_of_words(*, unknown: bool = True, add_begin: bool = True) -> Any:
    """Words of a small vocabulary, with offsets; puts <s> in front by itself, as Llama does."""
    vocabulary = {word: k for k, word in enumerate(WORDS)}
    words = Tokenizer(models.WordLevel(vocabulary, "<unk>" if unknown else "nothing"))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    if add_begin:
        words.post_processor = processors.TemplateProcessing(
            single="<s> $A", special_tokens=[("<s>", 0)]
        )
    given = {"unk_token": "<unk>"} if unknown else {}
    return PreTrainedTokenizerFast(
        tokenizer_object=words, bos_token="<s>", eos_token="</s>", **given
    )


def real_tokenizer(shared: Callable[[str], Path]) -> Any:
    return AutoTokenizer.from_pretrained(shared("brainbench/gpt2_neuro_tokenizer"))


def network(kind: str, *, vocabulary: int = len(WORDS), seed: int = 0, **given: Any) -> Any:
    """Build a model from its configuration, with weights large enough to disagree about words."""
    sizes = {"vocab_size": vocabulary, **SIZES, "pad_token_id": None, **given}
    short = {"vocab_size": vocabulary, "hidden_size": 32, "num_hidden_layers": 2, **given}
    build: dict[str, Callable[[], Any]] = {
        "gpt2": lambda: GPT2LMHeadModel(GPT2Config(
            vocab_size=vocabulary, n_embd=32, n_layer=2, n_head=2, **given)),
        "llama": lambda: LlamaForCausalLM(LlamaConfig(num_key_value_heads=1, **sizes)),
        "mistral": lambda: MistralForCausalLM(MistralConfig(num_key_value_heads=1, **sizes)),
        "gpt_neox": lambda: GPTNeoXForCausalLM(GPTNeoXConfig(**sizes)),
        "gemma2": lambda: Gemma2ForCausalLM(
            Gemma2Config(num_key_value_heads=1, head_dim=16, **sizes)),
        "granite": lambda: GraniteForCausalLM(
            GraniteConfig(num_key_value_heads=1, logits_scaling=4.0, **sizes)),
        "falcon": lambda: FalconForCausalLM(
            FalconConfig(num_attention_heads=2, alibi=True, **short)),
        "mamba": lambda: MambaForCausalLM(MambaConfig(**short)),
    }  # fmt: skip
    with torch.random.fork_rng(), torch.no_grad():
        torch.manual_seed(seed)
        made = build[kind]().eval()
        for name, values in made.named_parameters():
            if values.ndim == 2 and "mamba" not in kind:
                values.mul_(12.0 if "norm" not in name else 1.0)
    return made


def language(kind: str = "gpt2", *, tokenizer: Any = None, **given: Any) -> LanguageModel:
    if tokenizer is None:
        tokenizer = tokenizer_of_words()
    made = network(kind, vocabulary=len(tokenizer), **given)
    return LanguageModel(made, tokenizer, f"tiny {kind}")


def plainly(model: LanguageModel, ids: Sequence[int]) -> torch.Tensor:
    """Log-probabilities of all tokens but the first, with all logits at once: the judge."""
    tokens = torch.tensor([list(ids)])
    with torch.no_grad():
        logits = model.model(input_ids=tokens, use_cache=False).logits[0, :-1].double()
    return logits.log_softmax(-1).gather(1, tokens[0, 1:, None])[:, 0]


def item(name: str, text: str, *, original: str = "rises", altered: str = "falls") -> Item:
    """Make a case whose word between braces differs: ``the rate {} with sleep``."""
    place = text.index("{}")
    edit = Edit(original, altered, start_original=place, start_altered=place)
    return Item(name, text.format(original), text.format(altered), (edit,))


def small_items() -> list[Item]:
    return [
        item("1", "the firing rate of neurons {} with attention ."),
        item("2", "in mice the rate {} while memory and sleep do not change .",
             original="rises", altered="falls and falls"),
        item("3", "we recorded neurons in cortex : the rate {} ."),
    ]  # fmt: skip


def many_items() -> list[Item]:
    words = WORDS[9:15] + WORDS[17:27]
    return [item(str(k), f"the {words[k % 12]} {words[k // 12]} {{}} .") for k in range(60)]


def real_items(shared: Callable[[str], Path], n: int = 200) -> list[Item]:
    """Read published cases as they are; where they differ is told by the words that differ."""
    path = shared("brainbench") / "testcases_human.jsonl"
    records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()[:n]]
    return [
        Item(str(r["case_id"]), r["original"], r["altered"], (), subfield=r["journal_section"])
        for r in records
    ]
