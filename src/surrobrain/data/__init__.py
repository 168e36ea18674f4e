"""What was measured: recordings, connectomes, and how to read them."""
