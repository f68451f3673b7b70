"""The platform's keys on a token: SoftHSM2, through its own PKCS#11 library."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from service.keyring import WrongMasterKeyError
from service.signing import PlatformKeys, Purpose, TokenError, TokenPlace, rotate_signing_keys
from service.signing.generations import InFile
from tests.parts import ManualClock, fresh_keyring
from tests.pdfs.making import reportlab_pdf
from tests.ports.test_pkcs11_signer import PIN, module, token  # noqa: F401  fixtures
from tests.unit.signing.conftest import Studio
from tests.unit.signing.judges import pdfsig_verdicts


@pytest.fixture
def place(module: Path, token: str) -> TokenPlace:  # noqa: F811
    return TokenPlace(module, token=token, pin=PIN)


def test_a_platform_whose_keys_are_on_a_token_signs_and_seals(
    place: TokenPlace, tmp_path: Path
) -> None:
    clock = ManualClock(datetime.now(UTC))
    keys = PlatformKeys.load_or_create(
        fresh_keyring(tmp_path), name="Acta en token", clock=clock, place=place
    )
    studio = Studio(keys, clock)
    sealed = studio.whole(reportlab_pdf(pages=1)).pdf
    studio.check(sealed)
    verdicts = pdfsig_verdicts(sealed, keys.pem("root"), tmp_path)
    assert [verdicts[field] for field in ("acta-party-1", "acta-party-2", "acta-seal")] == [
        ("Signature is Valid.", "Certificate is Trusted.")
    ] * 3
    rotate_signing_keys(
        fresh_keyring(tmp_path),
        purposes=[Purpose.SEAL],
        clock=clock,
        place=place,
        pki_url=None,
        compromised=False,
    )
    again = PlatformKeys.find(fresh_keyring(tmp_path), clock=clock, place=place)
    assert again.pem("seal") != keys.pem("seal")
    Studio(again, clock).check(sealed)
    with pytest.raises(WrongMasterKeyError):
        PlatformKeys.find(fresh_keyring(tmp_path), clock=clock)


def test_a_key_cannot_leave_its_token(place: TokenPlace) -> None:
    key = place.new_key("acta-stays")
    key.public_key().verify(
        key.sign(b"data", ec.ECDSA(hashes.SHA256())), b"data", ec.ECDSA(hashes.SHA256())
    )
    for way_out in (key.private_numbers, lambda: key.private_bytes(None, None, None)):  # type: ignore[arg-type]
        with pytest.raises(TokenError, match="cannot leave"):
            way_out()
    # The same label again is the same key: a run that was cut off goes on with it.
    assert place.new_key("acta-stays").public_key() == key.public_key()


def test_a_session_that_the_token_ended_is_opened_again(place: TokenPlace) -> None:
    key = place.new_key("acta-session")
    key.sign(b"data", ec.ECDSA(hashes.SHA256()))
    assert place._session is not None
    place._session.close()
    key.sign(b"data", ec.ECDSA(hashes.SHA256()))


def test_a_token_that_is_not_there_says_what_to_check(module: Path) -> None:  # noqa: F811
    with pytest.raises(TokenError, match="check module, label and PIN"):
        TokenPlace(module, token="another", pin=PIN).new_key("x")


def test_keys_in_a_file_are_not_taken_for_keys_on_the_token(
    place: TokenPlace, tmp_path: Path
) -> None:
    PlatformKeys.load_or_create(fresh_keyring(tmp_path), name="Acta", clock=ManualClock())
    with pytest.raises(WrongMasterKeyError, match="ACTA_SIGNING_TOKEN"):
        PlatformKeys.find(fresh_keyring(tmp_path), clock=ManualClock(), place=place)
    with pytest.raises(TokenError):
        place.dump(InFile().new_key("x"))
