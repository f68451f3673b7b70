"""What can go wrong between Acta and a chain."""

from typing import Literal, TypeAlias

# What may be wrong with one node: no connection; no answer in time; asks to be left alone; says
# what is no JSON-RPC; belongs to another chain; is on another branch or behind; says of the very
# same block what the others deny; answers with an error of its own.
NodeProblem: TypeAlias = Literal[
    "unreachable",
    "hanging",
    "rate-limited",
    "garbage",
    "wrong-chain",
    "other-branch",
    "lagging",
    "disagrees",
    "node-error",
]


class ChainError(Exception):
    """The base of every error of this package; ``code`` is stable."""

    code = "chain/error"


class ChainUnreachable(ChainError):  # noqa: N818 - the name other rooms were promised
    """The node did not answer, or not in time, or not with JSON-RPC; or the nodes do not agree.

    Nothing is known about what they did: a transaction may have been sent. Repeat the call.
    ``problem`` says what was wrong with the node; ``wait_seconds`` is how long it asked to be
    left alone, if it did.
    """

    code = "chain/unreachable"

    def __init__(
        self,
        message: str,
        *,
        problem: NodeProblem = "unreachable",
        wait_seconds: float | None = None,
    ) -> None:
        super().__init__(message)
        self.problem = problem
        self.wait_seconds = wait_seconds


class NodeError(ChainUnreachable):
    """The node answered with an error that is not the contract's; most pass, so repeat the call."""

    code = "chain/node-error"

    def __init__(self, method: str, message: str, revert_data: bytes | None) -> None:
        super().__init__(f"the node refused {method}: {message}", problem="node-error")
        self.node_message = message
        self.revert_data = revert_data

    @property
    def is_revert(self) -> bool:
        """Whether the contract refused, rather than the node."""
        return self.revert_data is not None or "revert" in self.node_message.lower()


class AnchorRefused(ChainError):  # noqa: N818 - the name other rooms were promised
    """The chain was reached and the answer is no; ``reason`` is a stable word saying why.

    A contract's own error (``SizeNotGrowing``, ``StepTooLarge``, ``RootAnchoredWithOtherSize``,
    ``NotOperator`` …, ``reverted`` if it gave none) is ``permanent``: the same call can never
    succeed. The others pass once somebody acts: ``LogNotOpen``, ``insufficient-funds``,
    ``fee-ceiling``, ``contract-missing``, ``proxy-missing``, ``not-a-local-chain``,
    ``wrong-chain``, ``out-of-gas``, ``block-missing``, ``state-unavailable``, ``not-anchored``.
    """

    code = "chain/refused"

    def __init__(self, reason: str, message: str, *, permanent: bool = False) -> None:
        super().__init__(f"{reason}: {message}")
        self.reason = reason
        self.permanent = permanent


class ArtifactError(ChainError):
    """The committed artifact is missing, or is not what the sources compile to."""

    code = "chain/artifact"


class CompilerMissing(ArtifactError):  # noqa: N818 - reads as the fault it names
    """The pinned Solidity compiler cannot be had on this machine."""

    code = "chain/compiler-missing"


class LocalChainError(ChainError):
    """The local chain's process or its folder is not in a usable state."""

    code = "chain/local"


class ChainSettingsError(ChainError):
    """The settings of a chain are not usable; the message names file, line and member."""

    code = "chain/settings"


class SignerError(ChainError):
    """The key that signs transactions cannot be used: wrong passphrase, token or service."""

    code = "chain/signer"


class DeploymentRecordError(ChainError):
    """The file of a deployment record cannot be used; the message names it."""

    code = "chain/deployment-record"
