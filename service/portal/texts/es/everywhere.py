"""Words that several pages share."""

TEXTS = {
    "common.acta": "Acta",
    "common.tagline": "Firmar contratos y poder comprobarlos siempre",
    "common.skip": "Ir al contenido",
    "common.nav": "Principal",
    "common.sign_in": "Entrar",
    "common.sign_out": "Salir",
    "common.agreements": "Mis contratos",
    "common.new": "Nuevo contrato",
    "common.verify": "Comprobar",
    "common.mailbox": "Buzón",
    "common.signed_in_as": "Ha entrado como {email}",
    "common.other_language": "English",
    "common.other_language_hint": "Read this page in English",
    "common.back": "Volver",
    "common.cancel": "Cancelar",
    "common.moment": "{day} de {month} de {year}, {clock} (UTC)",
    "common.trial": ("Instalación de prueba: el correo no sale de este equipo. Léalo en el buzón."),
    "common.errors.one": "Hay algo que corregir",
    "common.errors.many": "Hay {count} cosas que corregir",
    "common.footer": (
        "Acta guarda prueba de lo que ocurre con cada contrato. La prueba se puede comprobar "
        "sin preguntar a Acta."
    ),
    "month.1": "enero",
    "month.2": "febrero",
    "month.3": "marzo",
    "month.4": "abril",
    "month.5": "mayo",
    "month.6": "junio",
    "month.7": "julio",
    "month.8": "agosto",
    "month.9": "septiembre",
    "month.10": "octubre",
    "month.11": "noviembre",
    "month.12": "diciembre",
    "status.403.title": "No se puede continuar",
    "status.403.text": "Esta página no aceptó lo que se le envió.",
    "status.404.title": "Esta página no existe",
    "status.404.text": (
        "La dirección está mal escrita, o lo que busca no está a su alcance con este correo. "
        "Si le enviaron un enlace, cópielo entero."
    ),
    "status.500.title": "Algo ha fallado en Acta",
    "status.500.text": (
        "El fallo es nuestro y ha quedado anotado. Lo que usted ya había firmado o enviado está "
        "a salvo. Vuelva a intentarlo dentro de un momento."
    ),
    "status.other.title": "No se ha podido hacer",
    "status.other.text": "Lo que pidió no se ha podido hacer.",
    "common.first_page": "Ir a la página de inicio",
}
