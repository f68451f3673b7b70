"""Measured figures, each beside a peer or a stated limit in one run; see docs/benchmarks.md."""
