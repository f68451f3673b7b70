"""The chain from Python: compile, deploy, submit and confirm anchors, read, run a local chain.

web3 is imported by the first call that needs a node, never by importing this package.
"""

from contracts_chain.anchor_client import AnchorClient
from contracts_chain.chains import ChainSettings, read_chains
from contracts_chain.contract_structs import (
    AttestedSignature,
    DocumentOpening,
    DocumentStatus,
    InclusionProof,
    PartySignature,
    Resolution,
    WebAuthnAssertion,
)
from contracts_chain.deploy import anchor_log_address
from contracts_chain.errors import (
    AnchorRefused,
    ArtifactError,
    ChainError,
    ChainSettingsError,
    ChainUnreachable,
    CompilerMissing,
    DeploymentRecordError,
    LocalChainError,
    NodeError,
    SignerError,
)
from contracts_chain.fees import FeePolicy
from contracts_chain.local_chain import LocalChain, find_anvil
from contracts_chain.pkcs11_signer import Pkcs11Signer
from contracts_chain.records import (
    AnchorRecord,
    BlockRef,
    ChainHealth,
    DeploymentRecord,
    LogHead,
    NodeHealth,
    TxState,
)
from contracts_chain.remote_signer import RemoteSigner
from contracts_chain.signatures import checksummed
from contracts_chain.signers import (
    KeystoreSigner,
    LocalKeySigner,
    TransactionSigner,
    write_keystore,
)

__all__ = [
    "AnchorClient",
    "AnchorRecord",
    "AnchorRefused",
    "ArtifactError",
    "AttestedSignature",
    "BlockRef",
    "ChainError",
    "ChainHealth",
    "ChainSettings",
    "ChainSettingsError",
    "ChainUnreachable",
    "CompilerMissing",
    "DeploymentRecord",
    "DeploymentRecordError",
    "DocumentOpening",
    "DocumentStatus",
    "FeePolicy",
    "InclusionProof",
    "KeystoreSigner",
    "LocalChain",
    "LocalChainError",
    "LocalKeySigner",
    "LogHead",
    "NodeError",
    "NodeHealth",
    "PartySignature",
    "Pkcs11Signer",
    "RemoteSigner",
    "Resolution",
    "SignerError",
    "TransactionSigner",
    "TxState",
    "WebAuthnAssertion",
    "anchor_log_address",
    "checksummed",
    "find_anvil",
    "read_chains",
    "write_keystore",
]
