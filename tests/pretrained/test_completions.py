import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import torch

from surrobrain.brainbench.choosing import choose
from surrobrain.pretrained.completions import CompletionServer
from surrobrain.pretrained.likelihood import score_texts
from surrobrain.pretrained.scoring import MARKER, Scoring
from surrobrain.transport import Response
from tests.tiny_language import WORDS, language, small_items

TEXTS = ["the firing rate of neurons rises .", "the firing rate of neurons falls ."]
ITSELF = Scoring(wrapper=f"Here is an abstract : {MARKER} .", bos="tokenizer")
INSIDE = Scoring(wrapper=f"Here is an abstract : {MARKER} .", wrapper_scored=False)


@pytest.fixture
def served():
    """Serve a tiny model over HTTP in the manner of OpenAI and of vLLM; it really runs."""
    model = language("llama")
    asked: list[tuple[dict, dict]] = []

    def complete(ask):
        prompt = ask["prompt"]
        given = isinstance(prompt, str)
        ids = model.tokenizer(prompt)["input_ids"] if given else prompt
        with torch.no_grad():
            log_prob = model.model(torch.tensor([ids])).logits[0].log_softmax(-1)
        values = [None] + [float(log_prob[k - 1, ids[k]]) for k in range(1, len(ids))]
        pieces = [WORDS[k] for k in ids]
        if given:  # as they stand in the text, white space included
            offsets = model.tokenizer(prompt, return_offsets_mapping=True)["offset_mapping"]
            ends = [0] + [stop for _, stop in offsets]
            pieces = [WORDS[ids[0]]] + [prompt[ends[k] : ends[k + 1]] for k in range(1, len(ids))]
        answer: dict = {"text": "", "index": 0}
        if ask.get("echo"):
            answer["logprobs"] = {"tokens": pieces, "token_logprobs": values}
        if "prompt_logprobs" in ask:
            answer["prompt_logprobs"] = [None] + [
                {str(ids[k]): {"logprob": values[k], "rank": 1, "decoded_token": pieces[k]}}
                for k in range(1, len(ids))
            ]
        return answer

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            ask = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            asked.append((ask, dict(self.headers)))
            known = self.path == "/v1/completions" and ask["model"] == "tiny"
            content = {"choices": [complete(ask)]} if known else {"error": "no such model"}
            body = json.dumps(content).encode()
            self.send_response(200 if known else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/v1", model, asked
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize("dialect", ["echo", "prompt_logprobs"])
@pytest.mark.parametrize("scoring", ["clean", ITSELF, INSIDE])
def test_a_server_with_the_tokenizer_says_what_the_model_says(served, dialect, scoring):
    url, model, asked = served
    server = CompletionServer(url, "tiny", tokenizer=model.tokenizer, dialect=dialect)
    found = score_texts(server, TEXTS, scoring=scoring, tokens=True)
    for ours, here in zip(
        score_texts(model, TEXTS, scoring=scoring, tokens=True), found, strict=True
    ):
        assert here.log_likelihood == pytest.approx(ours.log_likelihood, rel=1e-5)
        assert (here.n_tokens, here.n_bytes) == (ours.n_tokens, ours.n_bytes)
        assert here.tokens is not None
        assert ours.tokens is not None
        assert here.tokens.pieces == ours.tokens.pieces
    assert isinstance(asked[0][0]["prompt"], list)


def test_a_server_alone_tokenizes_by_itself(served):
    url, model, asked = served
    server = CompletionServer(url, "tiny", key="secret")
    for scoring in (ITSELF, Scoring(wrapper=ITSELF.wrapper, bos="tokenizer", wrapper_scored=False)):
        found = score_texts(server, TEXTS, scoring=scoring)
        for ours, here in zip(score_texts(model, TEXTS, scoring=scoring), found, strict=True):
            assert here.log_likelihood == pytest.approx(ours.log_likelihood, rel=1e-5)
            assert (here.n_tokens, here.n_bytes) == (ours.n_tokens, ours.n_bytes)
    assert asked[0][1]["Authorization"] == "Bearer secret"
    assert "secret" not in repr(server)
    with pytest.raises(ValueError, match=r"the recipe says bos='one'; .*bos='tokenizer'"):
        score_texts(server, TEXTS)


def test_choices_of_a_server_are_kept_and_resumed(served, tmp_path):
    url, model, asked = served
    server = CompletionServer(url, "tiny", tokenizer=model.tokenizer)
    first = choose(server, small_items(), results=tmp_path / "scores.jsonl")
    n_asked = len(asked)
    again = choose(server, small_items(), results=tmp_path / "scores.jsonl")
    assert n_asked == len(asked) == 6
    assert (first.loss == again.loss).all()
    assert (first.correct == choose(model, small_items()).correct).all()


def test_what_a_server_may_lack(served):
    url, model, _ = served
    with pytest.raises(ValueError, match=r"answers 404 to text 1: .*no such model"):
        score_texts(CompletionServer(url, "huge", tokenizer=model.tokenizer), TEXTS)
    server = CompletionServer(url, "tiny", tokenizer=model.tokenizer)
    with pytest.raises(ValueError, match="does not say how the whole vocabulary"):
        score_texts(server, TEXTS, moments=True)
    with pytest.raises(ValueError, match="no dialect"):
        CompletionServer(url, "tiny", dialect="morse")


def test_tokens_that_are_not_those_of_the_text():
    said = {"tokens": ["the", " rate", " of"], "token_logprobs": [None, -1.0, -2.0]}
    server = CompletionServer(
        "http://localhost/v1", "tiny",
        transport=lambda url, **given: Response(
            200, json.dumps({"choices": [{"logprobs": said}]}).encode(), {}
        ),
    )  # fmt: skip
    itself = Scoring(bos="tokenizer")
    assert score_texts(server, ["the rate"], scoring=itself)[0].log_likelihood == -1.0
    with pytest.raises(ValueError, match=r"token 2 .* \(' of'\) is not found in text 1"):
        score_texts(server, ["the rate rises"], scoring=itself)
    with pytest.raises(ValueError, match="end at character 11 of text 1"):
        score_texts(server, ["the rate of sleep"], scoring=itself)


@pytest.mark.parametrize(
    ("answer", "said"),
    [({"choices": []}, "does not return log-probabilities"),
     ({"choices": [{"logprobs": None}]}, "does not return log-probabilities"),
     ({"choices": [{"logprobs": {"tokens": ["a"], "token_logprobs": [None]}}]},
      "returned 1 log-probabilities for the 8 tokens of text 1")],
)  # fmt: skip
def test_answers_that_say_nothing(answer, said):
    model = language("llama")
    server = CompletionServer(
        "http://localhost/v1", "tiny", tokenizer=model.tokenizer,
        transport=lambda url, **given: Response(200, json.dumps(answer).encode(), {}),
    )  # fmt: skip
    with pytest.raises(ValueError, match=said):
        score_texts(server, TEXTS)
