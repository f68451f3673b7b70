"""Real stores of this machine for the tests: each a process of its own, on loopback alone."""
