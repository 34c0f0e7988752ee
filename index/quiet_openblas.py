"""NumPy's BLAS without its busy waiting (imported before NumPy).

After a product large enough for threads, OpenBLAS lets them spin for some 20 ms in case another follows.
With a question's inference next, they take the core it needs: at their default a warm question used 24 ms
of CPU time, so 16.
"""

import os

os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", "4")  # the exponent of the cycles to spin: 16 of them
