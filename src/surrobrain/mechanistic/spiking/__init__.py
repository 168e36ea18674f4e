"""Networks of spiking neurons: neurons, synapses, wiring with delays, a compiled event loop."""
