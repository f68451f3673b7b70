"""A key on a token: SoftHSM2, through its own PKCS#11 library."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts_chain import LocalChain, Pkcs11Signer, SignerError
from contracts_chain.signatures import GROUP_ORDER, recoverable
from tests.ports.chain_rig import ORIGIN, anchor, client_with, running_chain

pkcs11 = pytest.importorskip("pkcs11") if os.environ.get("CI") != "true" else __import__("pkcs11")

PIN = "5678"
DIGEST = b"\x21" * 32
_MODULES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib64/softhsm/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
)


@pytest.fixture(scope="session")
def module() -> Path:
    """The token's library. It reads its settings once in a process, so there is one folder."""
    found = next((Path(path) for path in _MODULES if Path(path).exists()), None)
    if found is None or shutil.which("softhsm2-util") is None:
        tell = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        tell("install softhsm2")
    return found


@pytest.fixture(scope="session")
def token(module: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A token with the key pair "operator" on it; its label."""
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    settings = folder / "softhsm2.conf"
    settings.write_text(f"directories.tokendir = {folder}/tokens\nlog.level = ERROR\n")
    os.environ["SOFTHSM2_CONF"] = str(settings)
    new_token = ("softhsm2-util", "--init-token", "--free", "--label", "acta")
    subprocess.run([*new_token, "--so-pin", "1234", "--pin", PIN], check=True, capture_output=True)
    make_key(module, "acta", "operator")
    return "acta"


def make_key(module: Path, token: str, label: str) -> None:
    from pkcs11 import Attribute, KeyType, Mechanism
    from pkcs11.util.ec import encode_named_curve_parameters

    secp256k1 = encode_named_curve_parameters("1.3.132.0.10")
    slot = pkcs11.lib(str(module)).get_token(token_label=token)
    # A process logs in to a token once; whoever did it already is welcome to.
    try:
        opened = slot.open(rw=True, user_pin=PIN)
    except pkcs11.UserAlreadyLoggedIn:
        opened = slot.open(rw=True)
    with opened as session:
        curve = session.create_domain_parameters(
            KeyType.EC, {Attribute.EC_PARAMS: secp256k1}, local=True
        )
        curve.generate_keypair(store=True, label=label, mechanism=Mechanism.EC_KEY_PAIR_GEN)


@pytest.fixture
def signer(module: Path, token: str) -> Iterator[Pkcs11Signer]:
    signer = Pkcs11Signer(module, token=token, key="operator", pin=PIN)
    yield signer
    signer.close()


def test_two_keys_of_one_token_sign_beside_each_other(
    module: Path, token: str, signer: Pkcs11Signer
) -> None:
    make_key(module, token, "second")
    second = Pkcs11Signer(module, token=token, key="second", pin=PIN)
    assert second.address != signer.address
    signer.sign(DIGEST)
    second.sign(DIGEST)
    # Whoever closes first logs both out; the other logs in again.
    signer.close()
    second.sign(DIGEST)
    signer.sign(DIGEST)
    second.close()


def test_signatures_are_low_and_the_token_s_key_s(signer: Pkcs11Signer) -> None:
    for place in range(20):
        digest = bytes([place]) * 32
        parity, r, s = signer.sign(digest)
        assert s <= GROUP_ORDER // 2
        whole = r.to_bytes(32, "big") + s.to_bytes(32, "big")
        assert recoverable(whole, digest=digest, public_key=signer._public_key) == (parity, r, s)


def test_a_session_that_ended_is_opened_again(signer: Pkcs11Signer) -> None:
    signer.sign(DIGEST)
    assert signer._session is not None
    # Another part of the process, or the token, ends it behind our back.
    signer._session.close()
    assert signer.sign(DIGEST)[2] <= GROUP_ORDER // 2
    signer.close()
    assert signer.sign(DIGEST)[2] <= GROUP_ORDER // 2


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"pin": "0000"}, "PinIncorrect"),
        ({"token": "none"}, "NoSuchToken"),
        ({"key": "none"}, "NoSuchKey"),
        ({"module": Path("/nowhere/lib.so")}, "cannot open"),
    ],
)
def test_what_is_wrong_is_named(
    module: Path, token: str, wrong: dict[str, object], told: str
) -> None:
    named = {"module": module, "token": token, "key": "operator", "pin": PIN, **wrong}
    with pytest.raises(SignerError, match=told) as refused:
        Pkcs11Signer(named.pop("module"), **named)
    assert PIN not in str(refused.value)


def test_a_refused_pin_is_not_tried_again(signer: Pkcs11Signer) -> None:
    signer.close()
    signer._pin = "0000"
    with pytest.raises(SignerError, match="PinIncorrect"):
        signer.sign(DIGEST)
    signer._pin = PIN
    with pytest.raises(SignerError, match="not tried again"):
        signer.sign(DIGEST)


def test_a_key_that_was_exchanged_is_not_used(
    module: Path, token: str, signer: Pkcs11Signer
) -> None:
    make_key(module, token, "another")
    signer.close()
    signer._key = "another"
    with pytest.raises(SignerError, match="another one now"):
        signer.sign(DIGEST)


def test_anchoring_with_a_key_on_a_token(tmp_path: Path, signer: Pkcs11Signer) -> None:
    chain: LocalChain
    with running_chain(tmp_path) as chain, client_with(signer, chain.rpc_url) as client:
        chain.fund(client.address)
        client.ensure_deployed()
        log_id = client.ensure_log(ORIGIN)
        anchor(client, log_id, 5, b"\x01" * 32)
        assert client.head(log_id).operator == signer.address
