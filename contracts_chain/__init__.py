"""The chain from Python: compile, deploy, submit and confirm anchors, read, run a local chain.

web3 is imported by the first call that needs a node, never by importing this package.
"""

from contracts_chain.anchor_client import AnchorClient
from contracts_chain.deploy import anchor_log_address, checksummed
from contracts_chain.errors import (
    AnchorRefused,
    ArtifactError,
    ChainError,
    ChainUnreachable,
    CompilerMissing,
    LocalChainError,
    NodeError,
)
from contracts_chain.local_chain import LocalChain, find_anvil
from contracts_chain.records import (
    AnchorRecord,
    BlockRef,
    DeploymentRecord,
    LogHead,
    TxState,
)
from contracts_chain.sending import FeePolicy

__all__ = [
    "AnchorClient",
    "AnchorRecord",
    "AnchorRefused",
    "ArtifactError",
    "BlockRef",
    "ChainError",
    "ChainUnreachable",
    "CompilerMissing",
    "DeploymentRecord",
    "FeePolicy",
    "LocalChain",
    "LocalChainError",
    "LogHead",
    "NodeError",
    "TxState",
    "anchor_log_address",
    "checksummed",
    "find_anvil",
]
