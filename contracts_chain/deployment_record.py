"""What a deployment leaves on disk: where AnchorLog stands on a chain, and what code that is."""

import json
from pathlib import Path
from typing import Any, Final

from contracts_chain.anchor_client import AnchorClient
from contracts_chain.artifact import anchor_log_artifact
from contracts_chain.atomic_file import write_atomically
from contracts_chain.contract_calls import keccak256
from contracts_chain.create2_proxy import CREATE2_PROXY
from contracts_chain.deploy import SALT
from contracts_chain.errors import AnchorRefused, DeploymentRecordError
from contracts_chain.records import BlockRef, DeploymentRecord

_IN_THE_REPOSITORY: Final = Path(__file__).with_name("deployments")
# What makes two records of one chain the same deployment.
_IDENTITY: Final = ("chainId", "contract", "codeHash")


def default_path(chain: str) -> Path:
    """Return where a chain's record goes: beside the sources, or without them, where we are."""
    checked_out = (_IN_THE_REPOSITORY.parent.parent / "pyproject.toml").is_file()
    folder = _IN_THE_REPOSITORY if checked_out else Path("deployments")
    return folder / f"{chain}.json"


def write_record(path: Path, chain: str, client: AnchorClient, made: DeploymentRecord) -> bool:
    """Write the record of a deployment unless it stands there; return whether it was written.

    One that names a block which the chain took back is replaced. Raises DeploymentRecordError if
    the file is of another deployment.
    """
    artifact = anchor_log_artifact()
    record: dict[str, Any] = {
        "chain": chain,
        "chainId": made.chain_id,
        "contract": made.address,
        "codeHash": keccak256(artifact.runtime_bytecode).hex(),
        "compiler": artifact.compiler,
        "settingsHash": artifact.settings_hash.hex(),
        "proxy": CREATE2_PROXY,
        "salt": SALT.hex(),
        "transaction": None,
        "block": None,
    }
    known = _read(path)
    if known is not None:
        different = [name for name in _IDENTITY if known.get(name) != record[name]]
        if different:
            raise DeploymentRecordError(
                f"{path} is the record of another deployment ({', '.join(different)} differ); "
                "move it away, or name another file with --out"
            )
        if made.transaction is None and (known["block"] is None or _stands(client, known["block"])):
            return False
    transaction = made.transaction or (known["transaction"] if known else None)
    block = None if transaction is None else client.receipt(transaction).block
    if block is not None:
        record["transaction"], record["block"] = transaction, _block_members(block)
    _write(path, record)
    return True


def _read(path: Path) -> dict[str, Any] | None:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise DeploymentRecordError(f"expected a deployment record in {path}: {error}") from error
    if not isinstance(content, dict) or not {"transaction", "block", *_IDENTITY} <= content.keys():
        raise DeploymentRecordError(f"expected a deployment record in {path}, got something else")
    return content


def _stands(client: AnchorClient, block: dict[str, Any]) -> bool:
    try:
        return client.block(int(block["number"])).hash.hex() == str(block["hash"])
    except AnchorRefused:
        return False


def _block_members(block: BlockRef) -> dict[str, Any]:
    return {"number": block.number, "hash": block.hash.hex(), "time": block.time}


def _write(path: Path, record: dict[str, Any]) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, (json.dumps(record, indent=1) + "\n").encode())
    except OSError as error:
        raise DeploymentRecordError(f"cannot write {path}: {error.strerror}") from error
