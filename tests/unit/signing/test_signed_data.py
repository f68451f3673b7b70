"""The native encoding of CMS against pyHanko's, asn1crypto's parser, and the judges."""

import asyncio
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from asn1crypto import cms, core, tsp
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter, validate_sig_integrity

from anchoring.cms_attributes import seal_attribute, statement_attribute
from anchoring.hashing import sha256
from service.signing import SEAL_FIELD, der, issue_signer, party_field
from service.signing.certificates import Issued
from service.signing.signed_data import CmsSigner, signing_time
from service.signing.timestamps import TimeStampAuthority
from tests.parts import NOON, ManualClock
from tests.pdfs.making import reportlab_pdf
from tests.unit.anchoring_verify.authorities import AttributeSigner, KeyPair, authority, end_entity
from tests.unit.signing.conftest import BINDING, Studio, statement_of
from tests.unit.signing.judges import pdfsig_verdicts, qpdf_check, signatures_of
from tests.unit.signing.stock import ReadyStamper, Stock

_VALID = ("Signature is Valid.", "Certificate is Trusted.")
# At most 64 bytes of UTF-8, as X.520 has it.
_NAMES = st.text("ABCÑñçЖя中国 019-.,'&", min_size=1, max_size=21)


class _Fixed:
    """A key whose every signature is the same, so that two encodings can be compared."""

    def __init__(self, signature: bytes) -> None:
        self._signature = signature

    def sign(self, data: bytes, signature_algorithm: ec.ECDSA) -> bytes:
        return self._signature


@cache
def _issuer(name: str) -> KeyPair:
    return authority(name, start=NOON)


@cache
def _token() -> bytes:
    issuer = _issuer("tsa")
    pair = end_entity("stamps", issuer, start=NOON, end=NOON + timedelta(1), time_stamping=True)
    made = TimeStampAuthority(
        Issued(pair.key, pair.certificate), issuers=[issuer.certificate], clock=ManualClock()
    )
    return made.stamp(sha256(b"stamped"))


@settings(max_examples=40, deadline=None)
@given(
    digest=st.binary(min_size=32, max_size=32),
    statement=st.binary(min_size=32, max_size=32),
    signature=st.binary(min_size=8, max_size=72),
    names=st.tuples(_NAMES, _NAMES),
    sealed=st.booleans(),
    stamped=st.booleans(),
)
def test_the_bytes_are_those_that_pyhanko_writes(
    digest: bytes,
    statement: bytes,
    signature: bytes,
    names: tuple[str, str],
    sealed: bool,
    stamped: bool,
) -> None:
    issuer = _issuer(names[0])
    pair = end_entity(names[1], issuer, start=NOON, end=NOON + timedelta(minutes=10))
    attribute = seal_attribute(BINDING) if sealed else statement_attribute(statement)
    ours = CmsSigner(
        _Fixed(signature), pair.certificate, issuers=[issuer.certificate]
    ).sign_detached(
        digest,
        attributes=[attribute.dump()],
        stamp=(lambda _digest: _token()) if stamped else None,
    )
    fixed = KeyPair(_Fixed(signature), pair.certificate)  # type: ignore[arg-type]
    theirs = asyncio.run(
        AttributeSigner(fixed, issuer, [attribute]).async_sign(
            digest,
            "sha256",
            use_pades=True,
            signed_attr_settings=PdfCMSSignedAttributes(signing_time=NOON),
            timestamper=ReadyStamper(cms.ContentInfo.load(_token())) if stamped else None,
        )
    )
    assert ours == theirs.dump()
    # And what asn1crypto makes anew of the attributes it read is what was read: they are DER.
    (signer,) = cms.ContentInfo.load(ours, strict=True)["content"]["signer_infos"]
    attributes = signer["signed_attrs"]
    assert (
        attributes.dump()
        == cms.CMSAttributes.load(attributes.untag().dump()).retag({"implicit": 0}).dump()
    )


@settings(max_examples=60, deadline=None)
@given(number=st.integers(min_value=0, max_value=2**160), content=st.binary(max_size=70_000))
def test_numbers_and_lengths_are_der(number: int, content: bytes) -> None:
    assert der.integer(number) == core.Integer(number).dump()
    assert der.octets(content) == core.OctetString(content).dump()


