"""Random schedules of faults between a notary and a real chain.

``schedule`` draws what happens from a seed and makes it happen; ``nodes`` are the real chains and
what may be done to them; ``proxy``, ``manners`` and ``lies`` are the RPC nodes as the notary sees
them; ``subject`` is the notary under test, ``killable`` the same in a process to be killed;
``invariants`` is what must hold when the faults are over; ``worker`` runs many schedules on one
chain and is also the command that repeats a single one:

    python -m tests.chaos.worker --node anvil --seed 42
"""
