"""Loading a language model by name or from a folder."""

import hashlib
import json
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from surrobrain.lazy import need

__all__ = ["LanguageModel", "fingerprint", "load_language", "load_tokenizer"]

_ADAPTER = "adapter_config.json"


@dataclass(frozen=True, eq=False)
class LanguageModel:
    """A causal language model with its tokenizer.

    Parameters
    ----------
    model : transformers.PreTrainedModel or peft.PeftModel
        In evaluation mode.
    tokenizer : transformers fast tokenizer
        That of the model.
    name : str
        What it is called in results.
    device : str
        Where it computes, such as ``"cpu"``.

    Examples
    --------
    >>> from transformers import AutoTokenizer, GPT2Config, GPT2LMHeadModel
    >>> network = GPT2LMHeadModel(GPT2Config(vocab_size=99, n_embd=8, n_layer=1, n_head=1))
    >>> LanguageModel(network.eval(), tokenizer=None, name="untrained", device="cpu").model_type
    'gpt2'
    """

    model: Any
    tokenizer: Any
    name: str
    device: str = "cpu"

    @property
    def model_type(self) -> str:
        """Family of the model, such as ``"llama"``."""
        return str(getattr(self.model.config, "model_type", ""))


def load_language(
    name_or_folder: str | Path, *, device: str | None = None, dtype: str | None = None,
    local_files_only: bool = False, trust_remote_code: bool = False, pickled: bool = False,
) -> LanguageModel:  # fmt: skip
    """Load a causal language model of Hugging Face, or an adapter on top of one.

    Parameters
    ----------
    name_or_folder : str or Path
        A name of the hub, such as ``"gpt2"``, or a folder with a model, or with an adapter that
        peft wrote. The hub is asked only for a name.
    device : str, optional
        Such as ``"cpu"`` or ``"cuda:0"``; by default a graphics card where there is one.
    dtype : str, optional
        ``"float32"``, ``"bfloat16"``, ``"float16"``, or ``"auto"`` for that of the file; by default
        float32 on a CPU, else auto.
    local_files_only : bool
        Never ask the hub, even for a name: use what was downloaded before.
    trust_remote_code : bool
        Run Python code that comes with the model.
    pickled : bool
        Accept weights that are no safetensors. Loading them may run code.

    Returns
    -------
    LanguageModel

    Raises
    ------
    FileNotFoundError
        The folder holds no model, or nothing of this name is there.
    ValueError
        Unknown device or dtype; the weights are pickled; the model needs code of its own.
    MissingDependency
        transformers (or peft, for an adapter) is not installed.

    Examples
    --------
    >>> import tempfile
    >>> from transformers import GPT2Config, GPT2LMHeadModel
    >>> network = GPT2LMHeadModel(GPT2Config(vocab_size=99, n_embd=8, n_layer=1, n_head=1))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     network.save_pretrained(folder)
    ...     load_language(folder)
    Traceback (most recent call last):
    FileNotFoundError: ... holds a model but no tokenizer; save the tokenizer into the same folder
    """
    need("transformers", extra="language")
    device = _device(device)
    source = Path(name_or_folder).expanduser()
    is_adapter = (source / _ADAPTER).exists()
    base = str(name_or_folder)
    if source.is_dir():
        base = _base_of(source) if is_adapter else _model_in(source)
    given = {
        "local_files_only": local_files_only or Path(base).is_dir(),
        "trust_remote_code": trust_remote_code,
    }
    network = _network(base, {**given, "dtype": _dtype(dtype, device)}, pickled=pickled)
    if is_adapter:
        network = _adapted(network, source, pickled=pickled)
    tokenizer = load_tokenizer(source if _has_tokenizer(source) else base, **given)
    return LanguageModel(network.to(device).eval(), tokenizer, str(name_or_folder), device)


