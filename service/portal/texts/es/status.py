"""Cómo está el registro en sus cadenas."""

TEXTS = {
    "status.title": "Estado del registro público",
    "status.lead": (
        "Acta anota las huellas de los contratos en un registro público, y lo ancla en estas "
        "cadenas de bloques, que nadie puede reescribir. Aquí se ve hasta dónde ha llegado cada "
        "una."
    ),
    "status.all_well": "Todo funciona.",
    "status.alarms.one": "Hay un asunto que atender.",
    "status.alarms.many": "Hay {count} asuntos que atender.",
    "status.home": (
        "La sede de los contratos: sus anclajes son los que cuentan, y dice qué contratos están "
        "en vigor."
    ),
    "status.further": "Una cadena más: un segundo testigo del tiempo. Nada espera por ella.",
    "status.newest": "Último anclaje",
    "status.block": "bloque {block}",
    "status.covers.one": "abarca un asiento",
    "status.covers.many": "abarca {count} asientos",
    "status.state.final": "definitivo",
    "status.state.included": "aún no definitivo",
    "status.none": "Todavía ninguno",
    "status.waiting": "A la espera de ser definitivos",
    "status.entries.one": "Un asiento",
    "status.entries.many": "{count} asientos",
    "status.nothing": "Nada",
    "status.since": "desde el",
    "status.began": "Desde el",
    "status.silent": "Sin respuesta desde el",
    "status.chain_id": "Número de la cadena",
    "status.unknown": "Aún no se sabe",
    "status.log": "Nombre del registro: {origin}",
    "status.programs": "Lo mismo para programas:",
    "status.alarm.unreachable": (
        "Esta cadena no responde. Los asientos se guardan y se anclarán cuando vuelva."
    ),
    "status.alarm.low-balance": (
        "A la cuenta que paga los anclajes le queda poco saldo. No se pierde nada."
    ),
    "status.alarm.late": "Hay asientos que no se anclaron a tiempo. No se pierde nada.",
    "status.alarm.disagreeing": (
        "Los ordenadores a los que preguntamos por esta cadena no dicen lo mismo. Solo se cree "
        "aquello en lo que coinciden bastantes."
    ),
    "status.alarm.refused": (
        "Esta cadena rechaza lo que hay que anclar. Hace falta que alguien lo arregle."
    ),
    "status.alarm.other": "Algo de esta cadena necesita atención.",
    "status.copies": "Copias de lo firmado",
    "status.copies_lead": (
        "Cada documento firmado se cifra y se guarda en todos estos lugares. Cuenta como "
        "guardado cuando {quorum} de ellos lo devolvieron intacto."
    ),
    "status.too_few.one": (
        "Un documento tiene menos copias buenas de las debidas. Se está reparando."
    ),
    "status.too_few.many": (
        "{count} documentos tienen menos copias buenas de las debidas. Se están reparando."
    ),
    "status.store_down": "Este lugar no responde como debe. Los demás siguen sin él.",
    "status.store_has": "Copias buenas",
    "status.store_lacks": "Copias por guardar o reparar",
    "status.documents.one": "Un documento",
    "status.documents.many": "{count} documentos",
    "status.verified": "Todas leídas y comparadas desde el",
    "status.kind.disk": "Un disco de esta máquina",
    "status.kind.s3": "Almacenamiento en la nube (S3)",
    "status.kind.s3-lock": ("Almacenamiento en la nube donde nada puede borrarse antes de tiempo"),
    "status.kind.azure": "Almacenamiento en la nube (Azure)",
    "status.kind.gcs": "Almacenamiento en la nube (Google)",
    "status.kind.kubo": "Un nodo de la red IPFS",
    "status.kind.pinning": "Un servicio que guarda copias en la red IPFS",
}
