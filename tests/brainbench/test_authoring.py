import datetime
import json

import pytest

from surrobrain.brainbench import (
    Document,
    accept_drafts,
    draft_items,
    local_writer,
    read_items,
    server_writer,
)
from surrobrain.brainbench.authoring.answer import parse_answer
from surrobrain.brainbench.authoring.origin import Origin
from surrobrain.brainbench.authoring.review import bracketed
from surrobrain.transport import fetch, patient
from tests.brainbench.chat import serve_chat
from tests.tiny_language import language

CUTOFF = datetime.date(2024, 1, 1)
HEAD = "How cells of the cortex keep time, and for how long, is unknown. " * 7
RESULT = "We found that light, noise and heat raised the rate in all mice."
ORIGIN = Origin("10.1/0", HEAD + RESULT, doi="10.1/0", date=datetime.date(2025, 1, 1))


def documents(n=3):
    return [Document(f"T{k}", HEAD + RESULT.replace("all", f"{k + 5}"), doi=f"10.1/{k}",
                     date=datetime.date(2025, 1, 1 + k)) for k in range(n)]  # fmt: skip


def good(prompt):
    """Answer as a careful model would."""
    abstract = prompt.split("<abstract>\n")[1].split("\n</abstract>")[0]
    return f"<abstract>{abstract.replace('raised', '[[raised, lowered]]')}</abstract>"


@pytest.fixture
def chat():
    asked, answers = [], [good]
    with serve_chat(lambda prompt: answers[0](prompt), asked) as server:
        url = f"http://127.0.0.1:{server.server_port}/v1"
        yield url, asked, answers
        server.shutdown()


def writer(url, **given):
    quick = patient(fetch, first_wait=0.01)
    return server_writer(url, model="m-7b", transport=quick, **given)


def test_a_model_drafts_and_a_human_ticks(chat, tmp_path):
    url, asked, _ = chat
    drafts = draft_items(
        documents(), tmp_path, after=CUTOFF, write=writer(url, key="secret"), model="m-7b"
    )
    assert [item.id for item in drafts.items] == [f"model:m-7b:10.1/{k}" for k in range(3)]
    path, key, body = asked[0]
    assert (path, key, body["model"]) == ("/v1/chat/completions", "Bearer secret", "m-7b")
    assert documents()[0].abstract in body["messages"][0]["content"]
    assert read_items(tmp_path / "drafts.jsonl") == drafts.items
    with pytest.raises(ValueError, match="none of the 3 drafts"):
        accept_drafts(tmp_path, tmp_path / "items.jsonl")
    review = (tmp_path / "review.md").read_text()
    review = review.replace("## [ ] model:m-7b:10.1/1", "## [x] model:m-7b:10.1/1")
    (tmp_path / "review.md").write_text(review)
    ticked = accept_drafts(tmp_path, tmp_path / "items.jsonl")
    assert (ticked.accepted, ticked.n_open) == ((drafts.items[1],), 2)
    assert read_items(tmp_path / "items.jsonl") == (drafts.items[1],)
    assert read_items(tmp_path / "items.jsonl")[0].date == datetime.date(2025, 1, 2)
    assert "secret" not in "".join(p.read_text() for p in tmp_path.iterdir())


def test_a_correction_of_the_human_counts_and_a_damaged_one_is_named(tmp_path):
    draft_items(documents(1), tmp_path, after=CUTOFF, write=good, model="m")
    path = tmp_path / "review.md"
    ticked = path.read_text().replace("[ ] model", "[x] model")
    path.write_text(ticked.replace("[[raised, lowered]]", "[[raised, slowed]]"))
    (item,) = accept_drafts(tmp_path, tmp_path / "i.jsonl").accepted
    assert "slowed the rate" in item.altered
    for wrong, said in [
        (("[[raised, lowered]]", "[[raised, lowered]"), r"model:m:10.1/0: edit 1.*one bracket"),
        (("mice", "rats"), "not what the brackets say"),
        (("[x]", "[?]"), "is marked '\\?'"),
        (("10.1/0", "10.1/9"), "none of the drafts"),
    ]:
        path.write_text(ticked.replace(*wrong))
        with pytest.raises(ValueError, match=said):
            accept_drafts(tmp_path, tmp_path / "i.jsonl")


def test_ticks_survive_another_call(tmp_path):
    draft_items(documents(1), tmp_path, after=CUTOFF, write=good, model="m")
    path = tmp_path / "review.md"
    path.write_text(path.read_text().replace("[ ] model", "[x] model"))
    draft_items(documents(2), tmp_path, after=CUTOFF, write=good, model="m")
    assert accept_drafts(tmp_path, tmp_path / "i.jsonl").n_open == 1


def test_only_newer_abstracts_are_taken(tmp_path):
    old, same, undated, short, notice = (
        Document("T", HEAD, doi=f"10.2/{k}", date=day, kind=kind)
        for k, (day, kind) in enumerate([
            (datetime.date(2020, 1, 1), "abstract"), (CUTOFF, "abstract"), (None, "abstract"),
            (datetime.date(2025, 1, 1), "abstract"), (datetime.date(2025, 1, 1), "retracted"),
        ])
    )  # fmt: skip
    short = Document("T", "Short.", doi="10.2/3", date=datetime.date(2025, 1, 1))
    given = [old, same, undated, short, notice, *documents(1)]
    drafts = draft_items(given, tmp_path, after=CUTOFF, write=good, model="m")
    assert [item.doi for item in drafts.items] == ["10.1/0"]
    assert drafts.skipped == {
        "too old": 2, "of unknown date": 1, "abstract too short or too long": 1, "retracted": 1,
    }  # fmt: skip


