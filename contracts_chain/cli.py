"""``acta chain``: deploy AnchorLog on a chain, show how a chain is, make an operator's key file."""

import argparse
import getpass
import secrets
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from contracts_chain.chains import ChainSettings
    from contracts_chain.records import ChainHealth
    from contracts_chain.signers import TransactionSigner

_DONE, _REFUSED, _WRONG_USAGE, _UNREACHABLE = 0, 1, 2, 3
_WEI_IN_A_COIN = 10**18


def commands(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command ``chain`` (entry-point group ``acta.commands``).

    Exit codes: 0 done, 1 refused, 2 wrong usage, 3 the chain, or the key, cannot be reached.
    """
    chain = subparsers.add_parser("chain", help="deploy AnchorLog; show how a chain's nodes are")
    actions = chain.add_subparsers(metavar="ACTION", required=True)

    deploy = actions.add_parser("deploy", help="put AnchorLog at its address on a chain")
    _name_chain(deploy)
    _name_key(deploy)
    deploy.add_argument("--out", type=Path, metavar="FILE", help="where the record goes")
    deploy.add_argument(
        "--with-proxy",
        action="store_true",
        help="first put the deployment proxy there, if missing, for 0.01 of the chain's coin",
    )
    deploy.set_defaults(run=_deploy)

    status = actions.add_parser("status", help="ask every node of a chain how it is")
    _name_chain(status)
    status.add_argument("--address", metavar="0x…", help="show this account's balance too")
    status.set_defaults(run=_status)

    new_key = actions.add_parser("new-key", help="make a new operator key in an encrypted file")
    new_key.add_argument("--key-file", type=Path, required=True, metavar="FILE")
    new_key.add_argument("--passphrase-file", type=Path, metavar="FILE")
    new_key.set_defaults(run=_new_key)


def _name_chain(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--chain", required=True, metavar="NAME", help="as the file has it")
    parser.add_argument(
        "--chains", type=Path, required=True, metavar="FILE", help="TOML; see docs/chains.md"
    )


def _name_key(parser: argparse.ArgumentParser) -> None:
    kind = parser.add_mutually_exclusive_group(required=True)
    kind.add_argument("--key-file", type=Path, metavar="KEYSTORE", help="encrypted JSON keystore")
    kind.add_argument("--pkcs11", type=Path, metavar="MODULE", help="a token's PKCS#11 library")
    kind.add_argument("--signer-url", metavar="URL", help="a key at a signing service")
    parser.add_argument("--passphrase-file", type=Path, metavar="FILE", help="for --key-file")
    parser.add_argument("--token", metavar="LABEL", help="for --pkcs11: the token")
    parser.add_argument("--key", metavar="LABEL", help="for --pkcs11: the key pair on it")
    parser.add_argument("--pin-file", type=Path, metavar="FILE", help="for --pkcs11")
    parser.add_argument("--bearer-file", type=Path, metavar="FILE", help="for --signer-url")


def _deploy(arguments: argparse.Namespace) -> int:
    return _reporting(_deploy_now, arguments)


def _deploy_now(arguments: argparse.Namespace) -> int:
    from contracts_chain.anchor_client import AnchorClient
    from contracts_chain.deployment_record import default_path, write_record

    chain = _chain(arguments)
    client = AnchorClient(chain=chain, signer=_signer(arguments))
    try:
        made = client.ensure_deployed(with_proxy=arguments.with_proxy)
        if made.transaction is None:
            print(f"AnchorLog is already there: {made.address} on chain {made.chain_id}")
        else:
            print(f"AnchorLog deployed: {made.address} on chain {made.chain_id}")
            print(f"transaction:        {made.transaction}")
        path = arguments.out or default_path(chain.name)
        written = write_record(path, chain.name, client, made)
        print(f"{'record written' if written else 'record stands'}: {path}")
    finally:
        client.close()
    return _DONE


def _status(arguments: argparse.Namespace) -> int:
    return _reporting(_status_now, arguments)


def _status_now(arguments: argparse.Namespace) -> int:
    from contracts_chain.deploy import anchor_log_address, is_deployed
    from contracts_chain.errors import ChainUnreachable
    from contracts_chain.health import chain_health
    from contracts_chain.quorum import Nodes

    chain = _chain(arguments)
    nodes = Nodes(chain)
    try:
        health = chain_health(nodes, arguments.address)
        for line in _health_lines(health, chain):
            print(line)
        try:
            there = is_deployed(nodes, anchor_log_address())
        except ChainUnreachable:
            return _UNREACHABLE
        print(f"AnchorLog:  {anchor_log_address()} {'is there' if there else 'is not there yet'}")
    finally:
        nodes.panel.close()
    return _DONE if health.final is not None else _UNREACHABLE


def _health_lines(health: "ChainHealth", chain: "ChainSettings") -> list[str]:
    lines = [f"chain:      {health.chain}, id {chain.chain_id}"]
    for node in health.nodes:
        newest = "" if node.newest is None else f", block {node.newest}"
        detail = "" if node.detail is None else f" ({node.detail})"
        lines.append(f"node:       {node.host}: {node.state}{newest}{detail}")
    lines.append(f"agreeing:   {health.read_quorum} of {len(health.nodes)} nodes must")
    for name, block in (("newest", health.newest), ("final", health.final)):
        if block is None:
            lines.append(f"{name + ':':12}too few nodes agree")
        else:
            moment = datetime.fromtimestamp(block.time, UTC)
            lines.append(f"{name + ':':12}block {block.number} of {moment:%Y-%m-%d %H:%M:%S} UTC")
    if health.balance is not None:
        low = ", which is low" if health.balance_is_low else ""
        lines.append(f"balance:    {health.balance / _WEI_IN_A_COIN:.6f}{low}")
    return lines


def _new_key(arguments: argparse.Namespace) -> int:
    return _reporting(_new_key_now, arguments)


def _new_key_now(arguments: argparse.Namespace) -> int:
    from contracts_chain.signers import write_keystore

    passphrase = _secret(arguments.passphrase_file, "passphrase for the new key: ")
    if arguments.passphrase_file is None and passphrase != getpass.getpass("once more: "):
        print("acta: the two differ; nothing was written", file=sys.stderr)
        return _WRONG_USAGE
    # One draw in 2^127 is no key; write_keystore refuses it.
    address = write_keystore(arguments.key_file, secrets.token_bytes(32), passphrase)
    print(f"written: {arguments.key_file}")
    print(f"address: {address}")
    return _DONE


def _chain(arguments: argparse.Namespace) -> "ChainSettings":
    from contracts_chain.chains import read_chains
    from contracts_chain.errors import ChainSettingsError

    chains = read_chains(arguments.chains)
    if arguments.chain not in chains:
        raise ChainSettingsError(
            f"expected one of {', '.join(chains)} for --chain, got {arguments.chain!r}"
        )
    return chains[arguments.chain]


def _signer(arguments: argparse.Namespace) -> "TransactionSigner":
    from contracts_chain.pkcs11_signer import Pkcs11Signer
    from contracts_chain.remote_signer import RemoteSigner
    from contracts_chain.signers import KeystoreSigner

    if arguments.key_file is not None:
        passphrase = _secret(arguments.passphrase_file, f"passphrase of {arguments.key_file}: ")
        return KeystoreSigner.open(arguments.key_file, passphrase)
    if arguments.signer_url is not None:
        bearer = _secret(arguments.bearer_file, None)
        return RemoteSigner.over_http(arguments.signer_url, token=bearer or None)
    if not arguments.token or not arguments.key:
        raise _UsageError("expected --token and --key with --pkcs11")
    pin = _secret(arguments.pin_file, f"PIN of token {arguments.token}: ")
    return Pkcs11Signer(arguments.pkcs11, token=arguments.token, key=arguments.key, pin=pin)


def _secret(file: Path | None, prompt: str | None) -> str:
    """Return a secret from the first line of a file, or from the person at the terminal."""
    if file is not None:
        lines = file.read_text(encoding="utf-8").splitlines()
        return lines[0] if lines else ""
    return "" if prompt is None else getpass.getpass(prompt)


class _UsageError(Exception):
    """The options do not fit together."""


def _reporting(run: Any, arguments: argparse.Namespace) -> int:
    """Run a command; what goes wrong becomes one line and an exit code."""
    from contracts_chain.errors import (
        ChainError,
        ChainSettingsError,
        ChainUnreachable,
        SignerError,
    )

    try:
        code: int = run(arguments)
    except (_UsageError, ChainSettingsError) as error:
        print(f"acta: {error}", file=sys.stderr)
        return _WRONG_USAGE
    except OSError as error:
        print(f"acta: cannot read {error.filename}: {error.strerror}", file=sys.stderr)
        return _WRONG_USAGE
    except (ChainUnreachable, SignerError) as error:
        print(f"acta: {error}", file=sys.stderr)
        return _UNREACHABLE
    except ChainError as error:
        print(f"acta: {error}", file=sys.stderr)
        return _REFUSED
    return code
