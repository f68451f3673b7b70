"""Roles, fields, and a person's own order: tags, filters, taking everything away."""

TEXTS = {
    "role.signer": "firma",
    "role.approver": "aprueba",
    "role.witness": "es testigo",
    "role.viewer": "solo lee",
    "role.other": "participa",
    "role.signer.does": "Firma",
    "role.approver.does": "Aprueba",
    "role.witness.does": "Es testigo",
    "role.viewer.does": "Solo lee",
    "role.approver.asked": (
        "Le piden que apruebe este contrato: no lo firma ni queda obligado, pero sin su visto "
        "bueno no sigue adelante."
    ),
    "role.approver.open": "Leer y aprobar",
    "role.approver.consent": "2. Apruébelo",
    "role.approver.button": "Aprobar el contrato",
    "role.witness.asked": (
        "Le piden que sea testigo de este contrato: no lo firma ni queda obligado; da fe de lo que "
        "ha visto."
    ),
    "role.witness.open": "Leer y ser testigo",
    "role.witness.consent": "2. Dé fe",
    "role.witness.button": "Soy testigo",
    "role.decline": "No estoy de acuerdo",
    "party_state.approved": "Lo ha aprobado",
    "party_state.witnessed": "Ha sido testigo",
    "party_state.reads": "Puede leerlo",
    "event.approved": "{who}: aprobó el contrato",
    "event.witnessed": "{who}: fue testigo",
    "detail.done_at": "Lo hizo:",
    "detail.place": "Elegir dónde se firma y se rellena",
    "detail.copy": "Hacer otro igual",
    "detail.download_certificate": "Certificado de finalización (PDF)",
    "detail.certificate_name": "certificado",
    "list.state": "Cuáles",
    "list.all": "Todos",
    "list.state.turn": "Los que me esperan",
    "list.state.draft": "Borradores",
    "list.state.sent": "Esperando firmas",
    "list.state.sealed": "Firmados",
    "list.state.ended": "Rechazados o caducados",
    "list.tag": "Etiqueta",
    "list.filter": "Ver",
    "list.take_all": "Descargar estos contratos (.zip)",
    "detail.tags": "Mis etiquetas",
    "detail.tags_label": "Etiquetas, separadas por comas",
    "detail.tags_hint": "Solo las ve usted. Por ejemplo: fincas, 2026.",
    "detail.tags_save": "Guardar las etiquetas",
    "done.tagged": "Las etiquetas están guardadas.",
    "error.agreements/bad-tags": "Hasta doce etiquetas, de cuarenta letras como mucho.",
    "done.placed": "Los campos están en su sitio.",
    "done.part": "Ha quedado anotado.",
    "done.copied": "Este es un borrador nuevo, con el mismo documento y las mismas partes.",
    "new.party_role": "Qué hace",
    "new.create_fields": "Preparar y colocar campos",
    "field.signature": "Firma",
    "field.initials": "Iniciales",
    "field.date": "Fecha",
    "field.text": "Texto",
    "field.checkbox": "Casilla",
    "field.other": "Campo",
    "fields.title": "Dónde se firma y se rellena",
    "fields.lead": (
        "Si no coloca nada, todos firman en la última página. Coloque solo lo que haga falta."
    ),
    "fields.for": "De quién es",
    "fields.palette_hint": (
        "Elija qué quiere colocar y toque la página. Arrastre para moverlo; por la esquina cambia "
        "de tamaño. Con el teclado: flechas para mover, mayúsculas y flechas para el tamaño, "
        "Suprimir para quitarlo."
    ),
    "fields.save": "Guardar los campos",
    "fields.saving": "Guardando…",
    "fields.by_hand": "Colocarlos sin arrastrar",
    "fields.by_hand_hint": (
        "Las medidas son partes de la página, de 0 a 100: desde la izquierda y desde arriba."
    ),
    "fields.row": "Campo {number}",
    "fields.kind": "Qué es",
    "fields.label": "Qué hay que poner",
    "fields.page": "Página",
    "fields.left": "Desde la izquierda (%)",
    "fields.top": "Desde arriba (%)",
    "fields.width": "Ancho (%)",
    "fields.height": "Alto (%)",
    "fields.required": "Hay que rellenarlo",
    "fields.add": "Añadir un campo",
    "fields.remove": "Quitar el campo {number}",
    "sign.fields": "Rellene lo suyo",
    "sign.fields_hint": (
        "Lo que escriba queda dentro del documento y su firma lo cierra: después nadie puede "
        "cambiarlo."
    ),
    "sign.on_page": "página {page}",
    "sign.optional": "si quiere",
    "sign.meanwhile": (
        "Mientras usted leía, ha firmado: {names}. El contrato dice lo mismo; solo se han añadido "
        "su firma y lo que ha rellenado. Puede verlo arriba y seguir."
    ),
    "error.agreements/bad-fields": (
        "Hay un campo fuera de la página, sin dueño que firme, o dos firmas de la misma persona."
    ),
    "error.agreements/bad-value": "Revise lo que ha escrito en «{label}» (página {page}).",
    "error.agreements/nobody-signs": "Alguien tiene que firmar: añada al menos a un firmante.",
    "error.signing/value-too-long": "Lo escrito en «{label}» no cabe en su sitio: acórtelo.",
}
