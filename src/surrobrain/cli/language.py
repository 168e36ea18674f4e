"""Options by which commands name a language model, and how they load it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from surrobrain.pretrained.completions import CompletionServer
    from surrobrain.pretrained.language import LanguageModel
    from surrobrain.pretrained.scoring import Scoring

__all__ = ["model_from", "model_options", "scoring_from", "scoring_options", "threads"]

Function = TypeVar("Function", bound=Callable[..., Any])

_KEY = "SURROBRAIN_API_KEY"


def model_options(function: Function) -> Function:
    """Add what may have to be said about a model."""
    for option in (
        click.option("--threads", type=click.IntRange(1), metavar="N",
                     help="Of the CPU; by default all."),
        click.option("--pickled", is_flag=True,
                     help="Accept weights that are no safetensors; loading them may run code."),
        click.option("--trust-remote-code", is_flag=True,
                     help="Run Python code that comes with the model."),
        click.option("--local-files-only", is_flag=True, help="Never ask the hub."),
        click.option("--dtype", metavar="NAME",
                     help="float32, bfloat16, float16 or auto; by default float32 on a CPU."),
        click.option("--device", metavar="NAME", help="Such as cpu or cuda:0."),
        click.option("--dialect", type=click.Choice(["echo", "prompt_logprobs"]), default="echo",
                     show_default=True, help="How a server is asked for log-probabilities."),
        click.option("--tokenizer", metavar="NAME",
                     help="With --server: name or folder of the model's tokenizer."),
        click.option("--server", metavar="URL",
                     help="Score by a completions server, such as http://localhost:8000/v1; its "
                          f"key is read from {_KEY}."),
    ):  # fmt: skip
        function = option(function)
    return function


def scoring_options(function: Function) -> Function:
    """Add what is read and what of it counts."""
    for option in (
        click.option("--per", type=click.Choice(["mean", "sum", "byte"]),
                     help="Loss per token, in all, or per byte."),
        click.option("--bos", type=click.Choice(["one", "none", "tokenizer"]),
                     help="What stands at the beginning."),
        click.option("--wrapper-unscored", is_flag=True,
                     help="Only condition on the wrapper, do not score it."),
        click.option("--wrapper", metavar="TEXT", help="Words around the text, with {text} in it."),
        click.option("--templates", metavar="FILE",
                     help="JSON, model -> wrapper; that of MODEL is taken, or of --template."),
        click.option("--template", metavar="NAME", help="Which entry of --templates."),
        click.option("--scoring", type=click.Choice(["clean", "reference"]), default="clean",
                     show_default=True, help="clean: text only; reference: as published."),
    ):  # fmt: skip
        function = option(function)
    return function


def model_from(
    name: str, typed: Mapping[str, Any], tell: Callable[[str], None] | None
) -> "LanguageModel | CompletionServer":
    """Load the model that was named, or name the one on a server."""
    import os

    from surrobrain.pretrained.completions import CompletionServer
    from surrobrain.pretrained.language import load_language, load_tokenizer

    where = {key: typed[key] for key in ("local_files_only", "trust_remote_code")}
    if typed["server"] is not None:
        tokenizer = typed["tokenizer"]
        return CompletionServer(
            typed["server"], name, dialect=typed["dialect"], key=os.environ.get(_KEY),
            tokenizer=None if tokenizer is None else load_tokenizer(tokenizer, **where),
        )  # fmt: skip
    if tell is not None:
        tell(f"loading {name}")
    return load_language(
        name, device=typed["device"], dtype=typed["dtype"], pickled=typed["pickled"], **where
    )


def scoring_from(model: "LanguageModel | CompletionServer", typed: Mapping[str, Any]) -> "Scoring":
    """Return the recipe that was typed; its name says when it is no longer a preset."""
    import dataclasses

    from surrobrain.checks import choice
    from surrobrain.pretrained.likelihood import recipe_for
    from surrobrain.pretrained.scoring import read_wrappers

    recipe, changed = recipe_for(model, typed["scoring"]), {}
    if typed["wrapper"] is not None:
        changed["wrapper"] = typed["wrapper"]
    if typed["templates"] is not None:
        wrappers = read_wrappers(typed["templates"])
        name = typed["template"] or model.name.replace("/", "--")
        changed["wrapper"] = wrappers[choice(name, wrappers, "wrapper")]
    for option in ("bos", "per"):
        if typed[option] is not None:
            changed[option] = typed[option]
    if typed["wrapper_unscored"]:
        changed["wrapper_scored"] = False
    made = dataclasses.replace(recipe, **changed)
    return made if made == recipe else dataclasses.replace(made, name=f"{recipe.name}, changed")


@contextmanager
def threads(number: int | None) -> Iterator[None]:
    """Compute with so many threads of the CPU, by default all: language models are large."""
    import os

    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(number or len(os.sched_getaffinity(0)))
    try:
        yield
    finally:
        torch.set_num_threads(before)
