"""Passkeys: keys that a person's devices keep, and what they answer."""
