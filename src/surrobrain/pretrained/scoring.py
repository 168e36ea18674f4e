"""Scoring: every choice that decides what "the likelihood of a text" means."""

import json
from dataclasses import dataclass
from pathlib import Path

from surrobrain.checks import choice, existing_file, text_of, whole

__all__ = ["MARKER", "Scoring", "Wrapped", "preset", "read_wrappers", "wrap"]

MARKER = "{text}"
"""Stands in a wrapper where the text goes."""

_PUBLISHED_MARKER = "<choice abstract>"
_ROLE = "You are a neuroscientist with deep knowledge in neuroscience."
_TASK = "Here is an abstract from a neuroscience publication:"
_PLAIN = f"{_ROLE} {_TASK} {MARKER}"
_BY_TYPE = {
    "falcon": f"{_ROLE}\n### Instruction:\n{_TASK}\n\n### Response: {MARKER}\n",
    "llama": f"<s>[INST] <<SYS>>\n{_ROLE}\n<</SYS>>\n\n{_TASK}\n\n[/INST] {MARKER}\n\n",
    "mistral": f"<s>[INST]\n{_ROLE}\n\n{_TASK}\n\n[/INST] {MARKER}\n\n",
    "phi3": f"<|user|>\n{_ROLE}\n\n{_TASK}<|end|>\n<|assistant|>\n{MARKER}",
}


@dataclass(frozen=True)
class Scoring:
    """What is read, what of it is scored, and how the scores are put together.

    Parameters
    ----------
    name : str
        For tables and files.
    wrapper : str
        Holds ``{text}`` once; what stands around the text. The whole is stripped of white space.
    wrapper_scored : bool
        Whether the tokens of the wrapper count, or are only conditioned on. A token that holds
        characters of both belongs to the text.
    bos : {"one", "none", "tokenizer"}
        What stands at the beginning: one token that begins a sequence (where the tokenizer has
        none, the one that ends it), nothing, or whatever the tokenizer adds by itself, in front of
        one that the wrapper may spell out.
    n_unscored : int, default 1
        Tokens at the beginning, that of ``bos`` included, that are read but do not count. Nothing
        predicts the first, so 1 is the least.
    per : {"mean", "sum", "byte"}
        The loss of a text is per scored token, in all, or per byte of UTF-8.
    arithmetic : {"float32", "model"}
        Precision of the softmax: single, or that of the model, such as half.

    Examples
    --------
    >>> Scoring(wrapper="Abstract: {text}", wrapper_scored=False).per
    'mean'
    >>> Scoring(wrapper="Abstract:")
    Traceback (most recent call last):
    ValueError: a wrapper holds {text} once, but 'Abstract:' arrived; write it where the text goes
    """

    name: str = "custom"
    wrapper: str = MARKER
    wrapper_scored: bool = True
    bos: str = "one"
    n_unscored: int = 1
    per: str = "mean"
    arithmetic: str = "float32"

    def __post_init__(self) -> None:  # noqa: D105
        if self.wrapper.count(MARKER) != 1:
            raise ValueError(
                f"a wrapper holds {MARKER} once, but {self.wrapper!r} arrived; write it where the "
                "text goes"
            )
        choice(self.bos, ("one", "none", "tokenizer"), "policy for bos")
        choice(self.per, ("mean", "sum", "byte"), "way to put scores together")
        choice(self.arithmetic, ("float32", "model"), "arithmetic")
        whole(self.n_unscored, "n_unscored", low=1)


@dataclass(frozen=True)
class Wrapped:
    """A text inside its wrapper.

    Parameters
    ----------
    whole : str
        What a model reads.
    start, stop : int
        The characters of it that are the text.
    """

    whole: str
    start: int
    stop: int


def wrap(text: str, scoring: Scoring) -> Wrapped:
    """Put a text into the wrapper of a recipe, strip the whole, and find the text in it again.

    Examples
    --------
    >>> wrap("Rate rises.", Scoring(wrapper=" Abstract: {text} "))
    Wrapped(whole='Abstract: Rate rises.', start=10, stop=21)
    """
    front, back = scoring.wrapper.split(MARKER)
    filled = front + text + back
    stripped = filled.strip()
    lost = len(filled) - len(filled.lstrip())
    start = max(len(front) - lost, 0)
    stop = min(len(front) + len(text) - lost, len(stripped))
    return Wrapped(stripped, start, max(start, stop))


def preset(name: str, *, model_type: str = "") -> Scoring:
    """Return a recipe by name.

    Parameters
    ----------
    name : {"clean", "reference"}
        ``clean`` reads the text alone behind one token that begins a sequence, and sums in single
        precision. ``reference`` is the published definition of BrainBench.
    model_type : str
        Family of the model (``config.model_type``), which decides the wrapper of ``reference``:
        falcon, llama, mistral and phi3 have their own tags, the others a plain sentence. A single
        model may have been given another; `read_wrappers` reads the published list.

    Returns
    -------
    Scoring

    Notes
    -----
    Published definition: perplexity = exp(mean negative log-likelihood of all tokens but the
    first), wrapper included, tokenized as the tokenizer does by itself. For Llama and Mistral this
    puts its own token before the ``<s>`` that the wrapper spells out [1]_.

    References
    ----------
    .. [1] Luo et al. (2024), Large language models surpass human experts in predicting
       neuroscience results. Nature Human Behaviour.

    Examples
    --------
    >>> preset("reference", model_type="gpt2").wrapper[-19:]
    'publication: {text}'
    """
    choice(name, ("clean", "reference"), "scoring")
    if name == "clean":
        return Scoring("clean")
    wrapper = _BY_TYPE.get(model_type, _PLAIN)
    return Scoring("reference", wrapper=wrapper, bos="tokenizer", arithmetic="model")


def read_wrappers(path: str | Path) -> dict[str, str]:
    """Read the wrappers that single models were given.

    Parameters
    ----------
    path : str or Path
        JSON, name of the model -> wrapper with ``<choice abstract>`` or ``{text}`` in it, as
        published in ``prompt_templates.json``.

    Returns
    -------
    dict of str to str
        For ``Scoring(wrapper=...)``.

    Raises
    ------
    ValueError
        The file is no JSON object of such texts.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "prompt_templates.json"
    ...     _ = path.write_text('{"gpt2": "An abstract: <choice abstract>"}')
    ...     read_wrappers(path)
    {'gpt2': 'An abstract: {text}'}
    """
    found = existing_file(path)
    try:
        content = json.loads(text_of(found))
    except ValueError as error:
        raise ValueError(f"{found.name} is not JSON: {error}") from None
    if not isinstance(content, dict) or not all(isinstance(v, str) for v in content.values()):
        raise ValueError(f"{found.name} must map names of models to wrappers, as JSON")
    wrappers = {name: text.replace(_PUBLISHED_MARKER, MARKER) for name, text in content.items()}
    for name, text in wrappers.items():
        if text.count(MARKER) != 1:
            raise ValueError(f"the wrapper of {name!r} in {found.name} does not hold {MARKER} once")
    return wrappers
