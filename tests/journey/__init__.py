"""The whole journey on a running Acta, as people and integrators go through it."""
