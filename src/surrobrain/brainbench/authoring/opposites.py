"""Words of direction and their opposites, in all their forms."""

from collections.abc import Iterator

__all__ = ["OPPOSITES", "PAIRED"]

_both_ways = (
    ("increase", "decrease"), ("enhance", "attenuate"), ("strengthen", "weaken"),
    ("improve", "impair"), ("promote", "inhibit"), ("upregulate", "downregulate"),
    ("up-regulate", "down-regulate"), ("accelerate", "slow"),
    ("hyperpolarize", "depolarize"),
)  # fmt: skip
_one_way = (
    ("reduce", "increase"), ("elevate", "reduce"), ("suppress", "enhance"),
    ("facilitate", "suppress"), ("augment", "reduce"), ("heighten", "reduce"),
    ("potentiate", "suppress"), ("exacerbate", "alleviate"), ("alleviate", "exacerbate"),
    ("ameliorate", "exacerbate"), ("worsen", "improve"), ("prevent", "promote"),
    ("lower", "raise"), ("boost", "reduce"), ("stimulate", "inhibit"),
)  # fmt: skip
_words_both_ways = (
    ("higher", "lower"), ("greater", "smaller"), ("stronger", "weaker"), ("faster", "slower"),
    ("earlier", "later"), ("longer", "shorter"), ("positively", "negatively"),
    ("upregulation", "downregulation"), ("up-regulation", "down-regulation"),
    ("hyperactivity", "hypoactivity"), ("hyperexcitability", "hypoexcitability"),
    ("hyperconnectivity", "hypoconnectivity"), ("improvement", "impairment"),
    ("improvements", "impairments"), ("strongest", "weakest"), ("highest", "lowest"),
    ("fastest", "slowest"), ("largest", "smallest"), ("more rapidly", "more slowly"),
    ("more likely", "less likely"), ("more frequently", "less frequently"),
    ("more strongly", "less strongly"), ("better", "worse"),
)  # fmt: skip
_words_one_way = (
    ("larger", "smaller"), ("reduction", "increase"), ("reductions", "increases"),
    ("elevation", "reduction"), ("enhancement", "reduction"), ("attenuation", "enhancement"),
    ("suppression", "enhancement"), ("diminished", "enhanced"), ("diminishes", "enhances"),
    ("quicker", "slower"), ("fewer", "more"),
)  # fmt: skip

PAIRED = (
    ("excitatory", "inhibitory"), ("excitation", "inhibition"), ("dorsal", "ventral"),
    ("anterior", "posterior"), ("medial", "lateral"), ("rostral", "caudal"), ("left", "right"),
    ("ipsilateral", "contralateral"), ("male", "female"), ("males", "females"),
    ("men", "women"), ("boys", "girls"), ("children", "adults"), ("patients", "controls"),
    ("presynaptic", "postsynaptic"), ("proximal", "distal"), ("apical", "basal"),
    ("superficial", "deep"), ("sensory", "motor"), ("visual", "auditory"),
    ("glutamatergic", "GABAergic"), ("glutamate", "GABA"), ("NMDA", "AMPA"), ("D1", "D2"),
    ("REM", "NREM"), ("LTP", "LTD"), ("hippocampus", "amygdala"), ("core", "shell"),
    ("afferent", "efferent"), ("endocytosis", "exocytosis"), ("axons", "dendrites"),
    ("neurons", "astrocytes"), ("agonist", "antagonist"), ("young", "old"),
    ("wild-type", "mutant"), ("heterozygous", "homozygous"), ("acute", "chronic"),
    ("early", "late"), ("slow", "fast"), ("phasic", "tonic"), ("theta", "gamma"),
    ("alpha", "beta"), ("rewards", "punishments"), ("reward", "punishment"),
    ("familiar", "novel"), ("implicit", "explicit"),
)  # fmt: skip
"""Things that studies compare; they are exchanged where both occur."""


def _forms(verb: str) -> tuple[str, str, str, str]:
    stem = verb.removesuffix("e")
    present = verb + ("es" if verb.endswith("ss") else "s")
    return verb, present, stem + "ed", stem + "ing"


def _pairs() -> Iterator[tuple[str, str]]:
    for one, other in _one_way:
        yield from zip(_forms(one), _forms(other), strict=True)
    yield from _words_one_way
    for one, other in _both_ways:
        yield from zip(_forms(one), _forms(other), strict=True)
        yield from zip(_forms(other), _forms(one), strict=True)
    for one, other in _words_both_ways:
        yield one, other
        yield other, one


OPPOSITES: dict[str, str] = dict(_pairs())
"""Word in lower case -> its opposite in the same form."""
