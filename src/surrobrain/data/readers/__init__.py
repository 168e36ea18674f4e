"""File formats, one per file; each opens a file and says what it holds, nothing more."""
