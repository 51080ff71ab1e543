"""Pure kernels: columns in, columns out; no store, no clock, no randomness, no prices."""
