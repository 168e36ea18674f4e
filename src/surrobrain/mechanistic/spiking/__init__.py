"""Spiking networks: neurons, synapses, the wires between them, and examples."""

from surrobrain.lazy import lazy_names

_where = {
    "PoissonInput": "surrobrain.mechanistic.spiking.poisson_input",
    "Population": "surrobrain.mechanistic.spiking.population",
    "Projection": "surrobrain.mechanistic.spiking.projection",
    "SpikingNetwork": "surrobrain.mechanistic.spiking.network",
    "Spikes": "surrobrain.mechanistic.spiking.spikes",
    "brunel": "surrobrain.mechanistic.spiking.examples",
    "coba": "surrobrain.mechanistic.spiking.examples",
    "cuba": "surrobrain.mechanistic.spiking.examples",
    "siegert_rate": "surrobrain.mechanistic.spiking.siegert",
}
__getattr__, __dir__, __all__ = lazy_names(__name__, _where)
