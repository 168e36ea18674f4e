"""Scoring by a server: any that completes texts and tells how probable its prompt was."""

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from surrobrain.checks import choice
from surrobrain.pretrained.encode import Encoded, encode, encoded
from surrobrain.pretrained.scoring import Scoring, wrap
from surrobrain.transport import Transport, patient

__all__ = ["CompletionServer", "score_by_server"]


@dataclass(frozen=True, eq=False)
class CompletionServer:
    """A server that speaks OpenAI's completions, such as vLLM or llama.cpp.

    Parameters
    ----------
    url : str
        Up to the version, such as ``"http://localhost:8000/v1"``.
    model : str
        What the server calls the model.
    tokenizer : transformers fast tokenizer, optional
        That of the model. With it tokens are sent instead of text, so that every recipe can be kept
        to; without it the server tokenizes by itself, as with ``Scoring(bos="tokenizer")``.
    model_type : str
        Family of the model, which decides the wrapper of the reference scoring.
    dialect : {"echo", "prompt_logprobs"}
        How log-probabilities are asked for: ``echo`` with ``logprobs``, as in OpenAI's interface,
        or vLLM's own field.
    key : str, optional
        Sent as a bearer token; read it from the environment, never write it down.
    transport : callable, optional
        What asks; by default one that asks again when the server is busy.

    Examples
    --------
    >>> CompletionServer("http://localhost:8000/v1", "mistral-7b", model_type="mistral").name
    'mistral-7b'
    """

    url: str
    model: str
    tokenizer: Any = None
    model_type: str = ""
    dialect: str = "echo"
    key: str | None = None
    transport: Transport | None = None

    def __post_init__(self) -> None:  # noqa: D105
        choice(self.dialect, ("echo", "prompt_logprobs"), "dialect")

    def __repr__(self) -> str:
        """Leave the key out."""
        return f"CompletionServer({self.url!r}, {self.model!r})"

    @property
    def name(self) -> str:
        """What it is called in results."""
        return self.model


def score_by_server(
    server: CompletionServer, text: str, *, scoring: Scoring, name: str
) -> tuple[Encoded, Float[np.ndarray, "tokens 3"]]:
    """Return the tokens of a text, and the log-probability of each in the first column.

    The arithmetic is the server's own, whatever the recipe says.

    Raises
    ------
    ValueError
        The recipe cannot be kept to without a tokenizer; the server does not know the model, or
        does not say how probable its prompt was.
    ConnectionError
        The server does not answer.
    """
    if server.tokenizer is not None:
        read = encode(server.tokenizer, text, scoring=scoring, name=name)
        _, log_prob = _asked(server, list(read.ids), name)
        return read, _column(log_prob, len(read.ids), name)
    if scoring.bos != "tokenizer":
        raise ValueError(
            f"without a tokenizer the server decides how texts begin, but the recipe says "
            f"bos={scoring.bos!r}; give CompletionServer the tokenizer of the model, or use "
            "Scoring(bos='tokenizer')"
        )
    if not text.strip():
        raise ValueError(f"{name} is empty; nothing of it can be scored")
    wrapped = wrap(text, scoring)
    pieces, log_prob = _asked(server, wrapped.whole, name)
    offsets = _offsets(pieces, wrapped.whole, name)
    read = encoded(wrapped, [0] * len(offsets), offsets, scoring=scoring, name=name)
    return read, _column(log_prob, len(offsets), name)[: len(read.ids)]


def _asked(
    server: CompletionServer, prompt: str | list[int], name: str
) -> tuple[list[str], list[float | None]]:
    """Ask for the tokens of a prompt and their log-probabilities."""
    ask: dict[str, object] = {"model": server.model, "prompt": prompt, "temperature": 0}
    if server.dialect == "echo":
        ask |= {"echo": True, "logprobs": 1, "max_tokens": 0}
    else:
        ask |= {"prompt_logprobs": 0, "max_tokens": 1}
    headers = {"Content-Type": "application/json"}
    if server.key is not None:
        headers["Authorization"] = f"Bearer {server.key}"
    transport = patient() if server.transport is None else server.transport
    address = f"{server.url.rstrip('/')}/completions"
    answer = transport(address, data=json.dumps(ask).encode(), headers=headers)
    if answer.status != 200:
        said = answer.body[:300].decode(errors="replace")
        raise ValueError(f"{address} answers {answer.status} to {name}: {said}")
    try:
        first = answer.json["choices"][0]  # pyright: ignore[reportIndexIssue]
        return _echoed(first) if server.dialect == "echo" else _of_prompt(first)
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):
        raise ValueError(
            f"{address} does not return log-probabilities of its prompt ({name}); the server must "
            f"offer {'echo with logprobs' if server.dialect == 'echo' else 'prompt_logprobs'}"
        ) from None


def _echoed(answer: dict[str, Any]) -> tuple[list[str], list[float | None]]:
    found = answer["logprobs"]
    return list(found["tokens"]), list(found["token_logprobs"])


def _of_prompt(answer: dict[str, Any]) -> tuple[list[str], list[float | None]]:
    pieces: list[str] = []
    log_prob: list[float | None] = []
    for place in answer["prompt_logprobs"]:
        # vLLM lists the token of the prompt first, then more probable ones if any
        chosen = next(iter(place.values())) if place else {"logprob": None, "decoded_token": ""}
        pieces.append(chosen.get("decoded_token") or "")
        log_prob.append(chosen["logprob"])
    return pieces, log_prob


def _column(log_prob: list[float | None], n_tokens: int, name: str) -> Float[np.ndarray, "n 3"]:
    """One more token may have been completed; fewer are another text."""
    if len(log_prob) not in (n_tokens, n_tokens + 1):
        raise ValueError(
            f"the server returned {len(log_prob)} log-probabilities for the {n_tokens} tokens of "
            f"{name}; is its tokenizer that of the model?"
        )
    found = np.full((n_tokens, 3), np.nan)
    found[:, 0] = [np.nan if value is None else value for value in log_prob[:n_tokens]]
    return found


def _offsets(pieces: list[str], whole: str, name: str) -> np.ndarray:
    """Find the tokens of a server in a text, one after the other."""
    offsets, place = [], 0
    for k, piece in enumerate(pieces):
        if whole.startswith(piece, place) and place + len(piece) <= len(whole):
            offsets.append((place, place + len(piece)))
            place += len(piece)
        elif k == 0:  # a token that begins a sequence stands for no character
            offsets.append((0, 0))
        elif place == len(whole):  # what was completed behind the prompt
            break
        else:
            raise ValueError(
                f"token {k} of the server ({piece!r}) is not found in {name} at character {place}; "
                "give CompletionServer the tokenizer of the model"
            )
    if place != len(whole):
        raise ValueError(f"the tokens of the server end at character {place} of {name}")
    return np.array(offsets, dtype=np.int64).reshape(-1, 2)
