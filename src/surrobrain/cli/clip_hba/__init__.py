"""Commands of ``surrobrain brainbench``, one file each."""
