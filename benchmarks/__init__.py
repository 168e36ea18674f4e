"""Every figure the documentation quotes is printed by a file of this folder."""
