"""The contracts that AnchorLog stands beside, as their projects publish them on npm.

Their compiled code is read from the packages of ``benchmarks/package.json``; nothing of theirs
runs but on the chain.
"""

import json
import re
from pathlib import Path
from typing import Final

from eth_abi.abi import encode

from contracts_chain.contract_calls import keccak256

_PACKAGES: Final = Path(__file__).with_name("node_modules")
_EAS: Final = "@ethereum-attestation-service/eas-contracts"
_STORE_2: Final = "@govtechsg/document-store"
_STORE_4: Final = "@trustvc/document-store"
_FACTORY: Final = "dist/contracts/factories/contracts/DocumentStore__factory.js"

_ATTESTATION = "(bytes32,(address,uint64,bool,bytes32,bytes,uint256))"
ZERO_ADDRESS: Final = "0x" + 40 * "0"


def version(package: str) -> str:
    """Return the installed version of a peer's package."""
    return str(json.loads(_file(package, "package.json"))["version"])


def eas_name() -> str:
    """Return how rows name EAS."""
    return f"EAS {version(_EAS)}"


def store_names() -> tuple[str, str]:
    """Return how rows name the two releases of OpenAttestation's DocumentStore."""
    return (f"DocumentStore {version(_STORE_2)}", f"DocumentStore {version(_STORE_4)}")


def schema_registry_code() -> bytes:
    """Return the creation code of EAS's schema registry."""
    return _eas_code("SchemaRegistry")


def eas_code(registry: str) -> bytes:
    """Return EAS's creation code with its constructor's argument."""
    return _eas_code("EAS") + encode(["address"], [registry])


def store_codes(owner: str) -> tuple[bytes, bytes]:
    """Return the creation codes of both DocumentStores, owned by ``owner``."""
    arguments = encode(["string", "address"], ["Acta's figures", owner])
    by_factory = re.findall(r'_bytecode = "0x([0-9a-f]+)"', _file(_STORE_2, _FACTORY))
    # A bundle of all factories, each after its code.
    before = _file(_STORE_4, "index.js").partition("class DocumentStore__factory")[0]
    bundled = re.findall(r'_bytecode(?:\$\d+)? = "0x([0-9a-f]+)"', before)
    return (bytes.fromhex(by_factory[0]) + arguments, bytes.fromhex(bundled[-1]) + arguments)


def call(signature: str, *arguments: object) -> bytes:
    """Return the call data of ``signature``, such as ``issue(bytes32)``."""
    inside = signature[signature.index("(") + 1 : -1]
    return keccak256(signature.encode())[:4] + encode(_split(inside), arguments)


def register_schema() -> tuple[bytes, bytes]:
    """Return the call that registers the schema of a 32-byte hash, and the schema's id."""
    schema = "bytes32 documentHash"
    packed = schema.encode() + bytes(20) + b"\x01"
    return call("register(string,address,bool)", schema, ZERO_ADDRESS, True), keccak256(packed)


def attest(schema: bytes, document: bytes) -> bytes:
    """Return EAS's call for one attestation that holds a 32-byte hash."""
    return call(
        f"attest({_ATTESTATION})", (schema, (ZERO_ADDRESS, 0, True, bytes(32), document, 0))
    )


def _split(types: str) -> list[str]:
    """Return the argument types of a signature, tuples whole."""
    found, depth = [""], 0
    for letter in types:
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == "," and depth == 0:
            found.append("")
        else:
            found[-1] += letter
    return found


def _eas_code(contract: str) -> bytes:
    artifact = json.loads(_file(_EAS, f"artifacts/contracts/{contract}.sol/{contract}.json"))
    return bytes.fromhex(artifact["bytecode"][2:])


def _file(package: str, path: str) -> str:
    place = _PACKAGES / package / path
    if not place.is_file():
        raise FileNotFoundError(
            f"expected {package} in {_PACKAGES.name}; install it with: "
            "npm ci --prefix benchmarks --ignore-scripts"
        )
    return place.read_text(encoding="utf-8")
