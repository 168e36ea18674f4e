"""Commands of ``surrobrain networks``, one file each."""
