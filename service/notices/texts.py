"""The words of every mail, in Spanish and English."""

from datetime import datetime, timedelta

from service.notices.layout import Action, MailText, checked_language, lay_out, one_line

_MAX_NAME = 80
_MAX_TITLE = 120

_MONTHS = {
    "es": [
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ],
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
}

_FOOTER = {
    "es": "Mensaje automático: no hace falta que responda.",
    "en": "This message was sent automatically: there is no need to reply.",
}
_KEEP_CODE = {
    "es": (
        "No dé este código a nadie, tampoco por teléfono: nadie de Acta se lo va a pedir. "
        "Si usted no lo ha pedido, no tiene que hacer nada."
    ),
    "en": (
        "Do not give this code to anybody, not even by telephone: nobody from Acta will ask you "
        "for it. If you did not ask for it, you do not have to do anything."
    ),
}


def date_words(moment: datetime, *, lang: str) -> str:
    """Return a moment as people read it, with the difference from UTC it was given in."""
    offset = moment.utcoffset()
    if offset is None:
        raise ValueError("expected a datetime with a time zone, got a naive one")
    month = _MONTHS[checked_language(lang)][moment.month - 1]
    clock = f"{moment.hour:02d}:{moment.minute:02d}"
    zone = _zone_words(offset, lang=lang)
    if lang == "es":
        return f"{moment.day} de {month} de {moment.year} a las {clock} ({zone})"
    return f"{moment.day} {month} {moment.year} at {clock} ({zone})"


def _zone_words(offset: timedelta, *, lang: str) -> str:
    minutes = int(offset.total_seconds()) // 60
    if minutes == 0:
        return "hora universal, UTC" if lang == "es" else "universal time, UTC"
    hours, rest = divmod(abs(minutes), 60)
    sign = "+" if minutes > 0 else "−"
    return f"UTC{sign}{hours}" + (f":{rest:02d}" if rest else "")


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def quoted_title(title: str, *, lang: str) -> str:
    line = one_line(title, limit=_MAX_TITLE)
    return f"«{line}»" if lang == "es" else f"“{line}”"


def sign_in_code(*, lang: str, code: str, minutes: int) -> MailText:
    """Return the mail that carries a code to sign in."""
    if checked_language(lang) == "es":
        return lay_out(
            lang=lang,
            subject="Su código para entrar en Acta",
            paragraphs=[
                (
                    f"Para entrar en Acta, escriba este código en la página. "
                    f"Vale durante {_count(minutes, 'minuto', 'minutos')} y una sola vez:"
                ),
                _KEEP_CODE[lang],
            ],
            code=code,
            footer=_FOOTER[lang],
        )
    return lay_out(
        lang=lang,
        subject="Your code to sign in to Acta",
        paragraphs=[
            (
                f"To sign in to Acta, type this code on the page. "
                f"It works for {_count(minutes, 'minute', 'minutes')} and only once:"
            ),
            _KEEP_CODE[lang],
        ],
        code=code,
        footer=_FOOTER[lang],
    )


def code_for_signing(*, lang: str, code: str, minutes: int, title: str) -> MailText:
    """Return the mail that carries a code to confirm who is about to sign."""
    quoted = quoted_title(title, lang=checked_language(lang))
    if lang == "es":
        return lay_out(
            lang=lang,
            subject="Su código para firmar",
            paragraphs=[
                (
                    f"Para seguir con el contrato {quoted}, escriba este código en la página. "
                    f"Vale durante {_count(minutes, 'minuto', 'minutos')} y una sola vez:"
                ),
                "Escribir el código todavía no firma nada: antes podrá leer el contrato entero.",
                _KEEP_CODE[lang],
            ],
            code=code,
            footer=_FOOTER[lang],
        )
    return lay_out(
        lang=lang,
        subject="Your code for signing",
        paragraphs=[
            (
                f"To go on with the contract {quoted}, type this code on the page. "
                f"It works for {_count(minutes, 'minute', 'minutes')} and only once:"
            ),
            "Typing the code does not sign anything yet: you can read the whole contract first.",
            _KEEP_CODE[lang],
        ],
        code=code,
        footer=_FOOTER[lang],
    )


# By role: what is asked (subject, then "X asks you to read … the contract").
_ASKED = {
    "es": {
        "signer": ("que firme un contrato", "que lea y firme el contrato", "Puede firmar"),
        "approver": ("que apruebe un contrato", "que lea y apruebe el contrato", "Puede hacerlo"),
        "witness": (
            "que sea testigo de un contrato",
            "que lea y sea testigo del contrato",
            "Puede hacerlo",
        ),
        "viewer": ("que lea un contrato", "que lea el contrato", "Se puede firmar"),
    },
    "en": {
        "signer": ("sign a contract", "read and sign the contract", "You can sign"),
        "approver": ("approve a contract", "read and approve the contract", "You can do so"),
        "witness": ("witness a contract", "read and witness the contract", "You can do so"),
        "viewer": ("read a contract", "read the contract", "It can be signed"),
    },
}


