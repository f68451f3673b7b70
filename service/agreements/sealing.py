"""From the last signature to evidence: seal, store, tell people, write the evidence file.

Every function here is one durable step and may be repeated at any moment: it looks at what the
rows say is done, and does the rest.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from anchoring.cms_attributes import SealBinding
from anchoring.errors import AnchoringError
from anchoring.evidence import EvidenceInput, StatementRecord, asic_manifest, evidence_members, pack
from anchoring.hashing import (
    content_commitment,
    document_entry,
    parties_root,
    sha256,
    transcript,
)
from anchoring.party_keys import root_of_parties
from anchoring.statement import parse_statement
from service.agreements.models import Agreement, State, StatementRow
from service.agreements.party_custody import PartyCustody
from service.agreements.signature_drafts import party_key
from service.agreements.statements import StatementMaker
from service.clock import rfc3339
from service.errors import ConflictError, ServiceError
from service.notices import signed_by_all
from service.signing import check_sealed, party_field, seal_pdf, sign_container

log = structlog.get_logger(__name__)


class StatementsNotLoggedError(ConflictError):
    """A statement of this agreement has no place in the log yet."""

    code = "agreements/statements-not-logged"


@dataclass(frozen=True)
class _Sealed:
    """The sealed PDF's place in the store, and the entry its leaf is made of."""

    sha256: str
    entry: bytes
    subject: bytes


