"""After a restore: every file that a row names is there again, or is made anew."""

from dataclasses import dataclass

from sqlalchemy import delete, select

from service.agreements.models import Agreement, CertificateRow, State
from service.agreements.sealing import Sealing
from service.custody import RevisionDamagedError, RevisionMissingError
from service.errors import ServiceError


@dataclass(frozen=True, kw_only=True)
class FilesChecked:
    """How many files are whole, came back from custody, or are written anew; and what is lost.

    ``missing``: agreements of which a file is neither here nor in any store that answers.
    """

    whole: int
    from_custody: int
    to_write_anew: int
    missing: tuple[str, ...]


class Refilling(Sealing):
    """The disk's files, compared with the rows."""

    def refill_files(self) -> FilesChecked:
        """Check every file, and bring back what the stores have; safe to repeat."""
        whole = from_custody = anew = 0
        missing: set[str] = set()
        with self._desk.database.reading() as session:
            agreements = session.scalars(select(Agreement).order_by(Agreement.created_at)).all()
            named = [(one.id, one.state, named_files(one)) for one in agreements]
            sealed = {one.id: one.sealed_sha256 for one in agreements}
            evidence = {one.id: one.evidence_sha256 for one in agreements}
            renewed = {one.id: one.renewed_sha256 for one in agreements}
            certificates = session.execute(
                select(CertificateRow.agreement_id, CertificateRow.lang, CertificateRow.sha256)
            ).all()
        for agreement_id, state, files in named:
            for name in files:
                if self._is_whole(name):
                    whole += 1
                elif name == evidence[agreement_id]:
                    self._withdraw_evidence(agreement_id)
                    anew += 1
                elif name == renewed[agreement_id]:
                    self._withdraw_renewal(agreement_id)
                    anew += 1
                elif name == sealed[agreement_id] and self._from_custody(agreement_id, name):
                    from_custody += 1
                elif state != State.SEALED or name == sealed[agreement_id]:
                    # What led to a sealed document is not needed any more, but for its pictures.
                    missing.add(agreement_id)
        for agreement_id, lang, name in certificates:
            if self._is_whole(name):
                whole += 1
            else:
                self._withdraw_certificate(agreement_id, lang)
                anew += 1
        return FilesChecked(
            whole=whole,
            from_custody=from_custody,
            to_write_anew=anew,
            missing=tuple(sorted(missing)),
        )

    def _is_whole(self, name: str) -> bool:
        try:
            self._desk.files.get(bytes.fromhex(name))
        except (RevisionMissingError, RevisionDamagedError):
            return False
        return True

    def _from_custody(self, agreement_id: str, name: str) -> bool:
        try:
            pdf = self._desk.custody.fetch(agreement_id)
        except ServiceError:
            return False
        return self._desk.files.put(pdf).hex() == name

    def _withdraw_evidence(self, agreement_id: str) -> None:
        with self._desk.database.transaction() as session:
            agreement = self._locked(session, agreement_id)
            agreement.evidence_sha256 = agreement.evidence_anchors = None

    def _withdraw_renewal(self, agreement_id: str) -> None:
        with self._desk.database.transaction() as session:
            self._locked(session, agreement_id).renewed_sha256 = None

    def _withdraw_certificate(self, agreement_id: str, lang: str) -> None:
        with self._desk.database.transaction() as session:
            session.execute(
                delete(CertificateRow).where(
                    CertificateRow.agreement_id == agreement_id, CertificateRow.lang == lang
                )
            )


def named_files(agreement: Agreement) -> list[str]:
    """Return every file (SHA-256, hex) that an agreement's rows name, each once."""
    names = [
        agreement.prepared_sha256,
        agreement.revision,
        agreement.sealed_sha256,
        agreement.evidence_sha256,
        agreement.original_sha256,
        agreement.renewed_sha256,
        *(party.signed_revision for party in agreement.parties),
    ]
    return list(dict.fromkeys(name for name in names if name is not None))
