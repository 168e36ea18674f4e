"""The whole way: recording in, report out."""
