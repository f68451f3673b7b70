"""Short codes that people can read aloud and type."""

import secrets

# Crockford's base32: no I, L, O, U, so that nothing is mistaken for a digit or becomes a word.
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_GROUPS = 4


def new_page_code() -> str:
    """Return a code of 80 random bits as four groups of four, such as ``7K3M-9QXV-2T8B-HW4C``."""
    letters = [secrets.choice(_LETTERS) for _ in range(4 * _GROUPS)]
    return "-".join("".join(letters[start : start + 4]) for start in range(0, 4 * _GROUPS, 4))