@given(
    first=st.integers(0, 2),
    second=st.integers(0, 39),
    rest=st.lists(st.integers(0, 2**128), min_size=1, max_size=6),
)
def test_object_identifiers_are_der(first: int, second: int, rest: list[int]) -> None:
    dotted = ".".join(str(arc) for arc in (first, second, *rest))
    assert der.oid(dotted) == core.ObjectIdentifier(dotted).dump()


@given(
    st.datetimes(
        NOON.replace(1950, tzinfo=None), NOON.replace(2049, tzinfo=None), timezones=st.just(UTC)
    )
)
def test_times_are_der(moment: datetime) -> None:
    whole = moment.replace(microsecond=0)
    assert der.utc_time(moment) == core.UTCTime(whole).dump()
    assert der.generalized_time(moment) == core.GeneralizedTime(whole).dump()


def test_there_are_no_negative_numbers() -> None:
    with pytest.raises(ValueError, match="expected no negative number, got -1"):
        der.integer(-1)


def test_a_digest_to_stamp_has_thirty_two_bytes(studio: Studio) -> None:
    with pytest.raises(ValueError, match="expected a digest of 32 bytes, got 20"):
        studio.keys.time_stamps.stamp(bytes(20))


@settings(max_examples=25, deadline=None)
@given(content=st.binary(max_size=500), statement=st.binary(min_size=32, max_size=32))
def test_pyhanko_finds_signature_and_time_stamp_intact(content: bytes, statement: bytes) -> None:
    issuer = _issuer("CA")
    pair = end_entity("firmante", issuer, start=NOON, end=NOON + timedelta(1), time_stamping=True)
    stamps = TimeStampAuthority(
        Issued(pair.key, pair.certificate), issuers=[issuer.certificate], clock=ManualClock()
    )
    signed = CmsSigner(pair.key, pair.certificate, issuers=[issuer.certificate]).sign_detached(
        sha256(content),
        attributes=[statement_attribute(statement).dump(), signing_time(der.utc_time(NOON))],
        stamp=stamps.stamp,
    )
    (signer,) = cms.ContentInfo.load(signed)["content"]["signer_infos"]
    assert validate_sig_integrity(signer, pair.asn1, "data", sha256(content)) == (True, True)
    assert validate_sig_integrity(signer, pair.asn1, "data", sha256(b"x" + content))[0] is False
    (token,) = extract_tst_data_iter(signer, signed=False)
    info = token["encap_content_info"]["content"].parsed
    assert isinstance(info, tsp.TSTInfo)
    assert info["message_imprint"]["hashed_message"].native == sha256(signer["signature"].native)
    assert validate_sig_integrity(
        token["signer_infos"][0], pair.asn1, "tst_info", sha256(info.dump())
    ) == (True, True)


@pytest.mark.parametrize("reserved", [None, 16_384])
def test_both_ways_get_the_same_verdicts(
    reserved: int | None, studio: Studio, tmp_path: Path
) -> None:
    """One party signs natively, the other as pyHanko does: every judge accepts both alike."""
    now = studio.clock.now()
    stock = Stock(
        keys=studio.keys,
        signer=issue_signer(studio.keys, subject="opaque-2", now=now),
        statement_sha256=statement_of(2),
        now=now,
        reserved=reserved,
    )
    native = studio.sign(studio.prepare(reportlab_pdf(pages=1)), 1)
    sealed = studio.seal(stock.sign(native, party_field(2))).pdf
    fields = [party_field(1), party_field(2), SEAL_FIELD]
    studio.check(sealed, {party_field(number): statement_of(number) for number in (1, 2)})
    verdicts = pdfsig_verdicts(sealed, studio.keys.pem("root"), tmp_path)
    assert [verdicts[field] for field in fields] == [_VALID] * 3
    qpdf_check(sealed, tmp_path)
    found = signatures_of(sealed)
    kinds = [
        [entry["type"].native for entry in found[field].signer_info["signed_attrs"]]
        for field in fields[:2]
    ]
    assert kinds[0] == kinds[1]
    shapes = [
        {key: found[field].sig_object.get(key) for key in ("/Filter", "/SubFilter", "/Type")}
        for field in fields[:2]
    ]
    assert shapes[0] == shapes[1]