def load_tokenizer(
    name_or_folder: str | Path, *, local_files_only: bool = False, trust_remote_code: bool = False
) -> Any:
    """Load a tokenizer alone, for a model that computes elsewhere.

    Parameters
    ----------
    name_or_folder : str or Path
        A name of the hub, or a folder.
    local_files_only, trust_remote_code : bool
        As in `load_language`.

    Raises
    ------
    FileNotFoundError
        There is no tokenizer.
    """
    need("transformers", extra="language")
    from transformers import AutoTokenizer

    source = Path(name_or_folder).expanduser()
    if source.is_dir() and not _has_tokenizer(source):
        raise FileNotFoundError(
            f"{str(source)!r} holds a model but no tokenizer; save the tokenizer into the same "
            "folder"
        )
    try:
        return AutoTokenizer.from_pretrained(
            str(name_or_folder),
            local_files_only=local_files_only or source.is_dir(),
            trust_remote_code=trust_remote_code,
        )
    except (OSError, ValueError) as error:
        said = " ".join(str(error).split())
        reason = f"no tokenizer could be loaded for {str(source)!r}: {said}"
        raise FileNotFoundError(reason) from None


def fingerprint(language: LanguageModel) -> str:
    """Return what tells two models apart, whatever their names: a digest of their parameters.

    A model that was tuned on and saved to the same folder has another one. Some values of every
    parameter are read, not all, so that a large model costs no more than a small one.
    """
    import torch

    digest = hashlib.sha256(language.model_type.encode())
    for name, values in language.model.named_parameters():
        flat = values.detach().reshape(-1)
        some = flat[:: max(1, flat.numel() // 64)].to("cpu", torch.float32)
        digest.update(f"{name} {tuple(values.shape)} {values.dtype}".encode())
        digest.update(some.numpy().tobytes())
    if language.tokenizer is not None:
        words = sorted(language.tokenizer.get_vocab().items())
        digest.update(json.dumps(words).encode())
    return digest.hexdigest()


def _device(name: str | None) -> str:
    import torch

    if name is None:
        return "cuda" if torch.cuda.is_available() else "cpu"
    try:
        torch.zeros(1, device=name)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0]
        raise ValueError(f"device={name!r} cannot be used here ({reason}); try 'cpu'") from None
    return name


def _dtype(name: str | None, device: str) -> Any:
    import torch

    from surrobrain.checks import choice

    if name is None:
        name = "float32" if device == "cpu" else "auto"
    choice(name, ("auto", "float32", "bfloat16", "float16", "float64"), "dtype")
    return name if name == "auto" else getattr(torch, name)


def _model_in(folder: Path) -> str:
    if not (folder / "config.json").exists():
        raise FileNotFoundError(
            f"{str(folder)!r} holds no config.json and no {_ADAPTER}; give the folder into which a "
            "model or an adapter was saved"
        )
    return str(folder)


def _base_of(folder: Path) -> str:
    content = json.loads((folder / _ADAPTER).read_text(encoding="utf-8"))
    base = content.get("base_model_name_or_path")
    if not base:
        raise ValueError(f"{_ADAPTER} in {str(folder)!r} does not say which model it adapts")
    return str(base)


def _network(source: str, given: dict[str, Any], *, pickled: bool) -> Any:
    from transformers import AutoModelForCausalLM

    for_adapter = {"local_files_only": given["local_files_only"]}  # it looks for one of its own
    try:
        return AutoModelForCausalLM.from_pretrained(
            source, use_safetensors=None if pickled else True, adapter_kwargs=for_adapter, **given
        )
    except OSError as error:
        said = " ".join(str(error).split())
        if not pickled and "safetensors" in said:
            raise ValueError(
                f"{source!r} has no weights as safetensors; pickled ones may run code when they "
                "are loaded: convert them, or say pickled=True if you trust their origin"
            ) from None
        raise FileNotFoundError(f"no language model {source!r} could be loaded: {said}") from None
    except ValueError as error:
        said = " ".join(str(error).split())
        raise ValueError(f"{source!r} could not be loaded as a causal model: {said}") from None


def _adapted(network: Any, folder: Path, *, pickled: bool) -> Any:
    need("peft", extra="language")
    from peft import PeftModel

    if not (folder / "adapter_model.safetensors").exists() and not pickled:
        raise ValueError(
            f"{str(folder)!r} has no adapter_model.safetensors; a pickled adapter may run code "
            "when it is loaded: say pickled=True if you trust its origin"
        )
    with warnings.catch_warnings():  # peft asks transformers by an old name
        warnings.filterwarnings("ignore", ".*is_gradient_checkpointing", FutureWarning)
        return PeftModel.from_pretrained(network, str(folder), local_files_only=True)


def _has_tokenizer(folder: Path) -> bool:
    names = ("tokenizer.json", "tokenizer_config.json", "vocab.json", "tokenizer.model")
    return folder.is_dir() and any((folder / name).exists() for name in names)
