"""How a signer was identified, as their certificate's policy says it (protocol, rule 12).

The authority issues under a policy of its own for each kind of identification, so that the
statement ``identified`` and the certificate cannot say different things.
"""

from collections.abc import Mapping

# Under 2.25, the arc of UUIDs, which needs no registration (ITU-T X.667 §6).
MAILBOX_POLICY_OID = "2.25.231741254731065860340315005405127026534"
"""Control of a mailbox, and nothing more."""
DOCUMENT_FACE_POLICY_OID = "2.25.53529883079819768415075159778382567816"
"""An identity document that was read and a live face that matched it, or a reviewer's decision."""
COMPANY_POLICY_OID = "2.25.183905098333803360645894969877051846792"
"""Beside the assurance's: the signer acts for a company and has shown the power to do so."""
POLICY_OF: Mapping[str, str] = {
    "mailbox": MAILBOX_POLICY_OID,
    "document-face": DOCUMENT_FACE_POLICY_OID,
}
"""The certificate policy that goes with each assurance of version 1."""


def known_assurances(policies: frozenset[str]) -> frozenset[str]:
    """Return the assurances that a certificate's policies stand for, unknown ones left out."""
    return frozenset(name for name, policy in POLICY_OF.items() if policy in policies)
