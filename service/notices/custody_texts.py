"""The words of the mails about keys and erasure, in Spanish and English."""

from service.notices.layout import Action, MailText, checked_language, lay_out
from service.notices.texts import quoted_title

_FOOTER = {
    "es": "Mensaje automático: no hace falta que responda.",
    "en": "This message was sent automatically: there is no need to reply.",
}


def recovery_key_added(*, lang: str, link: str) -> MailText:
    """Return the mail that tells somebody that a recovery key was added in their name."""
    if checked_language(lang) == "es":
        return lay_out(
            lang=lang,
            subject="Se ha añadido una clave de recuperación a su nombre",
            paragraphs=[
                (
                    "Con esa clave se podrán abrir las copias cifradas de sus contratos, aunque "
                    "Acta no exista. La clave está solo en el papel o en el dispositivo donde se "
                    "creó: Acta no la tiene."
                ),
                (
                    "Si no ha sido usted, alguien ha entrado en su correo: quite la clave "
                    "enseguida y proteja su correo."
                ),
            ],
            action=Action(label="Ver mis claves", url=link),
            footer=_FOOTER[lang],
        )
    return lay_out(
        lang=lang,
        subject="A recovery key was added in your name",
        paragraphs=[
            (
                "With that key the encrypted copies of your contracts can be opened, even if Acta "
                "is gone. The key is only on the paper or the device where it was made: Acta does "
                "not have it."
            ),
            (
                "If it was not you, somebody has got into your mailbox: remove the key at once "
                "and secure your mailbox."
            ),
        ],
        action=Action(label="See my keys", url=link),
        footer=_FOOTER[lang],
    )


def agreement_erased(*, lang: str, title: str, link: str) -> MailText:
    """Return the mail that tells everybody that Acta's copies of an agreement are destroyed."""
    quoted = quoted_title(title, lang=checked_language(lang))
    if lang == "es":
        return lay_out(
            lang=lang,
            subject="Acta ha borrado sus copias de un contrato",
            paragraphs=[
                (
                    f"Acta ha destruido la clave y las copias que guardaba del contrato {quoted}. "
                    "Ya no se puede ver ni descargar aquí."
                ),
                (
                    "Lo que usted haya descargado sigue valiendo lo mismo: guarde bien su PDF y su "
                    "archivo de pruebas."
                ),
            ],
            action=Action(label="Mis contratos", url=link),
            footer=_FOOTER[lang],
        )
    return lay_out(
        lang=lang,
        subject="Acta has erased its copies of a contract",
        paragraphs=[
            (
                f"Acta has destroyed the key and the copies that it kept of the contract {quoted}. "
                "It can no longer be seen or downloaded here."
            ),
            (
                "What you have downloaded is worth as much as before: keep your PDF and your "
                "evidence file safe."
            ),
        ],
        action=Action(label="My contracts", url=link),
        footer=_FOOTER[lang],
    )
