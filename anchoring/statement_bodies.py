"""The bodies of the statements that a verdict rests on (SPEC.md §3).

Members that are not named here are bound by the statement's hash and otherwise ignored.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from anchoring.errors import MalformedStatement
from anchoring.fields import MAX_PARTY, WORD, Fields
from anchoring.form_values import MAX_FIELDS, ValueField, read_value_fields
from anchoring.party_keys import MAX_KEYS
from anchoring.statement import Statement

SIGNER = "signer"
ACTS = {"approver": "approved", "witness": "witnessed"}
"""By role: the statement by which a party that does not sign does its part."""
_FIELD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
MAX_WAYS = 16
_LANG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


@dataclass(frozen=True)
class PreparedParty:
    """A party as announced before the first signature.

    ``field``: the signature field it signs in, None for who does not sign. ``values``: the form
    fields that it fills in when it signs.
    """

    party: int
    role: str
    order: int
    field: str | None
    values: tuple[ValueField, ...] = ()


@dataclass(frozen=True)
class Accepts:
    """The least that an agreement accepts of each signer: every way that is enough.

    ``assurances``: how somebody was identified. ``methods``: how they sign, as an attestation's
    ``label`` names it.
    """

    assurances: tuple[str, ...]
    methods: tuple[str, ...]


@dataclass(frozen=True)
class PreparedBody:
    """``prepared``: hash of the PDF before any signature (32 bytes), and who will sign where.

    ``voidable``: every signer brings a key, and all together may void on chain. ``deadline``:
    the last moment to sign. ``accepts``: None where the agreement asked for nothing.
    """

    sha256: bytes
    parties: tuple[PreparedParty, ...]
    voidable: bool
    deadline: datetime
    accepts: Accepts | None = None

    def order_of(self, party: int) -> int:
        """Return when a party signs: lower numbers first, equal ones in any order."""
        return next(one.order for one in self.parties if one.party == party)


@dataclass(frozen=True)
class ConsentBody:
    """``consented``, and ``signed.consent``: hash of the text agreed to, and its language."""

    text_sha256: bytes
    lang: str


@dataclass(frozen=True)
class SignedBody:
    """``signed``: everything that a signature binds (protocol, rule 5); hashes of 32 bytes."""

    prepared: bytes
    revision: bytes
    field: str
    values: Mapping[str, Any]
    fields_open: tuple[str, ...]
    certificate_key: bytes
    identity: bytes
    has_company: bool
    company: bytes | None
    consent: ConsentBody
    method: str
    keys: tuple[bytes, ...] | None = None
    """The commitments of all keys that may speak for the signer; None: the actor's alone."""


def read_prepared(statement: Statement) -> PreparedBody:
    """Read the body of a ``prepared`` statement; raises MalformedStatement."""
    fields = Fields(statement.body, what="prepared", error=MalformedStatement)
    parties = []
    for item in fields.items("parties", maximum=MAX_PARTY):
        one = Fields(item, what="prepared party", error=MalformedStatement)
        parties.append(
            PreparedParty(
                party=one.integer("party", minimum=1, maximum=MAX_PARTY),
                role=one.text("role", form=WORD),
                order=one.integer("order", maximum=MAX_PARTY),
                field=_signs_in(one),
                values=read_value_fields(one) if "fields" in item else (),
            )
        )
    if not parties:
        raise MalformedStatement("expected at least one party in prepared, got none")
    named = [p.field for p in parties if p.field is not None]
    named += [one.field for p in parties for one in p.values]
    if len({p.party for p in parties}) != len(parties) or len(set(named)) != len(named):
        raise MalformedStatement("expected each party and each field once in prepared")
    if len(named) > len(parties) + MAX_FIELDS:
        raise MalformedStatement(f"expected at most {MAX_FIELDS} fields to fill in in prepared")
    return PreparedBody(
        sha256=fields.hex("prepared", 32),
        parties=tuple(parties),
        voidable=fields.boolean("voidable"),
        deadline=fields.time("deadline"),
        accepts=_accepts(fields.fields("accepts")) if fields.has("accepts") else None,
    )


