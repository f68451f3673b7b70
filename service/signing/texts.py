"""The words on the pages that Acta adds to a document, Spanish and English."""

TEXTS: dict[str, dict[str, str]] = {
    "es": {
        "page": "Página {page} de {pages}",
        "check": "Compruebe este documento en",
        "heading": "Página de firmas",
        "intro": (
            "Este documento consta de {pages} páginas, incluida esta. Cada parte firma en su "
            "recuadro; el sello lo cierra, y después no admite cambios."
        ),
        "seal": "Sello de la plataforma",
        "elsewhere": "Firma en la página {page}",
        "footer": (
            "Las firmas, el sello y sus sellos de tiempo son electrónicos y están dentro del "
            "archivo PDF: una copia impresa no los conserva. Los recuadros solo los representan."
        ),
        "signed": "Firmado el {date} a las {time} UTC",
        "as": "en calidad de {role}",
        "code": "Código de firma {code}",
        "method.code": "Código por correo",
        "method.webauthn": "Llave de su dispositivo",
        "sealed": "Documento sellado por {platform}",
        "sealed_at": "El {date} a las {time} UTC, después de todas las firmas",
        "signer": "firmante",
        "approver": "aprobador",
        "witness": "testigo",
        "viewer": "lector",
        "date": "%d/%m/%Y",
    },
    "en": {
        "page": "Page {page} of {pages}",
        "check": "Check this document at",
        "heading": "Signature page",
        "intro": (
            "This document has {pages} pages, this one included. Each party signs in its own "
            "box; the seal closes the document, which cannot be changed afterwards."
        ),
        "seal": "Seal of the platform",
        "elsewhere": "Signs on page {page}",
        "footer": (
            "The signatures, the seal and their time stamps are electronic and lie inside the PDF "
            "file: a printed copy does not keep them. The boxes only depict them."
        ),
        "signed": "Signed on {date} at {time} UTC",
        "as": "as {role}",
        "code": "Signature code {code}",
        "method.code": "Code by e-mail",
        "method.webauthn": "Key of their device",
        "sealed": "Document sealed by {platform}",
        "sealed_at": "On {date} at {time} UTC, after all signatures",
        "signer": "signer",
        "approver": "approver",
        "witness": "witness",
        "viewer": "viewer",
        "date": "%Y-%m-%d",
    },
}


def texts_in(lang: str) -> dict[str, str]:
    """Return the words in ``lang``; Spanish where there is no translation."""
    return TEXTS.get(lang, TEXTS["es"])
