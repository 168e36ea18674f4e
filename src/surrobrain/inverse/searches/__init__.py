"""Ways to search for the unknowns of a network, one file each."""
