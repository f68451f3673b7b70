"""Every error of this package, in two families that lead to two different verdicts.

``InvalidError``: the bytes are wrong, and no newer reader would accept them (verdict INVALID).
``CannotCheckError``: nothing wrong was seen, but this reader cannot say more (CANNOT CHECK).
``code`` is stable and public: reports carry it.
"""

# ruff: noqa: N818  # the names say what is wrong; the family they belong to says that it is one


class AnchoringError(Exception):
    """The base of every error this package raises on purpose."""

    code = "anchoring/error"


class InvalidError(AnchoringError):
    """The bytes break the format or the mathematics: the verdict is INVALID."""

    code = "anchoring/invalid"


class CannotCheckError(AnchoringError):
    """This reader cannot decide, and does not guess: the verdict is CANNOT CHECK."""

    code = "anchoring/cannot-check"


class UnknownVersion(CannotCheckError):
    """A version, critical member, method or algorithm that this reader does not know."""

    code = "anchoring/unknown-version"


class UntrustedLogKey(CannotCheckError):
    """No signature of the checkpoint is by a log key that the reader trusts."""

    code = "anchoring/untrusted-log-key"


class IncompleteEvidence(CannotCheckError):
    """The evidence lacks a member without which nothing can be decided."""

    code = "anchoring/incomplete-evidence"


class UnsupportedContainer(CannotCheckError):
    """A zip with features outside the evidence container's profile (ZIP64, encryption, …)."""

    code = "anchoring/unsupported-container"


class NoLocator(CannotCheckError):
    """The PDF carries no Acta locator, so it does not say which log to ask."""

    code = "anchoring/no-locator"


class WrongLength(InvalidError, ValueError):
    """A hash, salt, address or coordinate has not the exact length its format fixes."""

    code = "anchoring/wrong-length"


class MalformedStatement(InvalidError):
    """A statement is not the canonical JSON that its version prescribes."""

    code = "anchoring/malformed-statement"


class MalformedDisclosure(InvalidError):
    """A disclosure is not a canonical ``[salt, claim, value]``."""

    code = "anchoring/malformed-disclosure"


class MalformedAttestation(InvalidError):
    """An attestation is not the canonical JSON that its method prescribes."""

    code = "anchoring/malformed-attestation"


class BadAssertion(InvalidError):
    """A passkey's answer breaks a rule of SPEC.md §5; ``code`` is ``webauthn/<which>``."""

    code = "webauthn/bad"

    def __init__(self, which: str, reason: str) -> None:
        super().__init__(reason)
        self.code = f"webauthn/{which}"


class MalformedAttribute(InvalidError):
    """Acta's signed CMS attribute is repeated, empty, or holds wrong bytes."""

    code = "anchoring/malformed-attribute"


class MalformedLocator(InvalidError):
    """The locator in the PDF is not the stream or the JSON that its version prescribes."""

    code = "anchoring/malformed-locator"


class MalformedTrust(InvalidError):
    """The trust file's form, hash chain or signature is wrong."""

    code = "anchoring/malformed-trust"


class MalformedEvidence(InvalidError):
    """The evidence container or one of its lists is ambiguous, altered or out of bounds."""

    code = "anchoring/malformed-evidence"


class MalformedProof(InvalidError):
    """A tlog-proof is not the text that C2SP tlog-proof v1 prescribes."""

    code = "anchoring/malformed-proof"


class BadCheckpoint(InvalidError):
    """A checkpoint is not well formed, or a signature by a trusted key does not verify."""

    code = "anchoring/bad-checkpoint"


class BadStateProof(InvalidError):
    """A block header or a trie proof is malformed, or does not lead to its root."""

    code = "anchoring/bad-state-proof"


class ProofError(InvalidError):
    """A Merkle proof does not lead from its leaf or old root to the root."""

    code = "anchoring/proof-failed"
