"""What a form of coupling has to offer: what is sent down a tract, and what its sum becomes."""

from typing import Any, Protocol, runtime_checkable

from surrobrain.mechanistic.node import Node, Value

__all__ = ["Coupling", "coupling_of"]


@runtime_checkable
class Coupling(Protocol):
    """One way for regions to act on each other.

    A coupling is a frozen dataclass whose fields are all ``param``, the first of them
    ``strength``. Region i receives ``receive(sum_j C[i, j] send(source_j))``; ``xp`` is as for
    a node. Own-delay pathways of a node pass it by.
    """

    @property
    def strength(self) -> Value:
        """Global strength G, or one per receiving region."""
        ...

    @staticmethod
    def send(xp: Any, source: tuple, p: Any) -> tuple:
        """Return what travels down the tracts, one entry per channel of the node's source."""
        ...

    @staticmethod
    def receive(xp: Any, total: tuple, own: tuple, row: Any, p: Any) -> tuple:
        """Return the coupling terms that the node's drift is given.

        ``total`` is the weighted sum of what others sent, ``own`` what the region itself sends
        now, ``row`` the sum of its incoming weights; ``p.strength`` is G.
        """
        ...


def coupling_of(coupling: float | Value | Coupling, node: Node) -> Coupling:
    """Return a coupling as it is, or a bare strength in the form that the node's paper uses."""
    from surrobrain.mechanistic.couplings.additive import Additive
    from surrobrain.mechanistic.couplings.diffusive import Diffusive

    if isinstance(coupling, Coupling):
        return coupling
    return Diffusive(coupling) if node.diffusive else Additive(coupling)
