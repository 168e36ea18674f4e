"""Every figure the documentation quotes is printed by a file of this folder."""

import os

# Before NumPy is first imported: a figure means nothing when its number of threads is unknown.
for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")
