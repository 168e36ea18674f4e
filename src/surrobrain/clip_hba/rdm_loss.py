"""How far predicted RDMs over time are from measured ones, as a number that can be minimized."""

from dataclasses import dataclass
from typing import Any

from jaxtyping import Float

from surrobrain.checks import number

__all__ = ["RDMLoss", "correlation_rdms", "generalization_curve"]

_ROUNDING = 64  # of the resolution of a number: what varies less is constant


def correlation_rdms(
    embedding: Float[Any, "times images dimensions"],
) -> Float[Any, "times pairs"]:
    """Return one minus the correlation of every two images, at every time; gradients flow.

    Examples
    --------
    >>> import torch
    >>> seen = torch.tensor([[[1.0, 2.0, 3.0], [3.0, 2.0, 1.0], [2.0, 4.0, 6.0]]])
    >>> correlation_rdms(seen).round(decimals=3)
    tensor([[2., 0., 2.]])
    """
    import torch

    unit = _standard(embedding)
    n = embedding.shape[1]
    first, second = torch.triu_indices(n, n, 1, device=embedding.device)
    return 1 - (unit @ unit.transpose(1, 2))[:, first, second]


def generalization_curve(rdms: Float[Any, "times pairs"]) -> Float[Any, "times"]:
    """Return how alike the RDM of each time is to those of all times, on average.

    The row means of the matrix of correlations, without the matrix.

    Examples
    --------
    >>> import torch
    >>> generalization_curve(torch.tensor([[1.0, 2.0, 3.0], [1.0, 2.0, 3.0], [3.0, 2.0, 1.0]]))
    tensor([ 0.3333,  0.3333, -0.3333])
    """
    unit = _standard(rdms)
    return unit @ unit.mean(dim=0)


@dataclass(frozen=True)
class RDMLoss:
    """A weighted sum of three disagreements, each divided by what it was at the start.

    Parameters
    ----------
    correlation : float
        Weight of one minus the Pearson correlation of predicted and measured dissimilarities.
    error : float
        Weight of their mean squared difference.
    generalization : float
        Weight of one minus the correlation of the two curves of temporal generalization.
    pooled : bool
        Correlate all times and pairs as one vector, so that the mean time course of the
        dissimilarities counts too, as published; or correlate at each time and average.

    Notes
    -----
    ``w_P P / P_0 + w_M M / M_0 + w_G G / G_0``; the published weights are 1, 0.1 and 0.15 for a
    group, 1, 0.15 and 0.1 for one person.

    Examples
    --------
    >>> RDMLoss().error
    0.1
    """

    correlation: float = 1.0
    error: float = 0.1
    generalization: float = 0.15
    pooled: bool = False

    def __post_init__(self) -> None:
        """Validate once."""
        for name in ("correlation", "error", "generalization"):
            number(getattr(self, name), f"weight of {name}", low=0.0)

    def parts(
        self, predicted: Float[Any, "times pairs"], measured: Float[Any, "times pairs"]
    ) -> Float[Any, "3"]:
        """Return the three disagreements; gradients flow."""
        import torch

        if self.pooled:
            alike = (_standard(predicted.reshape(1, -1)) * _standard(measured.reshape(1, -1))).sum()
        else:
            alike = (_standard(predicted) * _standard(measured)).sum(dim=-1).mean()
        squared = ((predicted - measured) ** 2).mean()
        curves = (
            _standard(generalization_curve(predicted)),
            _standard(generalization_curve(measured)),
        )
        return torch.stack([1 - alike, squared, 1 - (curves[0] * curves[1]).sum()])

    def total(self, parts: Float[Any, "3"], initial: Float[Any, "3"]) -> Float[Any, ""]:
        """Return the weighted sum, each part relative to its initial value."""
        weights = parts.new_tensor([self.correlation, self.error, self.generalization])
        return (weights * parts / initial.clamp_min(1e-6)).sum()


def _standard(values: Float[Any, "*more n"]) -> Float[Any, "*more n"]:
    """Return values of mean zero and norm one; of constant ones zeros, with no gradient.

    Before any layer weight was learned all times are alike, and what their curve of generalization
    then varies by is rounding: brought to norm one, its gradient would drown every other.
    """
    import torch

    centered = values - values.mean(dim=-1, keepdim=True)
    norm = centered.norm(dim=-1, keepdim=True)
    least = _ROUNDING * torch.finfo(values.dtype).eps * values.norm(dim=-1, keepdim=True)
    varies = norm > least
    return torch.where(varies, centered / torch.where(varies, norm, 1.0), 0.0)
