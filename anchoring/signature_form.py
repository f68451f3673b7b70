"""Whether a signature's bytes in the file have the one form that this format knows.

A later signature covers an earlier one whole. Nothing covers the last document time stamp but
itself, and a CMS structure has members that its signature leaves out: the zeros after it, the
certificates beside it, version numbers. Unless each of them must be as it is, a byte of a sealed
PDF could change and nobody would notice.
"""

import re
from collections.abc import Sequence

from asn1crypto import cms, parser, x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.x509 import Certificate, load_der_x509_certificate

from anchoring.asn1_repair import repair_asn1crypto

repair_asn1crypto()

_CONTENTS = re.compile(rb"<((?:[0-9A-F]{2})+|(?:[0-9a-f]{2})+)>")
_VERSION = "v3"
"""RFC 5652 §5.1: anything but plain data is signed in version 3."""
_SIGNER_VERSIONS = {"issuer_and_serial_number": "v1", "subject_key_identifier": "v3"}
"""RFC 5652 §5.3."""


def contents_problem(gap: bytes) -> str | None:
    """Return what is wrong with the bytes that a ByteRange leaves out, None if nothing is.

    They are one hexadecimal string in one letter case: a DER value, then zeros (ISO 32000-1
    §12.8.1).
    """
    match = _CONTENTS.fullmatch(gap)
    if match is None:
        return "its contents are not one hexadecimal string in one letter case"
    value = bytes.fromhex(match[1].decode("ascii"))
    try:
        size = parser.peek(value)
    except ValueError:
        return "its contents are not a DER value"
    return "its contents have bytes after their end" if any(value[size:]) else None


def token_problem(token: cms.SignedData, *, trusted: Sequence[bytes]) -> str | None:
    """Return what in a time-stamp token could be otherwise unnoticed, None if nothing could.

    ``trusted`` are certificates in DER. For tokens whose own certificate is trusted already: one
    by a stranger may carry certificates that this reader cannot judge.
    """
    signer = token["signer_infos"][0]
    if token["version"].native != _VERSION:
        return "the token's version is not 3"
    if signer["version"].native != _SIGNER_VERSIONS.get(signer["sid"].name):
        return "the signer's version does not fit how it names its certificate"
    digests = [algorithm.dump() for algorithm in token["digest_algorithms"]]
    if digests != [signer["digest_algorithm"].dump()]:
        return "the token lists other digest algorithms than its signer's"
    carried = [choice.chosen for choice in token["certificates"]]
    if not all(isinstance(one, x509.Certificate) for one in carried):
        return "the token carries certificates of an unknown kind"
    encoded = [one.dump() for one in carried]
    for one in encoded:
        certificate = load_der_x509_certificate(one)
        if one not in trusted and not any(issued(certificate, by) for by in (*trusted, *encoded)):
            return "the token carries a certificate that no known one signed"
    return None


def issued(certificate: Certificate, issuer: bytes) -> bool:
    """Say whether ``issuer`` (DER) bears the certificate's issuer name and signed it."""
    try:
        certificate.verify_directly_issued_by(load_der_x509_certificate(issuer))
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True
