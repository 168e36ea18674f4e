"""From data to model: losses, penalties, fitting."""
