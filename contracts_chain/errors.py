"""What can go wrong between Acta and a chain."""


class ChainError(Exception):
    """The base of every error of this package; ``code`` is stable."""

    code = "chain/error"


class ChainUnreachable(ChainError):  # noqa: N818 - the name other rooms were promised
    """The node did not answer, or not in time, or not with JSON-RPC.

    Nothing is known about what it did: a transaction may have been sent. Repeat the call.
    """

    code = "chain/unreachable"


class NodeError(ChainUnreachable):
    """The node answered with an error that is not the contract's; most pass, so repeat the call."""

    code = "chain/node-error"

    def __init__(self, method: str, message: str, revert_data: bytes | None) -> None:
        super().__init__(f"the node refused {method}: {message}")
        self.node_message = message
        self.revert_data = revert_data


class AnchorRefused(ChainError):  # noqa: N818 - the name other rooms were promised
    """The chain was reached and the answer is no; ``reason`` is a stable word saying why.

    A contract's own error (``SizeNotGrowing``, ``StepTooLarge``, ``RootAnchoredWithOtherSize``,
    ``NotOperator``, ``LogNotOpen``, ``reverted`` if it gave none) is ``permanent``: the same call
    can never succeed. The others pass once somebody acts: ``insufficient-funds``,
    ``fee-ceiling``, ``contract-missing``, ``proxy-missing``, ``not-a-local-chain``,
    ``block-missing``, ``state-unavailable``, ``not-anchored``.
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
