"""Published figures by the packages that published them, each in its own environment."""
