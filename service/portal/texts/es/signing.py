"""The signing page."""

TEXTS = {
    "sign.title": "Leer y firmar",
    "sign.read": "1. Lea el contrato",
    "sign.pages.one": "1 página",
    "sign.pages.many": "{count} páginas",
    "sign.page": "Página {number} de {count}",
    "sign.enlarge": "Ampliar",
    "sign.enlarge_label": "Ampliar la página {number}",
    "sign.consent": "2. Acepte firmar",
    "sign.agree": "He leído el texto anterior y lo acepto",
    "sign.signature": "3. Su firma",
    "sign.how": "Cómo quiere que se vea su firma",
    "sign.typed": "Con mi nombre escrito",
    "sign.drawn": "Dibujada con el dedo, el ratón o un lápiz",
    "sign.name": "Su nombre en la firma",
    "sign.preview": "Así se verá",
    "sign.pad": "Recuadro para dibujar la firma. Si no puede dibujar, elija el nombre escrito.",
    "sign.pad_hint": "Dibuje aquí su firma",
    "sign.clear": "Borrar el dibujo",
    "sign.same_value": "Las dos valen lo mismo: a usted la une su código o su llave de acceso.",
    "sign.upload": "O suba una foto de su firma en papel",
    "sign.upload_hint": "PNG o JPEG. El papel blanco se quita; nada se envía hasta que firma.",
    "sign.upload_bad": "No se puede leer esa foto, o no se ve tinta en ella.",
    "sign.pad_empty": "Todavía no ha dibujado nada.",
    "sign.button": "Firmar el contrato",
    "sign.signing": "Firmando…",
    "sign.binds": (
        "Al pulsar el botón, usted firma. Acta guarda la hora, el documento exacto que ha visto y "
        "que confirmó su correo con un código, que es palabra de Acta."
    ),
    "sign.voidable": "Este contrato no se podrá anular en la cadena de bloques.",
    "sign.decline": "No quiero firmar",
    "sign.decline_text": (
        "Si no está de acuerdo, dígalo aquí. El contrato quedará cerrado para todas las partes, y "
        "verán el motivo que usted escriba."
    ),
    "sign.reason": "Motivo",
    "sign.decline_button": "Rechazar el contrato",
    "sign.code.title": "Confirme que es usted",
    "sign.code.lead": ("Antes de abrir «{title}» para firmar, le enviaremos un código a {email}."),
    "sign.code.send": "Enviarme el código",
}
