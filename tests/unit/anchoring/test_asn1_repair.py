"""Values whose length ends in the octet 0x80 are dumped as they were read."""

import pytest
from asn1crypto import cms, core

import anchoring.cms_attributes  # noqa: F401  mends asn1crypto


class _Texts(core.SetOf):  # type: ignore[misc]
    _child_spec = core.OctetString


# 640 octets, 0x0280, of two members in an order that DER would turn around.
MEMBERS = b"\x04\x82\x01\x3c" + b"\xff" * 0x13C + b"\x04\x82\x01\x3c" + b"\x00" * 0x13C
UNSORTED = b"\x31\x82\x02\x80" + MEMBERS


def test_a_definite_length_that_ends_in_0x80_is_not_encoded_anew() -> None:
    value = _Texts.load(UNSORTED)
    assert len(list(value)) == 2
    assert value.dump() == UNSORTED
    assert value.dump() == UNSORTED


def test_a_changed_value_is_encoded_anew() -> None:
    value = _Texts.load(UNSORTED)
    value.append(core.OctetString(b"\x07"))
    assert value.dump() == b"\x31\x82\x02\x83" + b"\x04\x01\x07" + MEMBERS[320:] + MEMBERS[:320]


def test_an_indefinite_length_still_becomes_definite() -> None:
    value = _Texts.load(b"\x31\x80" + b"\x04\x01\x07" + b"\x00\x00")
    assert value.dump() == b"\x31\x03\x04\x01\x07"


@pytest.mark.parametrize("room", range(0x70, 0x90))
def test_structures_of_every_length_keep_their_bytes(room: int) -> None:
    # BER allows what DER does not: were it encoded anew, the padded length would be shortened.
    inner = b"\x24\x81" + bytes([room]) + b"\x04\x81" + bytes([room - 3]) + b"\x01" * (room - 3)
    whole = b"\x30\x81" + bytes([len(inner) + 11]) + b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01"
    whole += inner
    assert cms.ContentInfo.load(whole).dump() == whole
