"""secp256k1 signatures as the EVM wants them: low-S, with the bit that names the key."""

from typing import Final

from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256K1,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
)

from contracts_chain.contract_calls import keccak256
from contracts_chain.errors import SignerError

# SEC 2 §2.4.1. A higher s than half of it is the same signature's mirror, refused since EIP-2.
GROUP_ORDER: Final = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


def checksummed(address: bytes) -> str:
    """Return a 20-byte address for people, ``0x…`` with the checksum of EIP-55."""
    digits = address.hex()
    check = keccak256(digits.encode()).hex()
    return "0x" + "".join(
        digit.upper() if int(weight, 16) >= 8 else digit
        for digit, weight in zip(digits, check, strict=False)
    )


def address_of(public_key: bytes) -> str:
    """Return the account of a public key, 0x…, checksummed; the key as ``point_of`` returns it."""
    return checksummed(keccak256(public_key)[12:])


def point_of(public_key: bytes) -> bytes:
    """Return X ‖ Y (64 bytes) of a secp256k1 public key, checked to be on the curve.

    Takes X ‖ Y, an uncompressed (65 bytes) or compressed (33) point, or a DER
    SubjectPublicKeyInfo. Raises SignerError.
    """
    try:
        if len(public_key) == 64:
            public_key = b"\x04" + public_key
        if len(public_key) in (33, 65):
            key = EllipticCurvePublicKey.from_encoded_point(SECP256K1(), public_key)
        else:
            loaded = load_der_public_key(public_key)
            if not isinstance(loaded, EllipticCurvePublicKey):
                raise SignerError("expected an elliptic-curve public key, got another kind")
            key = loaded
    except ValueError as error:
        raise SignerError(f"expected a secp256k1 public key: {error}") from error
    if not isinstance(key.curve, SECP256K1):
        raise SignerError(f"expected a key on secp256k1, got one on {key.curve.name}")
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)[1:]


def recoverable(signature: bytes, *, digest: bytes, public_key: bytes) -> tuple[int, int, int]:
    """Return (y_parity, r, s) of a signature over a 32-byte digest, s made low.

    ``signature`` is r ‖ s (64 bytes) or DER, as tokens and key services give it. Raises
    SignerError if it is not ``public_key``'s (X ‖ Y), so a wrong one is never broadcast.
    """
    import coincurve

    try:
        if len(signature) == 64:
            r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
        else:
            r, s = decode_dss_signature(signature)
    except ValueError as error:
        raise SignerError("expected a signature of 64 bytes, or in DER, got neither") from error
    if not (0 < r < GROUP_ORDER and 0 < s < GROUP_ORDER):
        raise SignerError("expected a signature with r and s within the group, got another")
    s = min(s, GROUP_ORDER - s)
    for parity in (0, 1):
        whole = r.to_bytes(32, "big") + s.to_bytes(32, "big") + bytes([parity])
        try:
            found = coincurve.PublicKey.from_signature_and_message(whole, digest, hasher=None)
        except ValueError:
            # No point has this r with this parity.
            continue
        if found.format(compressed=False)[1:] == public_key:
            return parity, r, s
    raise SignerError("the signature is not by the key it should be; is the right key named?")