def _signs_in(party: Fields) -> str | None:
    """Return a party's signature field; signers have one, and nobody else."""
    if party.text("role", form=WORD) == SIGNER:
        return party.text("field", form=_FIELD)
    if not party.is_null("field"):
        raise MalformedStatement("expected prepared party.field to be null for who does not sign")
    return None


def read_consented(statement: Statement) -> ConsentBody:
    """Read the body of a ``consented`` statement; raises MalformedStatement."""
    return _consent(Fields(statement.body, what="consented", error=MalformedStatement))


def read_signed(statement: Statement) -> SignedBody:
    """Read the body of a ``signed`` statement; raises MalformedStatement."""
    fields = Fields(statement.body, what="signed", error=MalformedStatement)
    return SignedBody(
        prepared=fields.hex("prepared", 32),
        revision=fields.hex("revision", 32),
        field=fields.text("field", form=_FIELD),
        values=fields.mapping("values"),
        fields_open=fields.texts("fieldsOpen", maximum=MAX_PARTY + 1, length=64),
        certificate_key=fields.hex("certificateKey", 32),
        identity=fields.hex("identity", 32),
        has_company=not fields.is_null("company"),
        company=_company(fields),
        consent=_consent(fields.fields("consent")),
        method=fields.text("method", form=WORD),
        keys=_keys(fields) if "keys" in statement.body else None,
    )


@dataclass(frozen=True)
class ActBody:
    """``approved`` and ``witnessed``: what a party that does not sign stands for."""

    prepared: bytes
    revision: bytes
    identity: bytes
    consent: ConsentBody
    method: str


def read_act(statement: Statement) -> ActBody:
    """Read the body of an ``approved`` or ``witnessed`` statement; raises MalformedStatement."""
    fields = Fields(statement.body, what=statement.type, error=MalformedStatement)
    return ActBody(
        prepared=fields.hex("prepared", 32),
        revision=fields.hex("revision", 32),
        identity=fields.hex("identity", 32),
        consent=_consent(fields.fields("consent")),
        method=fields.text("method", form=WORD),
    )


def read_assurance(statement: Statement) -> str:
    """Return what an ``identified`` statement claims, ``mailbox`` for example."""
    fields = Fields(statement.body, what="identified", error=MalformedStatement)
    return fields.text("assurance", form=WORD)


def _accepts(fields: Fields) -> Accepts:
    fields.exactly("assurances", "methods")
    return Accepts(_labels(fields, "assurances"), _labels(fields, "methods"))


def _labels(fields: Fields, name: str) -> tuple[str, ...]:
    labels = fields.texts(name, maximum=MAX_WAYS)
    if not labels or len(set(labels)) != len(labels) or not all(map(WORD.fullmatch, labels)):
        raise MalformedStatement(f"expected different labels in accepts.{name}, one or more")
    return labels


def _company(fields: Fields) -> bytes | None:
    """Return the leaf of the ``represented`` statement, None for a company of another form."""
    value = fields.any("company")
    if not isinstance(value, dict) or set(value) != {"statement"}:
        return None
    return Fields(value, what="signed.company", error=MalformedStatement).hex("statement", 32)


def _keys(fields: Fields) -> tuple[bytes, ...]:
    commits = tuple(
        Fields({"key": one}, what="signed.keys", error=MalformedStatement).hex("key", 32)
        for one in fields.items("keys", maximum=MAX_KEYS)
    )
    if not commits or len(set(commits)) != len(commits):
        raise MalformedStatement("expected different key commitments in signed.keys, one or more")
    return commits


def _consent(fields: Fields) -> ConsentBody:
    return ConsentBody(
        text_sha256=fields.hex("textSha256", 32),
        lang=fields.text("lang", maximum=35, form=_LANG),
    )
