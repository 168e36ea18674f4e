"""A small linear network with two unknowns, and features that tell both."""

import numpy as np
import torch

import surrobrain as sb
from surrobrain.inverse.feature import Feature
from surrobrain.inverse.free_network import FreeNetwork

WEIGHTS = np.array([[0.0, 1.0, 0.5], [1.0, 0.0, 0.0], [0.2, 1.0, 0.0]]) / 2
UNKNOWNS = {"coupling": sb.priors.Uniform(0.0, 0.9), "noise": sb.priors.LogNormal(1.0, 1.5)}


def free_network(unknowns=None, **options):
    observer = sb.observers.Identity(sfreq=20.0)
    given = {"coupling": 0.5, "noise": 1.0, "observer": observer, **options}
    network = sb.Network(sb.Linear(), sb.Connectome(WEIGHTS), **given)
    return FreeNetwork(network, unknowns or UNKNOWNS)


def spreads():
    """Log standard deviations, and correlations by their Fisher transform: near Gaussian."""
    correlations = sb.features.functional_connectivity().from_covariance

    def from_covariance(covariance):
        variances = torch.diagonal(covariance, dim1=-2, dim2=-1)
        return torch.cat([0.5 * variances.log(), torch.atanh(correlations(covariance))], -1)

    def compute(samples, sfreq):
        centered = samples - samples.mean(-2, keepdim=True)
        return from_covariance(centered.mT @ centered / samples.shape[-2])

    return Feature("spreads", compute, from_covariance=from_covariance)