def invitation(
    *,
    lang: str,
    sender_name: str,
    title: str,
    deadline: datetime,
    link: str,
    role: str = "signer",
) -> MailText:
    """Return the mail that asks a party to do its part; ``link`` works once."""
    briefly, wholly, may = _ASKED[checked_language(lang)].get(role, _ASKED[lang]["signer"])
    sender = one_line(sender_name, limit=_MAX_NAME)
    quoted = quoted_title(title, lang=checked_language(lang))
    until = date_words(deadline, lang=lang)
    if lang == "es":
        return lay_out(
            lang=lang,
            subject=one_line(f"{sender} le pide {briefly}", limit=200),
            paragraphs=[
                f"{sender} le pide {wholly} {quoted}.",
                f"{may} hasta el {until}. No hace falta imprimir ni instalar nada.",
                "Léalo con calma. Si no está de acuerdo, puede decir que no en la misma página.",
                (
                    "El enlace es solo para usted y sirve una vez: no lo reenvíe. "
                    "Si no conoce a esta persona, no lo abra."
                ),
            ],
            action=Action(label="Leer el contrato", url=link),
            footer=_FOOTER[lang],
        )
    return lay_out(
        lang=lang,
        subject=one_line(f"{sender} asks you to {briefly}", limit=200),
        paragraphs=[
            f"{sender} asks you to {wholly} {quoted}.",
            f"{may} until {until}. There is nothing to print or install.",
            "Take your time to read it. If you do not agree, you can say no on the same page.",
            (
                "The link is for you alone and works once: do not forward it. "
                "If you do not know this person, do not open it."
            ),
        ],
        action=Action(label="Read the contract", url=link),
        footer=_FOOTER[lang],
    )


def signed_by_all(*, lang: str, title: str, signers: int, link: str) -> MailText:
    """Return the mail that tells a party that the contract is signed and sealed."""
    quoted = quoted_title(title, lang=checked_language(lang))
    if lang == "es":
        return lay_out(
            lang=lang,
            subject="El contrato está firmado",
            paragraphs=[
                f"El contrato {quoted} ya está firmado."
                if signers == 1
                else f"Ya lo han firmado todos ({_count(signers, 'persona', 'personas')}): "
                f"el contrato {quoted} está completo.",
                (
                    "Descargue el contrato y su archivo de evidencia, y guárdelos juntos: con los "
                    "dos, cualquiera puede comprobar las firmas sin preguntarnos a nosotros."
                ),
            ],
            action=Action(label="Descargar el contrato", url=link),
            footer=_FOOTER[lang],
        )
    return lay_out(
        lang=lang,
        subject="The contract is signed",
        paragraphs=[
            f"The contract {quoted} is now signed."
            if signers == 1
            else f"Everybody has signed ({_count(signers, 'person', 'people')}): "
            f"the contract {quoted} is complete.",
            (
                "Download the contract and its evidence file, and keep them together: with both, "
                "anybody can check the signatures without asking us."
            ),
        ],
        action=Action(label="Download the contract", url=link),
        footer=_FOOTER[lang],
    )


def declined(*, lang: str, title: str, who: str, link: str) -> MailText:
    """Return the mail that tells the others that one party said no; the reason stays inside."""
    quoted = quoted_title(title, lang=checked_language(lang))
    name = one_line(who, limit=_MAX_NAME)
    if lang == "es":
        return lay_out(
            lang=lang,
            subject="Alguien no ha querido firmar el contrato",
            paragraphs=[
                f"{name} ha decidido no firmar el contrato {quoted}.",
                (
                    "El contrato queda sin efecto en Acta y ya nadie más puede firmarlo. "
                    "Si aun así quieren llegar a un acuerdo, hay que enviar uno nuevo."
                ),
            ],
            action=Action(label="Ver qué ha pasado", url=link),
            footer=_FOOTER[lang],
        )
    return lay_out(
        lang=lang,
        subject="Somebody chose not to sign the contract",
        paragraphs=[
            f"{name} has decided not to sign the contract {quoted}.",
            (
                "The contract is closed in Acta and nobody else can sign it. "
                "If you still want to agree, a new one has to be sent."
            ),
        ],
        action=Action(label="See what happened", url=link),
        footer=_FOOTER[lang],
    )


def expired(*, lang: str, title: str, missing: int, link: str) -> MailText:
    """Return the mail that tells that the deadline passed; ``missing`` is the number unsigned."""
    quoted = quoted_title(title, lang=checked_language(lang))
    if lang == "es":
        lacked = "Faltaba" if missing == 1 else "Faltaban"
        return lay_out(
            lang=lang,
            subject="Se acabó el plazo para firmar",
            paragraphs=[
                (
                    f"Se acabó el plazo para firmar el contrato {quoted}. "
                    f"{lacked} {_count(missing, 'firma', 'firmas')}."
                ),
                "Ya nadie puede firmarlo. Si todavía lo quieren, hay que enviar uno nuevo.",
            ],
            action=Action(label="Ver el contrato", url=link),
            footer=_FOOTER[lang],
        )
    were = "was" if missing == 1 else "were"
    return lay_out(
        lang=lang,
        subject="The time to sign is over",
        paragraphs=[
            (
                f"The time to sign the contract {quoted} is over. "
                f"{_count(missing, 'signature', 'signatures')} {were} missing."
            ),
            "Nobody can sign it any more. If you still want it, a new one has to be sent.",
        ],
        action=Action(label="See the contract", url=link),
        footer=_FOOTER[lang],
    )
