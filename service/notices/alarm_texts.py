"""The words of the mail that tells whoever runs Acta that a chain needs a look."""

from datetime import datetime
from typing import Final

from service.notices.layout import Action, MailText, checked_language, lay_out, one_line
from service.notices.texts import date_words

_WHAT: Final = {
    "es": {
        "unreachable": "La cadena {chain} no responde. Se sigue intentando; las demás siguen.",
        "low-balance": (
            "A la cuenta con la que Acta escribe en la cadena {chain} le queda poco saldo. "
            "Sin saldo no se puede anclar: envíele moneda de esa cadena."
        ),
        "late": (
            "Hay asientos sin anclar a tiempo en la cadena {chain}. No se han perdido: se anclarán "
            "en cuanto se pueda."
        ),
        "disagreeing": (
            "Los nodos de la cadena {chain} no dicen lo mismo. Acta solo cree aquello en lo que "
            "coinciden bastantes; revise los que discrepan y cámbielos si hace falta."
        ),
        "refused": (
            "La cadena {chain} responde, pero rechaza lo que Acta tiene que escribir. Hace falta "
            "que alguien lo mire: el motivo está en el registro del servicio."
        ),
    },
    "en": {
        "unreachable": "Chain {chain} does not answer. It is tried again; the others go on.",
        "low-balance": (
            "The account with which Acta writes to chain {chain} is running low. Without funds "
            "nothing can be anchored: send it some of that chain's coin."
        ),
        "late": (
            "Entries have not been anchored in time on chain {chain}. Nothing is lost: they are "
            "anchored as soon as that can be done."
        ),
        "disagreeing": (
            "The nodes of chain {chain} do not say the same. Acta believes only what enough of "
            "them say alike; look at those that differ and replace them if need be."
        ),
        "refused": (
            "Chain {chain} answers, but refuses what Acta has to write. Somebody must look at it: "
            "the reason is in the service's log."
        ),
    },
}


def chain_alarm(*, lang: str, chain: str, kind: str, since: datetime, link: str) -> MailText:
    """Return the mail of an alarm; ``kind`` as in ``service.notary.AlarmKind``.

    Raises KeyError for another kind.
    """
    name = one_line(chain, limit=40)
    what = _WHAT[checked_language(lang)][kind].format(chain=name)
    moment = date_words(since, lang=lang)
    if lang == "es":
        return lay_out(
            lang=lang,
            subject=f"Aviso: la cadena {name} necesita atención",
            paragraphs=[what, f"Desde el {moment}. Solo se avisa una vez mientras dure."],
            action=Action(label="Ver el estado", url=link),
            footer="Mensaje automático para quien administra este servicio.",
        )
    return lay_out(
        lang=lang,
        subject=f"Alarm: chain {name} needs a look",
        paragraphs=[what, f"Since {moment}. It is told once for as long as it lasts."],
        action=Action(label="See the status", url=link),
        footer="An automatic message for whoever runs this service.",
    )
