"""The outsider's verifier: each step driven to each of its outcomes with real bytes."""