def test_a_killed_run_asks_for_no_abstract_twice(tmp_path):
    asked = []

    def dying(prompt):
        if len(asked) == 2:
            raise KeyboardInterrupt
        asked.append(prompt)
        return good(prompt)

    with pytest.raises(KeyboardInterrupt):
        draft_items(documents(), tmp_path / "a", after=CUTOFF, write=dying, model="m")
    again = []
    draft_items(documents(), tmp_path / "a", after=CUTOFF, model="m",
                write=lambda prompt: again.append(prompt) or good(prompt))  # fmt: skip
    assert len(again) == 1
    draft_items(documents(), tmp_path / "b", after=CUTOFF, write=good, model="m")
    for name in ("drafts.jsonl", "review.md"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    with pytest.raises(ValueError, match="drafts by 'model:m', but 'rule' is to write"):
        draft_items(documents(), tmp_path / "a", after=CUTOFF)


def test_a_bad_answer_is_asked_for_again_with_what_was_wrong(tmp_path):
    asked = []

    def learning(prompt):
        asked.append(prompt)
        return good(prompt) if "could not be used" in prompt else "Sorry, I cannot."

    drafts = draft_items(documents(1), tmp_path, after=CUTOFF, write=learning, model="m")
    assert len(drafts.items) == 1
    assert "holds 0 abstracts" in asked[1]
    stubborn = draft_items(
        documents(1), tmp_path / "b", after=CUTOFF, write=lambda _: "No.", model="m"
    )
    assert "holds 0 abstracts" in stubborn.refused["10.1/0"]
    assert accept_is_refused(tmp_path / "b")


def accept_is_refused(folder):
    with pytest.raises(ValueError, match=r"none of the 0 drafts|no case|empty"):
        accept_drafts(folder, folder / "i.jsonl")
    return True


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ([("raised", "[[raised, lowered")], "is not closed"),
        ([("raised", "[[raised, raised]]")], "changes nothing"),
        ([("raised", "[[lifted, lowered]]")], "not what the brackets say"),
        ([("raised", "[[raised, lowered]]"), ("mice", "rats")], "not what the brackets say"),
        ([("How", "[[How, Why]]")], "stands in the first sentence"),
        ([("raised", "[[raised, did not raise]]"), ("mice.", "mice. And so on.")],
         "not what the brackets say"),
        ([(HEAD, f"[[{HEAD.replace(',', ';').strip()}, Nothing.]] ")], "not what the brackets say"),
        ([("raised", "[[raised, " + "very much " * 20 + "lowered]]")], "keep the length"),
        ([("raised", "raised")], "there is no edit"),
    ],
)  # fmt: skip
def test_answers_are_read_strictly(changes, said):
    text = ORIGIN.abstract
    for old, new in changes:
        text = text.replace(old, new, 1)
    with pytest.raises(ValueError, match=said):
        parse_answer(f"<abstract>{text}</abstract>", origin=ORIGIN, id="1")


def test_commas_inside_an_edit_are_parted_by_the_published_words():
    text = ORIGIN.abstract.replace(
        "light, noise and heat", "[[light, noise and heat, light, noise and cold]]"
    )
    said = f"<think><abstract>hm</abstract></think>\n<abstract>\n{text}\n</abstract>"
    item = parse_answer(said, origin=ORIGIN, id="1")
    assert item.edits[0].altered == "light, noise and cold"
    assert item.original == ORIGIN.abstract
    assert bracketed(item) == text


def test_a_server_that_refuses_stops_the_run(chat, tmp_path):
    url, _, answers = chat
    answers[0] = lambda prompt: (401, "bad key")
    with pytest.raises(ValueError, match=r"the chat server answers 401.*check url, model and key"):
        draft_items(documents(), tmp_path, after=CUTOFF, write=writer(url), model="m-7b")
    answers[0] = good
    assert len(draft_items(documents(), tmp_path, after=CUTOFF, write=writer(url),
                           model="m-7b").items) == 3  # fmt: skip


def test_a_server_that_is_no_chat_server_is_named():
    from surrobrain.transport import Response

    def other(url, **given):
        return Response(200, b"{}", {})

    with pytest.raises(ValueError, match="does not answer as a chat server does"):
        server_writer("http://x/v1", model="m", transport=other)("hello")


def test_drafts_by_rule_are_marked_as_such(tmp_path):
    text = HEAD + "We found that light increased the rate."
    newer = [Document("T", text, doi="10.1/r", date=datetime.date(2025, 1, 1))]
    drafts = draft_items(newer, tmp_path, after=CUTOFF)
    assert drafts.items[0].id == "rule:direction:10.1/r"
    record = json.loads((tmp_path / "drafts.jsonl").read_text())
    assert record["id"] == "rule:direction:10.1/r"
    assert "## [ ] rule:direction:10.1/r" in (tmp_path / "review.md").read_text()


def test_a_local_model_writes_and_its_chat_template_is_used():
    model = language("gpt2")
    write = local_writer(model, max_tokens=5)
    assert write("the firing rate of neurons") == write("the firing rate of neurons")
    assert 1 <= len(write("the firing rate").split()) <= 5
    sampled = local_writer(model, max_tokens=8, temperature=5.0, seed=3)
    other = local_writer(model, max_tokens=8, temperature=5.0, seed=4)
    assert sampled("the rate") == sampled("the rate") != other("the rate")
    plain = write("sleep")
    model.tokenizer.chat_template = "we recorded {{ messages[0]['content'] }} in mice :"
    assert write("sleep") != plain
    with pytest.raises(ValueError, match=r"tokens but tiny gpt2 reads 1024 at most"):
        write("cortex " * 2000)
