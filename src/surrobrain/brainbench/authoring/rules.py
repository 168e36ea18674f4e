"""Test cases without a language model: directions reversed, or compared things exchanged."""

import itertools
import re
from collections.abc import Iterator

from surrobrain.brainbench.authoring.checks import draft_problems
from surrobrain.brainbench.authoring.opposites import OPPOSITES, PAIRED
from surrobrain.brainbench.authoring.origin import Origin
from surrobrain.brainbench.item import Edit, Item
from surrobrain.brainbench.sentences import sentence_spans

__all__ = ["alter_by_rule"]

Change = tuple[int, int, str]

_found = re.compile(
    r"\b(?:we (?:also |further |thus |now |here )?(?:found|find|show(?:ed)?|observed?|report(?:ed)?"
    r"|demonstrated?|identified|discovered|detected|conclude)|our (?:results|findings|data)"
    r"|results|revealed|showed|found that|these (?:results|findings|data)|was associated"
    r"|were associated|correlated with)\b",
    re.IGNORECASE,
)
_asks = re.compile(
    r"^\W*(?:to (?:test|determine|examine|investigate|address|assess|understand|study|explore)|"
    r"(?:here,? )?we (?:asked|tested|investigated|examined|hypothesi[sz]ed|aimed|sought|studied|"
    r"used|measured|recorded)|whether)\b",
    re.IGNORECASE,
)
_direction = re.compile(
    r"(?<![\w-])(?:(an?) )?(" + "|".join(sorted(map(re.escape, OPPOSITES), key=len, reverse=True))
    + r")(?![\w-])",
    re.IGNORECASE,
)  # fmt: skip
_hopes = re.compile(
    r"\b(?:should|needed|required|implications|could be|can be (?:used|applied)|useful|will|"
    r"propose|potential|please see|funding|registration)\b",
    re.IGNORECASE,
)
_links = re.compile(
    r"\b(?:as|leads?|led|results? in|resulted in|causes?|caused|with (?:an )?(?:in|de)creas\w+|"
    r"correlat\w+|depend\w*|than|when)\b",
    re.IGNORECASE,
)
_negation = re.compile(
    r"\b(?:not|no|nor|neither|without|never|cannot)\b(?:\W+\w+){0,3}\W+$", re.IGNORECASE
)
_fixed_after = re.compile(
    r"\W+(?:evidence|number of studies|interest|attention|(?:our |the )?(?:understanding|"
    r"knowledge)|order|cognitive|brain function|methods?|bounds?|down|on|in the article|"
    r"generation|vertebrates|eukaryotes|plants|primates|limbs?|extremit\w+|doses?|"
    r"concentrations?|frequenc\w+|temperatures?|contrasts?|loads?)\b",
    re.IGNORECASE,
)


def alter_by_rule(origin: Origin) -> Item | None:
    """Return a case made by rule, marked as such in its id, or None where no rule applies.

    For work without a language model, and as a baseline for one: such cases are valid in form, but
    they follow words, not meaning, and a model that knows the literature is not needed to doubt
    some of them. A human has to look.

    Parameters
    ----------
    origin : Origin
        The published abstract.

    Returns
    -------
    Item or None
        Its id begins with ``rule:direction:`` or ``rule:exchange:``.

    Notes
    -----
    Only results are altered: the sentences under a label such as RESULTS, or else from the first
    that reports a finding, without those that state a question. Two things that both
    occur in them are exchanged ("excitatory" and "inhibitory"), which leaves the words of the whole
    as they were. Where there are none, every word of direction is reversed ("increased", "higher",
    in the same form; not after a negation, in a compound, in a condition such as "higher doses", or
    where the background has the same word). Authors write "increased" more often than "decreased",
    so that reversed cases can be told by their words: look at the baselines of the whole set.

    Examples
    --------
    >>> origin = Origin("10.1/x", "We recorded cells in mice. We found that light caused an "
    ...                           "increase of the rate.")
    >>> item = alter_by_rule(origin)
    >>> item.id, item.edits[0].original, item.edits[0].altered
    ('rule:direction:10.1/x', 'an increase', 'a decrease')
    """
    spans = tuple(_result_spans(origin))
    if not spans:
        return None
    rules = (("exchange", _exchanged), ("direction", _reversed))
    for kind, rule in rules:
        changes = sorted(rule(origin.abstract, spans))
        if not changes:
            continue
        item = _with_changes(origin, f"rule:{kind}:{origin.name}", changes)
        if not draft_problems(item):
            return item
    return None


