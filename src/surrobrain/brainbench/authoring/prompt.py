"""What a language model is asked to do with an abstract."""

__all__ = ["case_prompt", "correction_prompt"]

_prompt = """\
You help to write a test of scientific foresight. Below is the abstract of a neuroscience study. \
Make a second version of it in which the study came out differently.

Rules:
1. Change results and what is concluded from them. Leave background, question, methods and all \
other words exactly as they are.
2. The second version must be coherent from the first to the last sentence: where one result \
changes, change every later mention that depends on it.
3. It must be plausible to a reader who knows the methods but not the results, and it must be \
false if the first version is true. Do not merely weaken or hedge, and do not add a simple "not".
4. Change as few words as possible. Let both versions have about the same length and the same style.
5. Nothing in the unchanged words may give away which version is the published one.
6. Mark every change as [[published words, your words]]: two opening brackets, the published \
words exactly as they stand, a comma, your words, two closing brackets. No mark may be empty on \
either side, and none may hold a further comma where that can be avoided.

Example of a mark: Firing rates [[increased, decreased]] during sleep.

Repeat the whole abstract with your marks between <abstract> and </abstract>, and write nothing \
after it.

<abstract>
{abstract}
</abstract>
"""

_correction = """

An earlier answer could not be used: {complaint}
Answer again, with the whole abstract between <abstract> and </abstract>.
"""


def case_prompt(abstract: str) -> str:
    """Return the request for an altered version of an abstract.

    Examples
    --------
    >>> "Rates rose." in case_prompt("Rates rose.")
    True
    """
    return _prompt.replace("{abstract}", abstract)


def correction_prompt(abstract: str, complaint: str) -> str:
    """Return the request once more, with what was wrong with the last answer."""
    return case_prompt(abstract) + _correction.replace("{complaint}", complaint)
