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

# What a signer agrees to where all sign with passkeys, which may end the agreement together.
VOIDABLE = {
    "es": (
        "He leído el contrato completo. Quiero firmarlo electrónicamente con mi llave de acceso y "
        "acepto que mi firma me obliga. Sé que, una vez firmado por todos, solo podrá anularse o "
        "sustituirse en el registro público si todos los firmantes lo confirman con su llave. "
        "Acepto que se guarde prueba de esta firma: la hora, el documento exacto, la parte pública "
        "de mi llave y cómo se comprobó mi correo."
    ),
    "en": (
        "I have read the whole contract. I want to sign it electronically with my passkey and I "
        "accept that my signature binds me. I know that, once everybody has signed, it can be "
        "voided or replaced in the public log only if all signers confirm it with their passkeys. "
        "I accept that proof of this signature is kept: the time, the exact document, the public "
        "part of my passkey and how my e-mail was checked."
    ),
}

# What those agree to who do not sign.
APPROVING = {
    "es": (
        "He leído el contrato completo y lo apruebo. Con esto no lo firmo ni me obligo a "
        "cumplirlo: doy el visto bueno a que lo firmen las partes. Acepto que se guarde prueba "
        "de ello: la hora, el documento exacto y cómo se comprobó mi correo."
    ),
    "en": (
        "I have read the whole contract and I approve it. By this I do not sign it and am not "
        "bound to perform it: I agree that the parties sign it. I accept that proof of this is "
        "kept: the time, the exact document and how my e-mail was checked."
    ),
}
WITNESSING = {
    "es": (
        "He visto el contrato y las firmas que lleva hasta ahora, y soy testigo de ello. Con esto "
        "no lo firmo ni me obligo a cumplirlo. Acepto que se guarde prueba de ello: la hora, el "
        "documento exacto y cómo se comprobó mi correo."
    ),
    "en": (
        "I have seen the contract and the signatures on it so far, and I am a witness of them. By "
        "this I do not sign it and am not bound to perform it. I accept that proof of this is "
        "kept: the time, the exact document and how my e-mail was checked."
    ),
}
_BY_ROLE = {"approver": APPROVING, "witness": WITNESSING}


def consent_text(lang: str, role: str = "signer", *, voidable: bool = False) -> str:
    """Return the consent text of a role in ``lang`` ("es" or "en"); Spanish for any other.

    ``voidable``: the signers' passkeys may end the agreement together.
    """
    texts = _BY_ROLE.get(role, VOIDABLE if voidable else CONSENT)
    return texts.get(lang, texts["es"])


def consent_sha256(lang: str, role: str = "signer", *, voidable: bool = False) -> str:
    """Return the SHA-256 (hex) of the consent text's UTF-8 bytes."""
    return sha256(consent_text(lang, role, voidable=voidable).encode()).hex()
