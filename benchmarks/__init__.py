"""Measured figures, each beside a peer or a limit, taken in one run."""
