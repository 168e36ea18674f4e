"""Networks that the field knows by name, ready to run."""

from surrobrain.checks import number
from surrobrain.mechanistic.spiking.network import SpikingNetwork
from surrobrain.mechanistic.spiking.neurons.leaky import Leaky
from surrobrain.mechanistic.spiking.poisson_input import PoissonInput
from surrobrain.mechanistic.spiking.population import Population
from surrobrain.mechanistic.spiking.projection import Projection
from surrobrain.mechanistic.spiking.synapse import Synapse
from surrobrain.mechanistic.spiking.synapses.conductance import Conductance
from surrobrain.mechanistic.spiking.synapses.delta import Delta
from surrobrain.mechanistic.spiking.synapses.exponential_current import ExponentialCurrent

__all__ = ["brunel", "coba", "cuba"]


def brunel(g: float = 5.0, nu: float = 2.0, *, structure_seed: int = 0) -> SpikingNetwork:
    """Return the sparse network of Brunel (2000): 10,000 excitatory and 2,500 inhibitory neurons.

    Every neuron hears 1,000 and 250 of them, jumps by 0.1 mV or falls by 0.1 g mV after 1.5 ms,
    and receives Poisson spikes of 0.1 mV from outside.

    Parameters
    ----------
    g : float
        How much stronger inhibition is than excitation.
    nu : float
        Rate from outside, relative to the rate that alone brings a neuron to its threshold.
    structure_seed : int
        Decides the wires.

    Returns
    -------
    SpikingNetwork

    Notes
    -----
    The regimes of figure 8: synchronous regular (g 3, nu 2), asynchronous irregular (5, 2),
    synchronous irregular fast (6, 4) and slow (4.5, 0.9). J Comput Neurosci 8:183.

    Examples
    --------
    >>> brunel(g=6.0, nu=4.0).names
    ('E', 'I')
    """
    number(g, "g", low=0.0)
    number(nu, "nu", low=0.0)
    neuron, synapse, jump = Leaky(), Delta(), 0.1
    outside = 1000.0 * nu * neuron.threshold_v / (jump * neuron.tau)  # per second, from per ms
    wires = [
        Projection(source, target, weight, synapse, delay=1.5e-3, degree=degree)
        for source, weight, degree in (("E", jump, 1000), ("I", -g * jump, 250))
        for target in ("E", "I")
    ]
    return SpikingNetwork(
        [Population("E", 10000, neuron), Population("I", 2500, neuron)],
        wires,
        [PoissonInput(target, outside, jump, synapse) for target in ("E", "I")],
        structure_seed=structure_seed,
    )


def cuba(*, structure_seed: int = 0) -> SpikingNetwork:
    """Return the current-based benchmark of Brette et al. (2007): it keeps itself active.

    3,200 excitatory and 800 inhibitory leaky neurons, 2 % of all pairs joined, exponential
    currents of 5 and 10 ms with weights 1.62 and -9 mV. J Comput Neurosci 23:349.

    Parameters
    ----------
    structure_seed : int
        Decides the wires and the potentials at the start.

    Returns
    -------
    SpikingNetwork

    Notes
    -----
    The paper has no delays; here a spike acts one step of 0.1 ms later. Without noise or input
    from outside, the run is decided by ``structure_seed``.

    Examples
    --------
    >>> cuba().population("I").size
    800
    """
    fast, slow = ExponentialCurrent(5.0), ExponentialCurrent(10.0)
    return _brette(-49.0, ((1.62, fast), (-9.0, slow)), [], structure_seed)


def coba(*, structure_seed: int = 0) -> SpikingNetwork:
    """Return the conductance-based benchmark of Brette et al. (2007).

    As ``cuba``, at rest at -60 mV, with conductances that jump by 0.6 and 6.7 of the leak and
    reverse at 0 and -80 mV. Poisson spikes of 400 Hz wake it in the first 50 ms; then it keeps
    itself active.

    Parameters
    ----------
    structure_seed : int
        Decides the wires and the potentials at the start.

    Returns
    -------
    SpikingNetwork

    Examples
    --------
    >>> coba().population("E").size
    3200
    """
    fast, slow = Conductance(5.0, 0.0), Conductance(10.0, -80.0)
    wake = PoissonInput("E", 400.0, 0.6, fast, stop=0.05)
    return _brette(-60.0, ((0.6, fast), (6.7, slow)), [wake], structure_seed)


def _brette(
    rest: float,
    effects: tuple[tuple[float, Synapse], ...],
    inputs: list[PoissonInput],
    structure_seed: int,
) -> SpikingNetwork:
    neuron = Leaky(tau=20.0, rest=rest, threshold_v=-50.0, reset_v=-60.0, refractory=5.0)
    return SpikingNetwork(
        [
            Population(name, n, neuron, start=(-60.0, -50.0))
            for name, n in (("E", 3200), ("I", 800))
        ],
        [
            Projection(source, target, weight, synapse, probability=0.02)
            for source, (weight, synapse) in zip(("E", "I"), effects, strict=True)
            for target in ("E", "I")
        ],
        inputs,
        structure_seed=structure_seed,
    )
