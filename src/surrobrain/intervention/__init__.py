"""What if: stimulate, lesion, compare."""
