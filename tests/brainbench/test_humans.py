import numpy as np
import pytest

from surrobrain.brainbench import Humans, most_expert, read_humans

HEADER = "participant,case_id,correct,confidence,expertise,rt_ms,click_slider,recognised\n"


def table(tmp_path, *lines):
    path = tmp_path / "participants.csv"
    path.write_text(HEADER + "\n".join(lines) + "\n")
    return path


def test_exclusions_are_counted_by_reason(tmp_path):
    path = table(
        tmp_path, "a,1,1,50,30,9000,1,0", "a,2,0,50,30,9000,0,1", "a,3,0,50,30,4000,1,0",
        "b,1,1,50,30,9000,0,0",
    )  # fmt: skip
    humans = read_humans(path)
    assert (humans.n_trials, humans.ids) == (2, ("1", "1"))
    assert humans.excluded == {"recognized": 1, "5 s or less": 1, "never moved a slider": 0}
    strict = read_humans(path, unmoved=False)
    assert strict.participants == ("a",)
    assert strict.excluded["never moved a slider"] == 1


def test_signed_confidence_points_to_the_choice(tmp_path):
    humans = read_humans(table(tmp_path, "a,1,1,50,1,9000,1,0", "b,1,0,20,1,9000,1,0"))
    assert humans.signed_confidence.tolist() == [50, -20]


@pytest.mark.parametrize(
    ("line", "said"),
    [("a,1,2,50,30,9000,1,0", "0 or 1"), ("a,1,1,high,30,9000,1,0", "participant a"),
     ("a,1,1,50,30,100,1,0", "no trial")],
)  # fmt: skip
def test_damage_is_named(tmp_path, line, said):
    with pytest.raises(ValueError, match=said):
        read_humans(table(tmp_path, line))


def test_missing_columns_are_named(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("participant,right\n1,1\n")
    with pytest.raises(ValueError, match="no column correct, id or case_id or item"):
        read_humans(path)


def test_tie_rules_take_who_they_say():
    nan = np.full(10, np.nan)
    rated = np.array([50.0, 90, 90, 90, 10, 10, 10, 10, 10, 95])
    ids = ("1",) * 5 + ("2",) * 5
    humans = Humans(
        tuple("abcdefghij"), ids, np.ones(10, dtype=bool), nan, rated, nan, ("",) * 10, ids
    )
    taken = {t: most_expert(humans, ties=t).participants
             for t in ("first", "last", "all", "percentile", "subfield percentile")}  # fmt: skip
    assert taken["first"] == ("b", "j")
    assert taken["last"] == ("d", "j")
    assert taken["all"] == ("b", "c", "d", "j")
    assert taken["percentile"] == ("b", "c", "d", "j")
    assert taken["subfield percentile"] == ("b", "c", "d", "j")
    assert most_expert(humans, share=0.4, ties="first").participants == ("b", "c", "f", "j")


def test_few_trials_or_no_ratings_are_refused():
    nan = np.full(2, np.nan)

    def make(rated):
        right, nobody = np.ones(2, dtype=bool), (None, None)
        return Humans(("a", "b"), ("1", "1"), right, nan, rated, nan, ("", ""), nobody)

    with pytest.raises(ValueError, match="was not rated"):
        most_expert(make(nan))
    with pytest.raises(ValueError, match="trials enough"):
        most_expert(make(np.array([1.0, 2.0])))
