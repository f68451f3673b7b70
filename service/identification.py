"""What identifies people and companies in an installation, from its settings."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from cryptography import x509

from service.clock import Clock
from service.database import Database
from service.errors import ServiceError
from service.identity import (
    Bureau,
    BureauParts,
    DeepfaceChecker,
    FaceModel,
    GleifRegister,
    IdentificationRules,
    LogWriter,
    PowerRules,
    RateLimits,
    TesseractReader,
    ViesRegister,
)
from service.keyring import Keyring
from service.settings import Settings


class CompanyRootsError(ServiceError):
    """A file with company authorities cannot be read: mend ACTA_COMPANY_ROOTS."""

    code = "service/company-roots"
    http_hint = 500


@dataclass(frozen=True, kw_only=True)
class Identification:
    """The bureau, and the face-check processes that end with the service."""

    bureau: Bureau
    checker: DeepfaceChecker

    def close(self) -> None:
        """End the face-check processes."""
        self.checker.close()


def build_bureau(
    settings: Settings,
    *,
    database: Database,
    keyring: Keyring,
    clock: Clock,
    log: LogWriter,
    rate_limits: RateLimits,
) -> Identification:
    """Return the parts that the settings call for; no model is loaded and no program started."""
    checker = DeepfaceChecker(
        home=settings.data_dir / "faces",
        model=face_model(settings),
        processes=settings.face_processes,
    )
    parts = BureauParts(
        checker=checker,
        reader=TesseractReader(program=settings.tesseract or None),
        registers=(
            GleifRegister(base_url=settings.gleif_url),
            ViesRegister(base_url=settings.vies_url),
        ),
        roots=[root for path in settings.company_roots for root in _roots(path)],
        identification_rules=IdentificationRules(
            pictures_kept=timedelta(days=settings.pictures_kept_days),
            unfinished_kept=timedelta(days=settings.unfinished_kept_days),
            valid_for=timedelta(days=settings.identification_valid_days),
            adult_age=settings.adult_age,
        ),
        power_rules=PowerRules(
            deed_kept=timedelta(days=settings.deeds_kept_days),
            valid_for=timedelta(days=settings.power_valid_days),
        ),
        reviewers=settings.reviewers,
    )
    return Identification(
        bureau=Bureau(
            database=database,
            keyring=keyring,
            clock=clock,
            log=log,
            rate_limits=rate_limits,
            parts=parts,
        ),
        checker=checker,
    )


def face_model(settings: Settings) -> FaceModel:
    """Return the model that the settings name."""
    known = FaceModel()
    return FaceModel(
        name=settings.face_model,
        metric=settings.face_metric,
        accept_up_to=settings.face_accept_up_to,
        refuse_above=settings.face_refuse_above,
        weights=tuple(sorted(settings.face_weights.items())) or known.weights,
    )


def _roots(path: Path) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError) as error:
        raise CompanyRootsError(
            f"expected PEM certificates in {path}, got none that can be read"
        ) from error
