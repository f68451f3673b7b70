"""Cómo se guarda un contrato, y borrarlo."""

TEXTS = {
    "keeping.title": "Custodia y conservación",
    "keeping.lead": "Cómo guarda Acta este contrato y hasta cuándo.",
    "keeping.copies": "Copias cifradas en buen estado",
    "keeping.copies_of": "{whole} de {count}",
    "keeping.none_yet": "Ninguna: el contrato no está sellado",
    "keeping.until": "Se conserva al menos hasta",
    "keeping.no_limit": "Sin plazo fijado",
    "keeping.held": (
        "Este contrato está retenido por orden de quien gestiona esta instalación: no se "
        "puede borrar."
    ),
    "keeping.held_word": "Retención",
    "keeping.report": (
        "Acta anota cada día en el registro público cómo están las copias, sin datos de nadie."
    ),
    "keeping.report_link": "Último informe de custodia",
    "keeping.erase": "Borrar este contrato",
    "keeping.erase_text": (
        "Se destruyen la clave, el documento y los datos de todos. El registro público "
        "conserva solo huellas que ya nadie podrá abrir. No hay vuelta atrás."
    ),
    "keeping.erase_yes": "Sí, borrarlo para siempre",
    "keeping.erase_mine": "Borrar mis datos",
    "keeping.erase_mine_text": (
        "Acta destruye lo que permite leer su nombre y su correo en sus anotaciones, y usted "
        "dejará de ver este contrato aquí. Las demás partes conservan el contrato firmado y "
        "sus pruebas, que siguen valiendo. Descargue antes su PDF y su archivo de evidencia. No "
        "hay vuelta atrás."
    ),
    "keeping.erase_mine_yes": "Sí, borrar mis datos",
    "keeping.back": "Volver al contrato",
}
