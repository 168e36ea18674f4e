"""Answers from a language model: a chat server, or a model in this process."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from surrobrain.transport import Transport, patient

__all__ = ["ChatServer", "Writer", "local_writer", "server_writer"]

Writer = Callable[[str], str]
"""Answers a prompt."""


@dataclass(frozen=True)
class ChatServer:
    """A server that speaks OpenAI's chat completions, such as vLLM, llama.cpp or Ollama.

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

    Examples
    --------
    >>> ChatServer("http://localhost:8000/v1", "mistral-7b-instruct").model
    'mistral-7b-instruct'
    """

    url: str
    model: str
    key: str | None = field(default=None, repr=False)
    temperature: float = 0.7
    max_tokens: int = 4096
    transport: Transport | None = field(default=None, repr=False)


def server_writer(server: ChatServer) -> Writer:
    """Return what asks a chat server.

    The writer raises ValueError for a server that refuses or answers otherwise than a chat server
    does, and ConnectionError for one that does not answer.
    """
    transport = server.transport or patient()
    url = f"{server.url.rstrip('/')}/chat/completions"
    headers = {"Content-Type": "application/json"}
    if server.key:
        headers["Authorization"] = f"Bearer {server.key}"

    def write(prompt: str) -> str:
        body = {"model": server.model, "messages": [{"role": "user", "content": prompt}],
                "temperature": server.temperature, "max_tokens": server.max_tokens}  # fmt: skip
        answer = transport(url, data=json.dumps(body).encode(), headers=headers)
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
                f"{url} does not answer as a chat server does ({type(error).__name__}: {error}); "
                "give the address up to /v1"
            ) from error
        return text or ""

    return write


def local_writer(
    language: Any, *, max_tokens: int = 1024, temperature: float = 0.0, seed: int = 0
) -> Writer:
    """Return what lets a local model write.

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
