"""What proves an anchor off line, asked for while the chain still remembers it."""

from collections.abc import Sequence
from typing import Any

import structlog
from sqlalchemy import func, select

from anchoring.hashing import ZERO32
from service.database import Database
from service.notary.chain import AnchorChain
from service.notary.errors import ChainDownError, ChainRefusedError
from service.notary.home import PlaceKeeper
from service.notary.models import Anchor, AnchorProof, AnchorState, Leaf

_log = structlog.get_logger(__name__)

DOCUMENT = "document"
_STATUS = ("statusProof", "successorProof")
_MEMBERS = ("header", "accountProof", "anchorProof", *_STATUS, "forkedProof")


class AnchorProofs:
    """Gathers and keeps one chain's proof material; makes records of ``anchors/<chainId>.json``.

    Nodes forget the state of old blocks, an embedded chain at its next restart. So the material
    of a block is asked for as soon as it holds an anchor, for every document that this covers;
    ``proves_status``: whether documents have their status on this chain, which is their home.
    """

    def __init__(
        self,
        *,
        database: Database,
        chain: AnchorChain,
        keeper: PlaceKeeper,
        proves_status: bool,
    ) -> None:
        self._database = database
        self._chain = chain
        self._keeper = keeper
        self._proves_status = proves_status

    def gather(self, *, size: int, root: bytes, block: int, block_hash: bytes) -> None:
        """Keep the material of one anchor, as of its own block; raises ChainDownError."""
        chain_id = self._keeper.place().chain_id
        documents: Sequence[bytes] = ()
        with self._database.reading() as session:
            covered = session.scalar(
                select(func.max(Anchor.size)).where(
                    Anchor.chain_id == chain_id,
                    Anchor.state == AnchorState.FINAL,
                    Anchor.size < size,
                )
            )
            if self._proves_status:
                documents = session.scalars(
                    select(Leaf.leaf_hash).where(
                        Leaf.kind == DOCUMENT,
                        Leaf.log_index >= (covered or 0),
                        Leaf.log_index < size,
                    )
                ).all()
        for subject in (ZERO32, *documents):
            self._ask(size=size, root=root, block=block, block_hash=block_hash, subject=subject)

    def record(
        self, anchor: Anchor, subject: bytes, *, others: Sequence[bytes] = ()
    ) -> dict[str, Any]:
        """Return the members of ``anchors/<chainId>.json`` for a final anchor.

        ``subject``: the document whose status is proved too, or zero; elsewhere than at its home
        no status is proved. ``others``: roots whose anchors are proved beside it, under the state
        of the newest final block, while the chain can be asked. The proofs are null where no node
        has the state of the anchor's block any more. Raises ChainDownError where they were not
        kept and the chain cannot be asked.
        """
        assert anchor.block_number is not None
        assert anchor.block_hash is not None
        place = self._keeper.place()
        if not self._proves_status:
            subject = ZERO32
        material = self._fresh(anchor.root, subject, others) if others else None
        material = material or self._kept(anchor.size, anchor.block_hash, subject)
        material = material or self._ask(
            size=anchor.size,
            root=anchor.root,
            block=anchor.block_number,
            block_hash=anchor.block_hash,
            subject=subject,
        )
        # Material kept by an earlier version lacks the later members.
        proofs = {name: None if material is None else material.get(name) for name in _MEMBERS}
        if subject == ZERO32:
            proofs |= dict.fromkeys(_STATUS)
        return {
            "acta": "anchor/1",
            "chainId": anchor.chain_id,
            "contract": place.contract.hex(),
            "logId": place.log_id.hex(),
            "size": anchor.size,
            "root": anchor.root.hex(),
            "transaction": anchor.transaction and anchor.transaction.removeprefix("0x"),
            "block": {
                "number": anchor.block_number,
                "hash": anchor.block_hash.hex(),
                "time": anchor.block_time,
            },
            **proofs,
            "otherProofs": [] if material is None else material.get("otherProofs", []),
            "consistency": None,
        }

    def _fresh(self, root: bytes, subject: bytes, others: Sequence[bytes]) -> dict[str, Any] | None:
        """Return the material as of the newest final block, None if it cannot be had now."""
        try:
            return self._chain.proof_material(
                self._keeper.place().log_id,
                root,
                subject,
                self._chain.final_block().number,
                others=[other for other in dict.fromkeys(others) if other != root],
            )
        except (ChainDownError, ChainRefusedError) as error:
            _log.warning("no-fresh-proof", reason=str(error))
            return None

    def _kept(self, size: int, block_hash: bytes, subject: bytes) -> dict[str, Any] | None:
        with self._database.reading() as session:
            row = session.get(AnchorProof, (self._keeper.place().chain_id, size, subject))
            # A reorganisation may have put the anchor into another block since.
            fits = row is not None and row.material["block"]["hash"] == block_hash.hex()
            return row.material if row is not None and fits else None

    def _ask(
        self, *, size: int, root: bytes, block: int, block_hash: bytes, subject: bytes
    ) -> dict[str, Any] | None:
        place = self._keeper.place()
        try:
            material = self._chain.proof_material(place.log_id, root, subject, block)
        except ChainRefusedError as error:
            _log.warning("no-proof-material", size=size, reason=error.reason)
            return None
        if material["block"]["hash"] != block_hash.hex():
            _log.warning("no-proof-material", size=size, reason="other-block")
            return None
        with self._database.transaction() as session:
            session.merge(
                AnchorProof(
                    chain_id=place.chain_id, size=size, leaf_hash=subject, material=material
                )
            )
        return material
