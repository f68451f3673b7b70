"""Identity: who somebody is, by which evidence, and how they show it again.

People (documents, faces, the review desk), companies, e-mailed and texted codes, invitation
links, sessions, API keys, and limits on guessing. Names are loaded when they are first used: the
sandbox, which is started for every picture, must not pay for the database.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from service.identity.api_keys import ANCHORS, ApiKeys, ApiKeyView
    from service.identity.bureau import Bureau, BureauParts
    from service.identity.codes import Confirmed, EmailCodes
    from service.identity.companies.certificate_check import CertificateCheck, CompanyCertificate
    from service.identity.companies.companies import Companies, CompanyView, MemberView
    from service.identity.companies.errors import (
        CertificateChallengeError,
        CertificateRefusedError,
        CertificateUncheckedError,
        CompanyNameError,
        CompanyNumberError,
        DeedRefusedError,
        LastOwnerError,
        NotMemberError,
        PowerMissingError,
    )
    from service.identity.companies.gleif_register import GleifRegister
    from service.identity.companies.models import PowerState, Role
    from service.identity.companies.numbers import KINDS, CompanyNumber, check_company_number
    from service.identity.companies.powers import ActingFor, PowerRules, Powers, PowerView
    from service.identity.companies.registers import Answer, CompanyRegister, RegisterAnswer
    from service.identity.companies.revocation import HttpRevocation, RevocationChecker
    from service.identity.companies.vies_register import ViesRegister
    from service.identity.documents.errors import (
        DocumentExpiredError,
        DocumentReaderMissingError,
        DocumentRefusedError,
        MrzCheckDigitError,
        MrzNotFoundError,
        NationalNumberError,
    )
    from service.identity.documents.reader import DocumentReader
    from service.identity.documents.tesseract_reader import TesseractReader
    from service.identity.errors import (
        CodeExpiredError,
        LinkRevokedError,
        LinkUnknownError,
        LinkUsedError,
        OtherPersonError,
        TooManyRequestsError,
        TooManyTriesError,
        WrongCodeError,
    )
    from service.identity.faces.checker import FaceChecker, FaceModel
    from service.identity.faces.checks import CheckedCapture, FaceChecks, HeadTurns
    from service.identity.faces.deepface_checker import DeepfaceChecker
    from service.identity.faces.errors import (
        ChallengeOverError,
        FaceCheckerBusyError,
        FaceCheckerFailedError,
        FaceCheckRefusedError,
        FaceWeightsError,
        FlatPictureError,
        NoFaceError,
        NotTurnedError,
        OtherFaceError,
        ReplayedCaptureError,
        SeveralFacesError,
    )
    from service.identity.faces.liveness import Pose
    from service.identity.kept_pictures import KeptPictures, OpenedPicture
    from service.identity.links import InvitationLinks, LinkView
    from service.identity.one_time_codes import CodeRules
    from service.identity.passkeys.errors import (
        PasskeyChallengeOverError,
        PasskeyCopiedError,
        PasskeyFreshCodeError,
        PasskeyRefusedError,
        PasskeyTooNewError,
        PasskeyUnknownError,
    )
    from service.identity.passkeys.passkeys import Answered, Passkeys, PasskeyView
    from service.identity.people.decisions import Decisions, IdentificationRules, IdentifiedPerson
    from service.identity.people.errors import (
        NotIdentifiedError,
        TooManyAttemptsError,
        WrongStepError,
    )
    from service.identity.people.identifications import Identifications, IdentificationView
    from service.identity.people.models import Step
    from service.identity.people.people import People
    from service.identity.people.record import PersonRecord, TypedDocument
    from service.identity.phones.apprise_sms import AppriseSms
    from service.identity.phones.codes import ConfirmedPhone, PhoneCodes, PhoneRules
    from service.identity.phones.errors import PhoneCountryError, PhoneNumberError, SmsNotSentError
    from service.identity.phones.mailbox_sms import MailboxSms
    from service.identity.phones.sms import SmsSender
    from service.identity.pictures.errors import (
        PictureDamagedError,
        PictureHidesFileError,
        PictureKindError,
        PictureRefusedError,
        PictureTooLargeError,
        PictureTooSmallError,
    )
    from service.identity.rate_limits import RateLimits
    from service.identity.review.desk import OpenCase, ReviewDesk, ReviewSheet, WaitingCase
    from service.identity.review.errors import (
        AlreadyReviewedError,
        NotReviewerError,
        OwnCaseError,
        ReviewReasonError,
    )
    from service.identity.sessions import (
        ABSOLUTE_LIFETIME,
        IDLE_LIFETIME,
        OpenSession,
        Sessions,
        SessionView,
    )
    from service.identity.statements import IdentityStatements, KeptStatement, LogWriter
    from service.notices import address_key, clean_address

_HOMES: dict[str, tuple[str, ...]] = {
    "service.identity.api_keys": (
        "ANCHORS",
        "ApiKeyView",
        "ApiKeys",
    ),
    "service.identity.bureau": (
        "Bureau",
        "BureauParts",
    ),
    "service.identity.codes": (
        "Confirmed",
        "EmailCodes",
    ),
    "service.identity.companies.certificate_check": (
        "CertificateCheck",
        "CompanyCertificate",
    ),
    "service.identity.companies.companies": (
        "Companies",
        "CompanyView",
        "MemberView",
    ),
    "service.identity.companies.errors": (
        "CertificateChallengeError",
        "CertificateRefusedError",
        "CertificateUncheckedError",
        "CompanyNameError",
        "CompanyNumberError",
        "DeedRefusedError",
        "LastOwnerError",
        "NotMemberError",
        "PowerMissingError",
    ),
    "service.identity.companies.gleif_register": ("GleifRegister",),
    "service.identity.companies.models": (
        "PowerState",
        "Role",
    ),
    "service.identity.companies.numbers": (
        "KINDS",
        "CompanyNumber",
        "check_company_number",
    ),
    "service.identity.companies.powers": (
        "ActingFor",
        "PowerRules",
        "PowerView",
        "Powers",
    ),
    "service.identity.companies.registers": (
        "Answer",
        "CompanyRegister",
        "RegisterAnswer",
    ),
    "service.identity.companies.revocation": (
        "HttpRevocation",
        "RevocationChecker",
    ),
    "service.identity.companies.vies_register": ("ViesRegister",),
    "service.identity.documents.errors": (
        "DocumentExpiredError",
        "DocumentReaderMissingError",
        "DocumentRefusedError",
        "MrzCheckDigitError",
        "MrzNotFoundError",
        "NationalNumberError",
    ),
    "service.identity.documents.reader": ("DocumentReader",),
    "service.identity.documents.tesseract_reader": ("TesseractReader",),
    "service.identity.errors": (
        "CodeExpiredError",
        "LinkRevokedError",
        "LinkUnknownError",
        "LinkUsedError",
        "OtherPersonError",
        "TooManyRequestsError",
        "TooManyTriesError",
        "WrongCodeError",
    ),
    "service.identity.faces.checker": (
        "FaceChecker",
        "FaceModel",
    ),
    "service.identity.faces.checks": (
        "CheckedCapture",
        "FaceChecks",
        "HeadTurns",
    ),
    "service.identity.faces.deepface_checker": ("DeepfaceChecker",),
    "service.identity.faces.errors": (
        "ChallengeOverError",
        "FaceCheckRefusedError",
        "FaceCheckerBusyError",
        "FaceCheckerFailedError",
        "FaceWeightsError",
        "FlatPictureError",
        "NoFaceError",
        "NotTurnedError",
        "OtherFaceError",
        "ReplayedCaptureError",
        "SeveralFacesError",
    ),
    "service.identity.faces.liveness": ("Pose",),
    "service.identity.kept_pictures": (
        "KeptPictures",
        "OpenedPicture",
    ),
    "service.identity.links": (
        "InvitationLinks",
        "LinkView",
    ),
    "service.identity.one_time_codes": ("CodeRules",),
    "service.identity.passkeys.errors": (
        "PasskeyChallengeOverError",
        "PasskeyCopiedError",
        "PasskeyFreshCodeError",
        "PasskeyRefusedError",
        "PasskeyTooNewError",
        "PasskeyUnknownError",
    ),
    "service.identity.passkeys.passkeys": (
        "Answered",
        "PasskeyView",
        "Passkeys",
    ),
    "service.identity.people.decisions": (
        "Decisions",
        "IdentificationRules",
        "IdentifiedPerson",
    ),
    "service.identity.people.errors": (
        "NotIdentifiedError",
        "TooManyAttemptsError",
        "WrongStepError",
    ),
    "service.identity.people.identifications": (
        "IdentificationView",
        "Identifications",
    ),
    "service.identity.people.models": ("Step",),
    "service.identity.people.people": ("People",),
    "service.identity.people.record": (
        "PersonRecord",
        "TypedDocument",
    ),
    "service.identity.phones.apprise_sms": ("AppriseSms",),
    "service.identity.phones.codes": (
        "ConfirmedPhone",
        "PhoneCodes",
        "PhoneRules",
    ),
    "service.identity.phones.errors": (
        "PhoneCountryError",
        "PhoneNumberError",
        "SmsNotSentError",
    ),
    "service.identity.phones.mailbox_sms": ("MailboxSms",),
    "service.identity.phones.sms": ("SmsSender",),
    "service.identity.pictures.errors": (
        "PictureDamagedError",
        "PictureHidesFileError",
        "PictureKindError",
        "PictureRefusedError",
        "PictureTooLargeError",
        "PictureTooSmallError",
    ),
    "service.identity.rate_limits": ("RateLimits",),
    "service.identity.review.desk": (
        "OpenCase",
        "ReviewDesk",
        "ReviewSheet",
        "WaitingCase",
    ),
    "service.identity.review.errors": (
        "AlreadyReviewedError",
        "NotReviewerError",
        "OwnCaseError",
        "ReviewReasonError",
    ),
    "service.identity.sessions": (
        "ABSOLUTE_LIFETIME",
        "IDLE_LIFETIME",
        "OpenSession",
        "SessionView",
        "Sessions",
    ),
    "service.identity.statements": (
        "IdentityStatements",
        "KeptStatement",
        "LogWriter",
    ),
    "service.notices": (
        "address_key",
        "clean_address",
    ),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "ABSOLUTE_LIFETIME",
    "ANCHORS",
    "IDLE_LIFETIME",
    "KINDS",
    "ActingFor",
    "AlreadyReviewedError",
    "Answer",
    "Answered",
    "ApiKeyView",
    "ApiKeys",
    "AppriseSms",
    "Bureau",
    "BureauParts",
    "CertificateChallengeError",
    "CertificateCheck",
    "CertificateRefusedError",
    "CertificateUncheckedError",
    "ChallengeOverError",
    "CheckedCapture",
    "CodeExpiredError",
    "CodeRules",
    "Companies",
    "CompanyCertificate",
    "CompanyNameError",
    "CompanyNumber",
    "CompanyNumberError",
    "CompanyRegister",
    "CompanyView",
    "Confirmed",
    "ConfirmedPhone",
    "Decisions",
    "DeedRefusedError",
    "DeepfaceChecker",
    "DocumentExpiredError",
    "DocumentReader",
    "DocumentReaderMissingError",
    "DocumentRefusedError",
    "EmailCodes",
    "FaceCheckRefusedError",
    "FaceChecker",
    "FaceCheckerBusyError",
    "FaceCheckerFailedError",
    "FaceChecks",
    "FaceModel",
    "FaceWeightsError",
    "FlatPictureError",
    "GleifRegister",
    "HeadTurns",
    "HttpRevocation",
    "IdentificationRules",
    "IdentificationView",
    "Identifications",
    "IdentifiedPerson",
    "IdentityStatements",
    "InvitationLinks",
    "KeptPictures",
    "KeptStatement",
    "LastOwnerError",
    "LinkRevokedError",
    "LinkUnknownError",
    "LinkUsedError",
    "LinkView",
    "LogWriter",
    "MailboxSms",
    "MemberView",
    "MrzCheckDigitError",
    "MrzNotFoundError",
    "NationalNumberError",
    "NoFaceError",
    "NotIdentifiedError",
    "NotMemberError",
    "NotReviewerError",
    "NotTurnedError",
    "OpenCase",
    "OpenSession",
    "OpenedPicture",
    "OtherFaceError",
    "OtherPersonError",
    "OwnCaseError",
    "PasskeyChallengeOverError",
    "PasskeyCopiedError",
    "PasskeyFreshCodeError",
    "PasskeyRefusedError",
    "PasskeyTooNewError",
    "PasskeyUnknownError",
    "PasskeyView",
    "Passkeys",
    "People",
    "PersonRecord",
    "PhoneCodes",
    "PhoneCountryError",
    "PhoneNumberError",
    "PhoneRules",
    "PictureDamagedError",
    "PictureHidesFileError",
    "PictureKindError",
    "PictureRefusedError",
    "PictureTooLargeError",
    "PictureTooSmallError",
    "Pose",
    "PowerMissingError",
    "PowerRules",
    "PowerState",
    "PowerView",
    "Powers",
    "RateLimits",
    "RegisterAnswer",
    "ReplayedCaptureError",
    "ReviewDesk",
    "ReviewReasonError",
    "ReviewSheet",
    "RevocationChecker",
    "Role",
    "SessionView",
    "Sessions",
    "SeveralFacesError",
    "SmsNotSentError",
    "SmsSender",
    "Step",
    "TesseractReader",
    "TooManyAttemptsError",
    "TooManyRequestsError",
    "TooManyTriesError",
    "TypedDocument",
    "ViesRegister",
    "WaitingCase",
    "WrongCodeError",
    "WrongStepError",
    "address_key",
    "check_company_number",
    "clean_address",
]


def __getattr__(name: str) -> Any:
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(home), name)
