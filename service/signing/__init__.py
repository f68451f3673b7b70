"""Signing: taking PDFs in, preparing, PAdES signatures, the seal, time stamps, certificates.

Names are loaded when they are first used: the sandbox, which is started for every upload and
every picture, must not pay for pyHanko.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from service.signing.appearance import Appearance
    from service.signing.completion import (
        CertificateEvent,
        CertificateFacts,
        CertificateParty,
        completion_certificate,
    )
    from service.signing.errors import (
        KeysNotMadeError,
        PdfAlreadySignedError,
        PdfEmbeddedFilesError,
        PdfEncryptedError,
        PdfHasLocatorError,
        PdfLayersError,
        PdfMalformedError,
        PdfPolyglotError,
        PdfRefusedError,
        PdfScriptError,
        PdfTooComplexError,
        PdfTooLargeError,
        PdfTooManyPagesError,
        PdfTruncatedError,
        PdfXfaError,
        PictureRefusedError,
        SealCheckError,
        SigningFailedError,
        TimeStampsDownError,
        TokenError,
        ValueTooLongError,
    )
    from service.signing.generations import KeyPlace, Purpose, rotate_signing_keys
    from service.signing.ingest import MAX_BYTES, MAX_PAGES, PdfFacts, inspect_pdf, render_page
    from service.signing.keys import OneUseSigner, PlatformKeys, issue_signer
    from service.signing.layout import (
        MAX_PARTIES,
        SEAL_FIELD,
        party_field,
        signature_page_count,
        value_field,
    )
    from service.signing.page_codes import new_page_code
    from service.signing.preparing import FieldParty, Place, PlacedField, prepare_pdf
    from service.signing.seal_check import binding_of, check_sealed, weakens_at
    from service.signing.signatures import (
        SealedPdf,
        renew_seal,
        seal_pdf,
        sign_container,
        sign_field,
    )
    from service.signing.time_stamp_client import TimeStampClient
    from service.signing.token_keys import TokenPlace

_HOMES = {
    "appearance": ("Appearance",),
    "completion": (
        "CertificateEvent",
        "CertificateFacts",
        "CertificateParty",
        "completion_certificate",
    ),
    "errors": (
        "KeysNotMadeError",
        "PdfAlreadySignedError",
        "PdfEmbeddedFilesError",
        "PdfEncryptedError",
        "PdfHasLocatorError",
        "PdfLayersError",
        "PdfMalformedError",
        "PdfPolyglotError",
        "PdfRefusedError",
        "PdfScriptError",
        "PdfTooComplexError",
        "PdfTooLargeError",
        "PdfTooManyPagesError",
        "PdfTruncatedError",
        "PdfXfaError",
        "PictureRefusedError",
        "SealCheckError",
        "SigningFailedError",
        "TimeStampsDownError",
        "TokenError",
        "ValueTooLongError",
    ),
    "generations": ("KeyPlace", "Purpose", "rotate_signing_keys"),
    "ingest": ("MAX_BYTES", "MAX_PAGES", "PdfFacts", "inspect_pdf", "render_page"),
    "keys": ("OneUseSigner", "PlatformKeys", "issue_signer"),
    "layout": ("MAX_PARTIES", "SEAL_FIELD", "party_field", "signature_page_count", "value_field"),
    "page_codes": ("new_page_code",),
    "preparing": ("FieldParty", "Place", "PlacedField", "prepare_pdf"),
    "seal_check": ("binding_of", "check_sealed", "weakens_at"),
    "signatures": ("SealedPdf", "renew_seal", "seal_pdf", "sign_container", "sign_field"),
    "time_stamp_client": ("TimeStampClient",),
    "token_keys": ("TokenPlace",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "MAX_BYTES",
    "MAX_PAGES",
    "MAX_PARTIES",
    "SEAL_FIELD",
    "Appearance",
    "CertificateEvent",
    "CertificateFacts",
    "CertificateParty",
    "FieldParty",
    "KeyPlace",
    "KeysNotMadeError",
    "OneUseSigner",
    "PdfAlreadySignedError",
    "PdfEmbeddedFilesError",
    "PdfEncryptedError",
    "PdfFacts",
    "PdfHasLocatorError",
    "PdfLayersError",
    "PdfMalformedError",
    "PdfPolyglotError",
    "PdfRefusedError",
    "PdfScriptError",
    "PdfTooComplexError",
    "PdfTooLargeError",
    "PdfTooManyPagesError",
    "PdfTruncatedError",
    "PdfXfaError",
    "PictureRefusedError",
    "Place",
    "PlacedField",
    "PlatformKeys",
    "Purpose",
    "SealCheckError",
    "SealedPdf",
    "SigningFailedError",
    "TimeStampClient",
    "TimeStampsDownError",
    "TokenError",
    "TokenPlace",
    "ValueTooLongError",
    "binding_of",
    "check_sealed",
    "completion_certificate",
    "inspect_pdf",
    "issue_signer",
    "new_page_code",
    "party_field",
    "prepare_pdf",
    "render_page",
    "renew_seal",
    "rotate_signing_keys",
    "seal_pdf",
    "sign_container",
    "sign_field",
    "signature_page_count",
    "value_field",
    "weakens_at",
]


def __getattr__(name: str) -> Any:
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{home}"), name)
