"""Generated compiled loops: templates, fast maths, counter-based noise, cache."""
