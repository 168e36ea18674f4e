"""Answers from a language model: a chat server, or a model in this process."""

import json
from collections.abc import Callable
from typing import Any

from surrobrain.transport import Transport, patient

__all__ = ["Writer", "local_writer", "server_writer"]

Writer = Callable[[str], str]
"""Answers a prompt."""


def server_writer(
    url: str, *, model: str, key: str | None = None, temperature: float = 0.7,
    max_tokens: int = 4096, transport: Transport | None = None,
) -> Writer:  # fmt: skip
    """Let a server write that speaks OpenAI's chat completions, such as vLLM, llama.cpp or Ollama.

    Parameters
    ----------
    url : str
        Up to the version, such as ``"http://localhost:8000/v1"``.
    model : str
        What the server calls the model.
    key : str, optional
        Sent as a bearer token; read it from the environment, never write it down.
    temperature : float, default 0.7
        Of the sampling.
    max_tokens : int, default 4096
        Longest answer.
    transport : callable, optional
        What asks; by default one that asks again when the server is busy.

    Returns
    -------
    callable
        Answers a prompt. Raises ValueError for a server that refuses or answers otherwise than a
        chat server does, and ConnectionError for one that does not answer.

    Examples
    --------
    >>> from surrobrain.brainbench import server_writer
    >>> write = server_writer("http://localhost:8000/v1", model="mistral-7b-instruct")
    >>> write("Which area holds place cells?")  # doctest: +SKIP
    """
    ask = transport or patient()
    place = f"{url.rstrip('/')}/chat/completions"
    headers = {"Content-Type": "application/json"}
    if key:
        headers["Authorization"] = f"Bearer {key}"

    def write(prompt: str) -> str:
        body = {"model": model, "messages": [{"role": "user", "content": prompt}],
                "temperature": temperature, "max_tokens": max_tokens}  # fmt: skip
        answer = ask(place, data=json.dumps(body).encode(), headers=headers)
        if answer.status != 200:
            said = " ".join(answer.body.decode(errors="replace").split())[:200]
            raise ValueError(
                f"the chat server answers {answer.status}: {said}; check url, model and key"
            )
        try:
            said: Any = answer.json
            text = said["choices"][0]["message"]["content"]
        except (ValueError, KeyError, IndexError, TypeError) as error:
            raise ValueError(
                f"{place} does not answer as a chat server does ({type(error).__name__}: {error}); "
                "give the address up to /v1"
            ) from error
        return text or ""

    return write


def local_writer(
    language: Any, *, max_tokens: int = 1024, temperature: float = 0.0, seed: int = 0
) -> Writer:
    """Let a model in this process write.

    Parameters
    ----------
    language : LanguageModel
        As `surrobrain.pretrained.load_language` returns. Its chat template is used where the
        tokenizer has one; a model without one continues the prompt, and seldom usefully.
    max_tokens : int, default 1024
        Longest answer.
    temperature : float, default 0
        0 takes the likeliest token each time.
    seed : int
        Of the sampling; the same prompt gets the same answer.

    Returns
    -------
    callable
        Answers a prompt. Raises ValueError for one that is too long.

    Examples
    --------
    >>> from surrobrain import pretrained
    >>> from surrobrain.brainbench import local_writer
    >>> write = local_writer(pretrained.load_language("a-chat-model"))  # doctest: +SKIP
    """
    from surrobrain.seeds import torch_chance

    tokenizer = language.tokenizer
    sampled = {"do_sample": True, "temperature": temperature} if temperature else {
        "do_sample": False, "temperature": None, "top_p": None, "top_k": None,
    }  # fmt: skip

    def write(prompt: str) -> str:
        if getattr(tokenizer, "chat_template", None):
            text = tokenizer.apply_chat_template(
                [{"role": "user", "content": prompt}], tokenize=False, add_generation_prompt=True
            )
            given = tokenizer(text, return_tensors="pt", add_special_tokens=False)
        else:
            given = tokenizer(prompt, return_tensors="pt")
        ids = given["input_ids"].to(language.device)
        most = getattr(language.model.config, "max_position_embeddings", None)
        if most is not None and ids.shape[1] >= most:
            raise ValueError(
                f"the prompt has {ids.shape[1]} tokens but {language.name} reads {most} at most; "
                "take a model with a longer context"
            )
        room = max_tokens if most is None else min(max_tokens, most - ids.shape[1])
        with torch_chance(seed):
            written = language.model.generate(
                ids, attention_mask=given["attention_mask"].to(language.device),
                max_new_tokens=room, pad_token_id=tokenizer.eos_token_id, **sampled,
            )  # fmt: skip
        return tokenizer.decode(written[0, ids.shape[1] :], skip_special_tokens=True)

    return write
