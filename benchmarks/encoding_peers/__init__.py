"""The regressions that speed is measured on, by us and by himalaya, each in its own process."""