def _result_spans(origin: Origin) -> Iterator[tuple[int, int]]:
    """Yield where sentences that report results begin and end."""
    begun = False
    for number, (begin, end) in enumerate(sentence_spans(origin.abstract)):
        sentence = origin.abstract[begin:end]
        reports = bool(_found.search(sentence))
        begun = begun or (reports if origin.results is None else end > origin.results)
        if (
            number
            and begun
            and not _hopes.search(sentence)
            and (reports or not _asks.match(sentence))
        ):
            yield max(begin, origin.results or 0), end


def _reversed(text: str, spans: tuple[tuple[int, int], ...]) -> Iterator[Change]:
    background = {word.lower() for word in re.findall(r"[\w-]+", text[: spans[0][0]])}
    for begin, end in spans:
        changes = [
            _opposed(match)
            for match in _direction.finditer(text, begin, end)
            if not _negation.search(text[begin : match.start()])
            and not _fixed_after.match(text[match.end() : end])
            and not text[: match.start()].endswith("or ")
            # what the background speaks of already is the topic, and would give the answer away
            and not background & set(match[2].lower().split())
        ]
        # "the more, the more" reversed on both sides would say the same as before
        same = len(changes) % 2 == 0 and _links.search(text[begin:end])
        yield from changes[1:] if same else changes


def _opposed(match: re.Match[str]) -> Change:
    opposite, article = OPPOSITES[match[2].lower()], match[1]
    new = _cased(match[2], opposite)
    if article:
        fitting = "an" if opposite[0] in "aeiou" else "a"
        new = f"{_cased(article, fitting)} {new}"
    return match.start(), match.end(), new


def _exchanged(text: str, spans: tuple[tuple[int, int], ...]) -> list[Change]:
    """Exchange the pair that the results speak of most."""
    best: list[Change] = []
    for one, other in PAIRED:
        words = f"{re.escape(one)}|{re.escape(other)}"
        # neither "16 males" of the methods, nor the half of "pre- and postsynaptic"
        pattern = re.compile(rf"(?<![\w-])(?<!\d )(?<!- and )(?:{words})(?![\w-])", re.IGNORECASE)
        met = [match for begin, end in spans for match in pattern.finditer(text, begin, end)]
        both = {match[0].lower() for match in met} == {one.lower(), other.lower()}
        alone = not any(_listed(text, a, b) for a, b in itertools.pairwise(met))
        if both and alone and len(met) > len(best):
            best = [
                (m.start(), m.end(), _cased(m[0], other if m[0].lower() == one.lower() else one))
                for m in met
            ]
    return best


def _listed(text: str, one: re.Match[str], other: re.Match[str]) -> bool:
    """Tell whether two words are only named side by side, so that their order says nothing."""
    different = one[0].lower() != other[0].lower()
    return different and text[one.end() : other.start()].strip() in ("and", "or", "/", ",", "to")


def _cased(model: str, word: str) -> str:
    """Give a word the capital that another one has at the beginning of a sentence."""
    capital = model[:1].isupper() and model[1:] == model[1:].lower() and word.islower()
    return word[:1].upper() + word[1:] if capital else word


def _with_changes(origin: Origin, id: str, changes: list[Change]) -> Item:
    altered, edits, place = "", [], 0
    for begin, end, new in changes:
        altered += origin.abstract[place:begin]
        edits.append(Edit(origin.abstract[begin:end], new, begin, len(altered)))
        altered += new
        place = end
    altered += origin.abstract[place:]
    return Item(
        id, origin.abstract, altered, tuple(edits), origin.subfield, origin.doi, origin.date
    )
