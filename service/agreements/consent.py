"""The words a person agrees to when signing, in each language; their hash goes into evidence."""

from anchoring.hashing import sha256

CONSENT = {
    "es": (
        "He leído el contrato completo. Quiero firmarlo electrónicamente y acepto que mi firma me "
        "obliga. Sé que, una vez firmado por todos, no podrá anularse en el registro público: "
        "para cambiarlo hará falta otro contrato. Acepto que se guarde prueba de esta firma: la "
        "hora, el documento exacto y cómo se comprobó mi correo."
    ),
    "en": (
        "I have read the whole contract. I want to sign it electronically and I accept that my "
        "signature binds me. I know that, once everybody has signed, it cannot be voided in the "
        "public log: changing it takes another contract. I accept that proof of this signature is "
        "kept: the time, the exact document and how my e-mail was checked."
    ),
}


def consent_text(lang: str) -> str:
    """Return the consent text in ``lang`` ("es" or "en"); Spanish for any other."""
    return CONSENT.get(lang, CONSENT["es"])


def consent_sha256(lang: str) -> str:
    """Return the SHA-256 (hex) of the consent text's UTF-8 bytes."""
    return sha256(consent_text(lang).encode()).hex()
