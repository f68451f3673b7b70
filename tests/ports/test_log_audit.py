"""`acta log audit` against AnchorLog on a real anvil: its events, its slots, its hand-over."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from anchoring.checkpoint import vkey
from anchoring.fields import format_time
from anchoring.hashing import sha256
from anchoring.log_audit import audit_log
from anchoring.tree import root
from anchoring.trust import Home, TrustFile, build_genesis, build_trust, parse_trust, sign_version
from contracts_chain import AnchorClient, LocalChain
from tests.ports.chain_rig import anchor, client_of, included, running_chain
from tests.unit.anchoring_log.public_log import PublicLog


@pytest.fixture
def chain(tmp_path: Path) -> Iterator[LocalChain]:
    with running_chain(tmp_path / "chain") as chain:
        yield chain


@pytest.fixture
def client(chain: LocalChain) -> Iterator[AnchorClient]:
    with client_of(chain.rpc_url) as client:
        chain.fund(client.address)
        client.ensure_deployed()
        yield client


def trust_file(log: PublicLog, client: AnchorClient, rpc: str) -> TrustFile:
    """Return the trust file of a log that ``client`` opened."""
    now = datetime.now(UTC)
    root_key = ec.generate_private_key(ec.SECP256R1())
    origin = log.platform.origin
    genesis = build_genesis(
        origin=origin,
        opener=bytes.fromhex(client.address.removeprefix("0x")),
        homes=[
            Home(
                chain_id=client.chain_id(),
                contract=bytes.fromhex(client.contract.removeprefix("0x")),
                log_id=client.log_id(origin),
                genesis_block=client.genesis_hash(),
            )
        ],
        root_key=root_key.public_key(),
    )
    key = {
        "purpose": "log",
        "vkey": vkey(origin, log.platform.log_key.public_key()),
        "notBefore": format_time(now - timedelta(days=1)),
        "notAfter": format_time(now + timedelta(days=1)),
        "revokedAfter": None,
    }
    version = sign_version(
        genesis=genesis,
        versions=[],
        at=format_time(now),
        keys=[key],
        rpc=[rpc],
        log=[],
        max_delay=3600,
        root_key=root_key,
    )
    return parse_trust(build_trust(genesis=genesis, versions=[version]))


def test_an_audit_of_a_real_contract(
    tmp_path: Path, chain: LocalChain, client: AnchorClient
) -> None:
    log = PublicLog(tmp_path / "log")
    log_id = client.ensure_log(log.platform.origin)
    trust = trust_file(log, client, chain.rpc_url)

    def audit() -> tuple[int, set[str]]:
        report = audit_log(
            str(log.folder),
            find_trust=lambda _origin: trust,
            now=datetime.now(UTC),
            state_path=tmp_path / "state.json",
        )
        found = {finding.code for step in report.steps for finding in step.findings}
        return report.exit_code, found

    log.grow(5)
    code, found = audit()
    assert (code, "audit/no-anchors" in found) == (0, True)
    for count in (1, 300, 7):
        log.grow(count)
        anchor(client, log_id, len(log.entries), root(log.hashes))
        client.mine()
        code, found = audit()
        assert (code, "audit/anchors" in found) == (0, True), found
    assert "audit/operator-changed" not in found
    included(client, client.offer_operator(log_id, "0x" + "ab" * 20))
    code, found = audit()
    assert (code, "audit/operator-offered" in found) == (0, True)
    # The operator anchors what is not in the log; then the log grows past it.
    anchor(client, log_id, 320, sha256(b"another history"))
    code, found = audit()
    assert (code, "audit/anchor-beyond" in found) == (3, True)
    log.grow(20)
    code, found = audit()
    assert (code, "audit/anchor-differs" in found) == (1, True)
