"""What a verdict still rests on after the mathematics: whose word, whose key, which block."""

import hashlib
from collections.abc import Iterable
from urllib.parse import urlsplit

from anchoring.chain_view import checksum_address
from anchoring.pdf_signatures import CertificateFacts
from anchoring.report import Finding, SignerLine, note
from anchoring.trust import format_fingerprint
from anchoring.verify_context import Context

OPERATORS_WORD = "operator's word"
"""A code that the operator sent and says came back (rule 12)."""
DEVICE_HELD_KEY = "device-held key"
"""A passkey signed; that it is this person's is the operator's identification."""


def trusts_of(context: Context, signers: Iterable[SignerLine]) -> tuple[Finding, ...]:
    """Return a note for each thing that the reader has to believe, none without a trust file."""
    if context.trust is None:
        return ()
    trust = context.trust
    lines = [
        note(
            "trusts/file",
            origin=trust.origin,
            fingerprint=format_fingerprint(trust.fingerprint),
            version=trust.current.number,
        )
    ]
    lines += _authorities(context)
    keys = sorted(key.vkey.rpartition("+")[0] for key in context.keys("log") if key.vkey)
    if context.document_leaf is not None and keys:
        lines.append(note("trusts/log-key", keys=", ".join(keys)))
    lines += _chain(context)
    words = {OPERATORS_WORD: "trusts/operator", DEVICE_HELD_KEY: "trusts/device"}
    lines += [
        note(code, parties=", ".join(named))
        for word, code in words.items()
        if (named := [str(line.party) for line in signers if line.whose_word == word])
    ]
    if context.options.max_status_age is not None:
        lines.append(note("trusts/clock"))
    return tuple(lines)


def _authorities(context: Context) -> list[Finding]:
    """Name the trusted certificates that signatures and time stamps led to."""
    found: dict[tuple[str, bytes], CertificateFacts] = {}
    signatures = () if context.document is None else context.document.signatures
    for signature in signatures:
        certificates = [signature.certificate]
        if signature.time_stamp is not None:
            certificates.append(signature.time_stamp.certificate)
        for certificate in certificates:
            key = certificate.trust_key
            if key is not None and key.certificate is not None:
                found.setdefault((key.purpose, key.certificate), certificate)
    return [
        note(
            f"trusts/{purpose}",
            issuer=facts.issuer,
            fingerprint=hashlib.sha256(certificate).hexdigest(),
        )
        for (purpose, certificate), facts in sorted(found.items(), key=lambda item: item[0])
    ]


def _chain(context: Context) -> list[Finding]:
    witnesses = context.witnesses
    if witnesses is None:
        return []
    lines, home = [], witnesses.home
    if witnesses.heard:
        hosts = sorted({urlsplit(view.url).hostname or view.url for view in witnesses.heard})
        lines.append(note("trusts/nodes", nodes=", ".join(hosts), chain=home.chain_id))
    if witnesses.proved is not None:
        block = witnesses.proved.block
        lines.append(note("trusts/block", block=block.number, hash=block.hash, chain=home.chain_id))
    if lines:
        where = checksum_address(home.contract)
        lines.append(note("trusts/contract", contract=where, chain=home.chain_id))
    return lines
