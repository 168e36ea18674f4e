"""What may be done in a virtual operation, and how the best is searched for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from surrobrain.checks import choice, number, whole

__all__ = ["Operation"]


@dataclass(frozen=True, eq=False)
class Operation:
    """What may be removed or cut, what it costs, and how the best is searched for.

    Parameters
    ----------
    kind : {"resection", "disconnection"}
        Remove regions, until none of the others seizes; or cut tracts, until no region seizes
        that would not by itself.
    candidates : sequence of str or int, optional
        Regions that may be removed, or whose tracts may be cut; by default those that seize in
        some run of the search.
    volumes : mapping of str to float, optional
        What each region costs; by default 1. Tracts cost their weight.
    enough : float
        Share of the runs that must go well.
    method : {"auto", "exhaustive", "greedy", "genetic"}
        All sets, cheapest first; or step by step; or bred from that. By default all sets of up to
        12 elements, and else greedy and genetic.
    n_search : int
        Runs behind every operation that is tried.

    Raises
    ------
    ValueError
        An unknown kind or method, or a number out of range.

    Examples
    --------
    >>> Operation("disconnection", enough=0.9).method
    'auto'
    """

    kind: Literal["resection", "disconnection"] = "resection"
    candidates: Iterable[str | int] | None = None
    volumes: Mapping[str, float] | None = None
    enough: float = 0.95
    method: Literal["auto", "exhaustive", "greedy", "genetic"] = "auto"
    n_search: int = 20

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        choice(self.kind, ("resection", "disconnection"), "kind of operation")
        choice(self.method, ("auto", "exhaustive", "greedy", "genetic"), "method")
        number(self.enough, "enough", low=0.0, high=1.0)
        whole(self.n_search, "n_search", low=1)
        for name, volume in (self.volumes or {}).items():
            number(volume, f"volume of {name}", low=1e-12)
