"""White box: equations of neurons and masses, coupled by a connectome."""
