"""The certificate of completion: made from the evidence, once for each language and evidence."""

from datetime import UTC, datetime

from anchoring.attestation import parse_attestation
from anchoring.evidence import Evidence, Opening, read_evidence
from anchoring.hashing import ZERO32
from anchoring.statement import parse_statement
from service.agreements.completion_words import words_in
from service.agreements.desk import UseCases
from service.agreements.errors import NotReadyError
from service.agreements.models import Agreement, CertificateRow, Party
from service.signing import (
    CertificateEvent,
    CertificateFacts,
    CertificateParty,
    completion_certificate,
)

_ACTS = ("signed", "approved", "witnessed")


class Completion(UseCases):
    """The readable summary beside the PDF and the evidence."""

    def certificate(self, email: str, agreement_id: str, *, lang: str) -> bytes:
        """Return the certificate in ``lang`` (es or en); NotReadyError before the evidence is.

        Everybody gets the same bytes, until newer evidence (an anchor on a further chain) makes
        it say more.
        """
        desk = self._desk
        lang = lang if lang in ("es", "en") else "es"
        with desk.database.reading() as session:
            agreement = self._visible(session, email, agreement_id)
            evidence_sha256 = agreement.evidence_sha256
            if evidence_sha256 is None:
                raise NotReadyError("expected a final anchor; the certificate follows it")
            kept = session.get(CertificateRow, (agreement_id, lang))
            if kept is not None and kept.evidence_sha256 == evidence_sha256:
                return desk.files.get(bytes.fromhex(kept.sha256))
            evidence = read_evidence(desk.files.get(bytes.fromhex(evidence_sha256)))
            facts = _facts(agreement, evidence, lang)
        made = completion_certificate(facts, keys=desk.keys, clock=desk.clock)
        # Crash point: a file that no row names; the next download makes another.
        written = desk.files.put(made).hex()
        with desk.database.transaction() as session:
            if self._locked(session, agreement_id).evidence_sha256 != evidence_sha256:
                # Crash point and race alike: the file just written, which no row names.
                raise NotReadyError("the evidence was written anew meanwhile; try again")
            kept = session.get(CertificateRow, (agreement_id, lang))
            needless = None
            if kept is None:
                kept = CertificateRow(agreement_id=agreement_id, lang=lang)
                session.add(kept)
            elif kept.evidence_sha256 == evidence_sha256:
                # Somebody else was first: theirs is the one that counts.
                written, needless = kept.sha256, written
            else:
                needless = kept.sha256
            kept.evidence_sha256, kept.sha256 = evidence_sha256, written
        if needless not in (None, written):
            desk.files.delete(bytes.fromhex(str(needless)))
        return desk.files.get(bytes.fromhex(written))


def _facts(agreement: Agreement, evidence: Evidence, lang: str) -> CertificateFacts:
    words = words_in(lang)
    names = {party.number: party.name for party in agreement.parties}
    events, attached, acts = [], {}, {}
    for number, opening in enumerate(evidence.openings, start=1):
        raw = evidence.statements[opening.leaf]
        statement = parse_statement(raw)
        party = statement.actor.party
        if statement.type in _ACTS:
            acts[party] = (opening, statement.at)
        template = words.get(f"event.{statement.type}", words["event.other"])
        events.append(
            CertificateEvent(
                at=_moment(statement.at),
                what=template.format(who=names.get(party, ""), type=statement.type),
                leaf=opening.leaf.hex(),
            )
        )
        attached[f"{number:03d}-{statement.type}.json"] = raw
    rows = [
        (words["reference"], agreement.id),
        (words["sent_by"], f"{agreement.sender_name} <{agreement.sender_email}>"),
        (words["pages"], str(agreement.page_count)),
    ]
    if agreement.ended_at is not None:
        rows.append((words["sealed_at"], f"{_moment(agreement.ended_at)} UTC"))
    rows += [
        (words["sealed_hash"], agreement.sealed_sha256 or ""),
        (words["prepared_hash"], agreement.prepared_sha256),
        (words["evidence_hash"], agreement.evidence_sha256 or ""),
    ]
    return CertificateFacts(
        lang=lang,
        title=agreement.title,
        words={name: text for name, text in words.items() if "." not in name},
        rows=rows,
        parties=[_party(party, acts, evidence, words) for party in agreement.parties],
        events=events,
        anchors=_anchors(agreement, evidence, words),
        attached=attached,
    )


def _party(
    party: Party,
    acts: dict[int, tuple[Opening, datetime]],
    evidence: Evidence,
    words: dict[str, str],
) -> CertificateParty:
    opening, at = acts.get(party.number, (None, None))
    method = "code"
    if opening is not None and opening.attestation_hash != ZERO32:
        method = parse_attestation(evidence.attestations[opening.leaf]).method
    return CertificateParty(
        number=party.number,
        name=party.name,
        email=party.email,
        role=party.role,
        did=words.get(f"did.{party.role}", party.role),
        at="" if at is None else f"{_moment(at)} UTC",
        method="" if at is None else words.get(f"method.{method}", method),
        word="" if at is None else words.get(f"word.{method}", ""),
    )


def _anchors(
    agreement: Agreement, evidence: Evidence, words: dict[str, str]
) -> list[tuple[str, str]]:
    leaf = agreement.document_leaf or b""
    rows = [(words["leaf_row"], leaf.hex())]
    for record in evidence.anchors.values():
        if len(rows) == 1:
            rows += [
                (words["position"], str(record.size)),
                (words["root"], record.root.hex()),
            ]
        rows.append(
            (
                words["chain"].format(chain=record.chain_id),
                words["chain_value"].format(
                    block=record.block_number,
                    time=_moment(datetime.fromtimestamp(record.block_time, UTC)),
                    contract=record.contract.hex(),
                ),
            )
        )
    return rows


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
