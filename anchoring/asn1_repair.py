"""Keeps asn1crypto from encoding anew what it has just read.

asn1crypto (1.5.1) takes every header that ends in the octet 0x80 for one of indefinite length,
also that of a definite length such as 0x0280, and then encodes the value and all it holds anew.
The cost of that triples with each level: a signature with a time stamp inside is some twenty-five
levels deep, so about one file in a hundred could be neither signed nor checked. What is more, the
new encoding need not be the bytes that were signed.

It also prepares a name for comparison anew at every comparison, which took an eighth of a check.
"""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, Final

from asn1crypto import core, x509

_END_OF_LENGTH: Final = slice(-1, None, None)
_LONGEST_KNOWN: Final = 256
_Dump = Callable[..., bytes]


class _DefiniteHeader(bytes):
    """A header whose length is definite, although its last octet is 0x80."""

    def __getitem__(self, key: Any) -> Any:
        # Nothing but the test for an indefinite length asks for the last octet.
        return b"" if key == _END_OF_LENGTH else super().__getitem__(key)


def repair_asn1crypto() -> None:
    """Mend asn1crypto for this process; doing it again changes nothing."""
    for kind in (core.Asn1Value, core.Choice, core.Primitive, core.Sequence, core.SequenceOf):
        dump = kind.__dict__["dump"]
        if not hasattr(dump, "__wrapped__"):
            kind.dump = _telling_lengths_apart(dump)
    if not hasattr(x509.NameTypeAndValue._ldap_string_prep, "__wrapped__"):
        x509.NameTypeAndValue._ldap_string_prep = _remembering(
            x509.NameTypeAndValue._ldap_string_prep
        )


def _remembering(prepare: Callable[[Any, str], str]) -> Callable[[Any, str], str]:
    """Prepare each name for comparison once (RFC 4518); a check compares a few all the time."""
    known = lru_cache(maxsize=1024)(lambda text: prepare(None, text))

    @wraps(prepare)
    def prepared(_self: Any, text: str) -> str:
        # Whole certificates may hold names of megabytes; those are not kept.
        return known(text) if len(text) <= _LONGEST_KNOWN else prepare(None, text)

    return prepared


def _telling_lengths_apart(dump: _Dump) -> _Dump:
    @wraps(dump)
    def told_apart(self: Any, force: bool = False) -> bytes:
        header = self._header
        # A value of indefinite length ends in two zero octets (X.690 §8.1.3.6), kept apart.
        if header is not None and header.endswith(b"\x80") and not self._trailer:
            self._header = _DefiniteHeader(header)
        return dump(self, force)

    return told_apart
