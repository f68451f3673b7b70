"""What a signer stated for its fields is what the PDF holds: the verifier's comparison."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from anchoring.disclosure import disclose
from anchoring.evidence import Evidence, Opening
from anchoring.form_values import CHECKBOX, Value, ValueField
from anchoring.hashing import ZERO32, sha256
from anchoring.pdf_signatures import examine
from anchoring.report import Finding, Outcome
from anchoring.statement import Actor, After, Statement
from anchoring.statement_bodies import ConsentBody, PreparedParty, SignedBody
from anchoring.tree import EMPTY_ROOT
from anchoring.verify_context import BoundSignature, Context, Entry, Options
from anchoring.verify_values import check_values
from service.signing import party_field
from tests.pdfs.making import reportlab_pdf
from tests.unit.signing.conftest import Studio
from tests.unit.signing.test_fields import FIRST, SECOND, prepared_with_fields, sign_with_values

NOW = datetime(2026, 11, 28, tzinfo=UTC)
PARTY = PreparedParty(
    party=1,
    role="signer",
    order=1,
    field=party_field(1),
    values=tuple(
        ValueField(name, CHECKBOX if isinstance(value, bool) else "text", required=True)
        for name, value in FIRST.items()
    ),
)


@pytest.fixture
def signed(studio: Studio) -> bytes:
    pdf = prepared_with_fields(reportlab_pdf(pages=1))
    return sign_with_values(studio, sign_with_values(studio, pdf, 1, FIRST), 2, SECOND)


def _checked(
    pdf: bytes,
    stated: dict[str, Value],
    *,
    withheld: frozenset[str] = frozenset(),
    party: PreparedParty = PARTY,
) -> list[Finding]:
    """Return what the verifier finds where a signer stated ``stated``."""
    made = {
        name: disclose("value", value, sha256(name.encode())[:16]) for name, value in stated.items()
    }
    document = examine(pdf, signer_keys=(), seal_keys=(), tsa_keys=(), seal_field="acta-seal")
    body = SignedBody(
        prepared=ZERO32,
        revision=ZERO32,
        field=party_field(1),
        values={name: {"sd": {"value": one.digest.hex()}} for name, one in made.items()},
        fields_open=(),
        certificate_key=ZERO32,
        identity=ZERO32,
        has_company=False,
        company=None,
        consent=ConsentBody(ZERO32, "es"),
        method="code",
    )
    statement = Statement(
        raw=b"",
        sha256=ZERO32,
        type="signed",
        origin="acta.example/log",
        log_id=ZERO32,
        agreement=ZERO32,
        nonce=b"",
        at=NOW,
        after=After(0, EMPTY_ROOT),
        actor=Actor(1, "signer"),
        crit=(),
        body={},
        hidden=(),
    )
    evidence = Evidence(
        created=NOW,
        pdf=pdf,
        openings=(),
        parties=(),
        statements={},
        attestations={},
        disclosures={1: tuple(one.raw for name, one in made.items() if name not in withheld)},
        document_proof=None,
        statement_proofs={},
        anchors={},
        missing=(),
        members={},
    )
    context = Context(
        evidence=evidence,
        pdf=pdf,
        given_pdf=None,
        trust=None,
        urls=(),
        options=Options(NOW),
        document=document,
    )
    opening = Opening(
        leaf=ZERO32,
        index=0,
        salt=ZERO32,
        subject=ZERO32,
        statement_sha256=ZERO32,
        attestation_hash=ZERO32,
    )
    entry = Entry(opening, statement)
    bound = BoundSignature(1, document.signatures[0], entry, statement, body)
    return check_values(context, party, bound)


def _codes(findings: list[Finding]) -> list[tuple[Outcome, str]]:
    return [(finding.outcome, finding.code) for finding in findings]


def test_the_values_that_were_filled_in(signed: bytes) -> None:
    assert _checked(signed, FIRST) == []


@pytest.mark.parametrize("name", FIRST)
def test_any_value_stated_otherwise_is_found(signed: bytes, name: str) -> None:
    other: Value = not FIRST[name] if isinstance(FIRST[name], bool) else f"{FIRST[name]} "
    findings = _checked(signed, {**FIRST, name: other})
    assert _codes(findings) == [(Outcome.FAILED, "binding/value")]


def test_a_value_of_another_kind_is_found(signed: bytes) -> None:
    box = next(name for name, value in FIRST.items() if isinstance(value, bool))
    assert _codes(_checked(signed, {**FIRST, box: "/Yes"})) == [(Outcome.FAILED, "binding/value")]


def test_a_withheld_value_cannot_be_checked(signed: bytes) -> None:
    findings = _checked(signed, FIRST, withheld=frozenset([next(iter(FIRST))]))
    assert _codes(findings) == [(Outcome.NOT_CHECKED, "binding/value-withheld")]


@pytest.mark.parametrize("stated", [{}, {**FIRST, "acta-field-2-1": "x"}])
def test_fields_left_out_or_added_are_found(signed: bytes, stated: dict[str, Value]) -> None:
    assert _codes(_checked(signed, stated)) == [(Outcome.FAILED, "binding/other-values")]


def test_a_required_field_that_is_empty_is_found(studio: Studio) -> None:
    pdf = prepared_with_fields(reportlab_pdf(pages=1))
    empty: dict[str, Value] = {**FIRST, next(iter(FIRST)): ""}
    pdf = sign_with_values(studio, pdf, 1, empty)
    assert _codes(_checked(pdf, empty)) == [(Outcome.FAILED, "binding/value-empty")]
    lenient = replace(PARTY, values=tuple(replace(one, required=False) for one in PARTY.values))
    assert _checked(pdf, empty, party=lenient) == []