class Sealing(PartyCustody):
    """The platform's part, after the last signature."""

    def seal(self, agreement_id: str) -> None:
        """Seal the PDF over the list of all its statements, and hand its leaf to the log."""
        with self._desk.database.reading() as session:
            agreement = session.get(Agreement, agreement_id)
            if agreement is None or agreement.state != State.SEALING:
                return
            if agreement.sealed_sha256 is not None:
                return
        # Every statement gets its index first: the seal fixes their order in the log.
        self._desk.notary.sequence()
        sealed = self._make_seal(agreement_id)
        # Crash point: a sealed file that no row names. The next run makes another; only the one
        # that is written down below ever reaches the log.
        with self._desk.database.transaction() as session:
            agreement = self._locked(session, agreement_id)
            if agreement.state != State.SEALING or agreement.sealed_sha256 is not None:
                return
            agreement.sealed_sha256 = sealed.sha256
            agreement.revision = sealed.sha256
            agreement.document_leaf = self._desk.notary.accept(
                session, sealed.entry, kind="document", subject=sealed.subject
            )

    def store(self, agreement_id: str) -> None:
        """Put the sealed PDF into custody; raises when too few stores hold it, to be repeated."""
        with self._desk.database.reading() as session:
            agreement = session.get(Agreement, agreement_id)
            if agreement is None or agreement.state != State.SEALING:
                return
            sealed = agreement.sealed_sha256
        if sealed is not None:
            self._desk.custody.keep(agreement_id, self._desk.files.get(bytes.fromhex(sealed)))
            # Crash point: kept, and opened by the platform alone; the repeated step wraps it.
            self.wrap_envelope(agreement_id)

    def announce(self, agreement_id: str) -> None:
        """Tell everybody that the agreement is signed, now that it is sealed and stored."""
        with self._desk.database.transaction() as session:
            agreement = self._locked(session, agreement_id)
            if agreement.state != State.SEALING or agreement.sealed_sha256 is None:
                return
            self._end(session, agreement, State.SEALED, self._desk.clock.now())
            self._mail_everybody(
                session,
                agreement,
                "signed",
                signed_by_all(
                    lang=agreement.lang,
                    title=agreement.title,
                    signers=sum(party.signs for party in agreement.parties),
                    link=self._link(agreement),
                ),
            )

    def withdraw_stale_evidence(self) -> None:
        """Withdraw evidence whose anchor the embedded chain has lost; it is written anew.

        Its blocks are gone with the chain's newest state, and their anchors are made again in
        others, which the evidence has to name.
        """
        with self._desk.database.transaction() as session:
            written = session.scalars(
                select(Agreement).where(Agreement.evidence_sha256.is_not(None))
            ).all()
            leaves = [one.document_leaf for one in written if one.document_leaf is not None]
            statuses = self._desk.notary.leaf_statuses(leaves)
            withdrawn = []
            for agreement in written:
                leaf = agreement.document_leaf
                if leaf is not None and statuses[leaf].status != "final":
                    withdrawn.append(agreement.evidence_sha256)
                    agreement.evidence_sha256 = agreement.evidence_anchors = None
        for file in withdrawn:
            self._desk.files.delete(bytes.fromhex(str(file)))

    def write_missing_evidence(self) -> list[str]:
        """Write the evidence of every sealed agreement that is final at home; return their ids.

        And once more when a chain beside the home has a final anchor that the file lacks: the
        newer file says the same and proves it twice, and the older one stays as good as it was.
        """
        with self._desk.database.reading() as session:
            waiting = list(
                session.scalars(
                    select(Agreement.id).where(
                        Agreement.state == State.SEALED, Agreement.evidence_sha256.is_(None)
                    )
                )
            )
        waiting += self._with_fuller_evidence()
        written = []
        for agreement_id in waiting:
            try:
                if self._write_evidence(agreement_id):
                    written.append(agreement_id)
            except (ServiceError, AnchoringError) as error:
                # One agreement's trouble keeps nobody else's evidence back; it is tried again.
                log.warning(
                    "evidence-not-written",
                    agreement=agreement_id,
                    code=error.code,
                    reason=str(error),
                )
        return written

    def _with_fuller_evidence(self) -> list[str]:
        """Return the agreements whose document has anchors that their evidence lacks."""
        further = len(self._desk.notary.chain_names) - 1
        if further == 0:
            return []
        with self._desk.database.reading() as session:
            lacking = {
                row.document_leaf: (row.id, row.evidence_anchors or 0)
                for row in session.execute(
                    select(Agreement.id, Agreement.document_leaf, Agreement.evidence_anchors).where(
                        Agreement.evidence_sha256.is_not(None),
                        func.coalesce(Agreement.evidence_anchors, 0) < further,
                    )
                )
                if row.document_leaf is not None
            }
        final = self._desk.notary.further_anchors(lacking)
        return [
            agreement_id for leaf, (agreement_id, held) in lacking.items() if final[leaf] > held
        ]

    def _make_seal(self, agreement_id: str) -> _Sealed:
        desk = self._desk
        with desk.database.reading() as session:
            agreement = session.get_one(Agreement, agreement_id)
            leaves = self._leaves_in_log_order(session, agreement)
            subject = StatementMaker(desk.notary).subject(agreement)
            # Announced before anybody signed: either every signer's keys end it together, or none.
            root = _root_of(agreement) if agreement.by_device else parties_root(())
            revision, lang, doc_salt = agreement.revision, agreement.lang, agreement.doc_salt
            signed = {
                party_field(row.party): sha256(row.raw)
                for row in agreement.statements
                if row.type == "signed"
            }
        binding = SealBinding(
            parties_root=root,
            transcript=transcript(leaves),
            statements=len(leaves),
            search_from=desk.notary.size(),
        )
        sealed = seal_pdf(
            desk.files.get(bytes.fromhex(revision)),
            binding=binding,
            keys=desk.keys,
            clock=desk.clock,
            lang=lang,
        )
        check_sealed(sealed.pdf, desk.keys, binding=binding, clock=desk.clock, statements=signed)
        entry = document_entry(
            content=content_commitment(doc_salt=doc_salt, covered_sha256=sealed.covered_sha256),
            agreement_ref=subject,
            parties_root=root,
            transcript=binding.transcript,
            home=desk.notary.identity.home,
        )
        return _Sealed(sha256=desk.files.put(sealed.pdf).hex(), entry=entry, subject=subject)

    def _leaves_in_log_order(self, session: Session, agreement: Agreement) -> list[bytes]:
        leaves = [row.leaf_hash for row in agreement.statements]
        indices = self._desk.notary.indices(session, leaves)
        placed: list[tuple[int, bytes]] = []
        for leaf in leaves:
            index = indices.get(leaf)
            if index is None:
                raise StatementsNotLoggedError(
                    "expected every statement to be in the log before sealing; it is tried again"
                )
            placed.append((index, leaf))
        return [leaf for _, leaf in sorted(placed)]

    def _write_evidence(self, agreement_id: str) -> bool:
        desk = self._desk
        with desk.database.reading() as session:
            agreement = session.get_one(Agreement, agreement_id)
            rows = {row.leaf_hash: row for row in agreement.statements}
            leaves = self._leaves_in_log_order(session, agreement)
            document_leaf = agreement.document_leaf
            sealed, written_before = agreement.sealed_sha256, agreement.evidence_sha256
            held = agreement.evidence_anchors or 0
            indices = desk.notary.indices(session, leaves)
            keys = {row.party: [party_key(row).to_json()] for row in agreement.party_keys}
            parties: list[dict[str, object]] = [
                {
                    "party": p.number,
                    "role": p.role,
                    "order": p.signing_order,
                    "keys": keys.get(p.number, []),
                }
                for p in agreement.parties
            ]
        if document_leaf is None or sealed is None:
            return False
        if desk.notary.leaf_status(document_leaf).status != "final":
            return False
        named = [parse_statement(rows[leaf].raw).after for leaf in leaves]
        anchored = desk.notary.covering_anchor(
            [*leaves, document_leaf], after=[after.root for after in named if after.size > 0]
        )
        if written_before is not None and len(anchored.further) <= held:
            return False
        proofs = {leaf.hex(): anchored.proof_for(leaf) for leaf in leaves}
        proofs["document"] = anchored.proof_for(document_leaf)
        members = evidence_members(
            EvidenceInput(
                pdf=desk.files.get(bytes.fromhex(sealed)),
                statements=[_record(rows[leaf], indices[leaf]) for leaf in leaves],
                proofs=proofs,
                anchor=anchored.record,
                other_anchors=anchored.further,
                disclosures=_disclosures(rows.values()),
                parties=parties,
                created=rfc3339(desk.clock.now()),
            )
        )
        manifest = asic_manifest(members)
        members["META-INF/ASiCManifest.xml"] = manifest
        members["META-INF/signature.p7s"] = sign_container(
            manifest, keys=desk.keys, clock=desk.clock
        )
        written = desk.files.put(pack(members)).hex()
        # Crash point: an evidence file that no row names; the next run writes it again.
        with desk.database.transaction() as session:
            agreement = self._locked(session, agreement_id)
            held, found = agreement.evidence_anchors or 0, len(anchored.further)
            needless: str | None = written
            # An erasure or a renewal in between: what was gathered is not what holds now.
            is_newest = agreement.sealed_sha256 == sealed and all(
                row.disclosures == rows[row.leaf_hash].disclosures for row in agreement.statements
            )
            if is_newest and (agreement.evidence_sha256 is None or found > held):
                needless = agreement.evidence_sha256
                agreement.evidence_sha256, agreement.evidence_anchors = written, found
            if needless == agreement.evidence_sha256:
                needless = None
        # Crash point: a file that no row names; it is encrypted, and shown to nobody.
        if needless is not None:
            desk.files.delete(bytes.fromhex(needless))
        return True


def _root_of(agreement: Agreement) -> bytes:
    keys = {row.party: [party_key(row)] for row in agreement.party_keys}
    return root_of_parties([keys[party.number] for party in agreement.parties if party.signs])


def _record(row: StatementRow, index: int | None) -> StatementRecord:
    assert index is not None  # _leaves_in_log_order has looked
    return StatementRecord(
        index=index,
        statement=row.raw,
        salt=row.salt,
        subject=row.subject,
        attestation=row.attestation,
        method=row.method,
    )


def _disclosures(rows: Iterable[StatementRow]) -> dict[int, list[bytes]]:
    """Gather the disclosures by the party they speak of; 0 holds the agreement's own."""
    gathered: dict[int, list[bytes]] = {}
    for row in rows:
        for party, raw in row.disclosures:
            gathered.setdefault(int(party), []).append(bytes.fromhex(str(raw)))
    return gathered
