"""Sentences of ``acta log`` in English and Spanish (see ``anchoring.wording``)."""

AUDIT_STEPS_EN = {
    "audit-trust": "Whom you trust",
    "audit-checkpoint": "Signed checkpoint",
    "audit-entries": "Entries and tiles",
    "audit-root": "Root of the tree",
    "audit-since": "Since the last audit",
    "audit-chain": "Blockchain",
    "audit-anchors": "Anchors",
    "audit-delay": "Anchored in time",
    "proof-path": "Leaf and path",
}
AUDIT_STEPS_ES = {
    "audit-trust": "En quién confía",
    "audit-checkpoint": "Punto de control firmado",
    "audit-entries": "Asientos y teselas",
    "audit-root": "Raíz del árbol",
    "audit-since": "Desde la última auditoría",
    "audit-chain": "Cadena de bloques",
    "audit-anchors": "Anclajes",
    "audit-delay": "Anclado a tiempo",
    "proof-path": "Hoja y camino",
}
AUDIT_LABELS_EN = {
    "summary/audit": "The log is whole, and every anchor on chain is of it.",
    "summary/proof": "The leaf is in the signed log. Whether this is anchored was not asked.",
}
AUDIT_LABELS_ES = {
    "summary/audit": "El registro está completo y todo lo anclado es suyo.",
    "summary/proof": "La hoja está en el registro firmado. No se preguntó si está anclado.",
}
AUDIT_EN = {
    "audit/no-trust": (
        "You trust no file of this log: compare its fingerprint, then acta trust add URL|FILE."
    ),
    "audit/trust": "Your trust file of {origin}.",
    "audit/no-checkpoint": "There is no log at {place}.",
    "audit/unreachable": "{place} cannot be read: {reason}.",
    "audit/bad-checkpoint": "The checkpoint is wrong: {reason}.",
    "audit/unsigned": "It names {size} leaves; without a trust file, nobody vouches for it.",
    "audit/other-origin": "The checkpoint is of the log {origin}, not of {expected}.",
    "audit/untrusted-key": (
        "No key of your trust file signed the checkpoint: {reason}. A newer trust file may name "
        "it: acta trust add URL."
    ),
    "audit/checkpoint": "{size} leaves, root {root}, signed by a key you trust.",
    "audit/entries": "{count} entries hashed, from index {first} on; every tile agrees.",
    "audit/nothing-new": "No entry after the {size} that were audited.",
    "audit/file-missing": "Gap: {path} is not there.",
    "audit/file-wrong": "{path} is not what the log's entries make it.",
    "audit/file-unreachable": "{path} could not be read.",
    "audit/more-files": "And {count} files more.",
    "audit/stopped": "From index {index} on neither entries nor hashes could be had.",
    "audit/root": "The {size} entries give exactly the signed root.",
    "audit/root-differs": (
        "FORK or damage: the {size} entries give the root {computed}, not the signed one."
    ),
    "audit/first-time": "This log was not audited from here before.",
    "audit/same": "Still the {size} leaves seen before.",
    "audit/grew": "It begins with the {before} leaves seen before, and has {size} now.",
    "audit/forked": "FORK: the {before} leaves seen before do not begin these {size}.",
    "audit/shrunk": "It shows {size} leaves, {before} were seen: an old copy, or rolled back.",
    "audit/not-compared": "Not compared with the {before} leaves seen before.",
    "audit/chain": "{nodes} nodes answer for chain {chain}.",
    "audit/chain-silent": "No node answers for chain {chain}. {reason}",
    "audit/not-open": "The log is not open on chain {chain}.",
    "audit/marked-forked": "FORK: it was proved to the contract on chain {chain}.",
    "audit/operator-changed": "Chain {chain}: handed over from {before} to {operator}.",
    "audit/operator-offered": "Chain {chain}: offered to {pending}, who may take it over.",
    "audit/nodes-disagree": "The nodes of chain {chain} disagree.",
    "audit/anchors": "Chain {chain}: {count} anchors compared, all of this tree, up to {size}.",
    "audit/no-anchors": "Chain {chain}: nothing is anchored yet.",
    "audit/anchor-differs": (
        "FORK: chain {chain} has root {root} for {size} leaves (block {block}); the entries give "
        "{computed}."
    ),
    "audit/anchor-unknown": "Chain {chain}: the anchor of {size} leaves could not be compared.",
    "audit/anchor-beyond": (
        "Chain {chain} has an anchor of {size} leaves, this place shows {log}: an old copy, or "
        "leaves withheld."
    ),
    "audit/events-missing": (
        "Chain {chain}: a node tells of {got} anchors where the contract counts {expected}; ask "
        "another with --rpc."
    ),
    "audit/waiting": "{count} leaves wait for an anchor; {size} are anchored.",
    "audit/in-time": "What was seen from here was anchored in time, or is not late yet.",
    "audit/missed-anchor": (
        "The checkpoint of {size} leaves was first seen {hours} hours ago and is not anchored."
    ),
    "audit/anchored-late": (
        "The checkpoint of {size} leaves was anchored on {time}, {hours} hours after it was seen."
    ),
    "audit/anchor-time": "The time of the anchor of {size} leaves (block {block}) is not known.",
    "proof/ok": "Leaf {leaf} has index {index} of {size}.",
    "proof/wrong": "The proof does not hold for leaf {leaf}: {reason}.",
}
AUDIT_ES = {
    "audit/no-trust": (
        "No confía en ningún archivo de este registro: compare su huella y luego use acta trust "
        "add URL|ARCHIVO."
    ),
    "audit/trust": "Su archivo de confianza de {origin}.",
    "audit/no-checkpoint": "No hay ningún registro en {place}.",
    "audit/unreachable": "No se puede leer {place}: {reason}.",
    "audit/bad-checkpoint": "El punto de control no es correcto: {reason}.",
    "audit/unsigned": "Nombra {size} hojas; sin archivo de confianza, nadie responde de él.",
    "audit/other-origin": "El punto de control es del registro {origin}, no de {expected}.",
    "audit/untrusted-key": (
        "Ninguna clave de su confianza firmó el punto de control: {reason}. Puede que la nombre un "
        "archivo más nuevo: acta trust add URL."
    ),
    "audit/checkpoint": "{size} hojas, raíz {root}, firmado por una clave de su confianza.",
    "audit/entries": "{count} asientos calculados, desde el índice {first}; las teselas cuadran.",
    "audit/nothing-new": "No hay asientos después de los {size} ya auditados.",
    "audit/file-missing": "Hueco: falta {path}.",
    "audit/file-wrong": "{path} no es lo que dan los asientos del registro.",
    "audit/file-unreachable": "No se pudo leer {path}.",
    "audit/more-files": "Y {count} archivos más.",
    "audit/stopped": "Desde el índice {index} no se pudo leer ni asientos ni huellas.",
    "audit/root": "Los {size} asientos dan exactamente la raíz firmada.",
    "audit/root-differs": (
        "BIFURCACIÓN o daño: los {size} asientos dan la raíz {computed}, no la firmada."
    ),
    "audit/first-time": "Este registro no se había auditado antes desde aquí.",
    "audit/same": "Siguen las {size} hojas ya vistas.",
    "audit/grew": "Empieza por las {before} hojas ya vistas; ahora tiene {size}.",
    "audit/forked": "BIFURCACIÓN: estas {size} no empiezan por las {before} hojas ya vistas.",
    "audit/shrunk": "Muestra {size} hojas y se vieron {before}: copia antigua, o retroceso.",
    "audit/not-compared": "No comparado con las {before} hojas ya vistas.",
    "audit/chain": "{nodes} nodos responden por la cadena {chain}.",
    "audit/chain-silent": "Ningún nodo responde por la cadena {chain}. {reason}",
    "audit/not-open": "El registro no está abierto en la cadena {chain}.",
    "audit/marked-forked": "BIFURCACIÓN: se probó ante el contrato de la cadena {chain}.",
    "audit/operator-changed": "Cadena {chain}: traspasado de {before} a {operator}.",
    "audit/operator-offered": "Cadena {chain}: ofrecido a {pending}, que puede asumirlo.",
    "audit/nodes-disagree": "Los nodos de la cadena {chain} no coinciden.",
    "audit/anchors": (
        "Cadena {chain}: {count} anclajes comparados, todos de este árbol, hasta {size}."
    ),
    "audit/no-anchors": "Cadena {chain}: todavía no hay anclajes.",
    "audit/anchor-differs": (
        "BIFURCACIÓN: la cadena {chain} tiene la raíz {root} para {size} hojas (bloque {block}); "
        "los asientos dan {computed}."
    ),
    "audit/anchor-unknown": "Cadena {chain}: no se pudo comparar el anclaje de {size} hojas.",
    "audit/anchor-beyond": (
        "La cadena {chain} tiene un anclaje de {size} hojas y aquí se muestran {log}: copia "
        "antigua, u hojas retenidas."
    ),
    "audit/events-missing": (
        "Cadena {chain}: un nodo da {got} anclajes y el contrato cuenta {expected}; pregunte a "
        "otro con --rpc."
    ),
    "audit/waiting": "{count} hojas esperan su anclaje; {size} están ancladas.",
    "audit/in-time": "Lo visto desde aquí se ancló a tiempo, o aún no es tarde.",
    "audit/missed-anchor": (
        "El punto de control de {size} hojas se vio hace {hours} horas y no está anclado."
    ),
    "audit/anchored-late": (
        "El punto de control de {size} hojas se ancló el {time}, {hours} horas después de verse."
    ),
    "audit/anchor-time": "No se sabe la hora del anclaje de {size} hojas (bloque {block}).",
    "proof/ok": "La hoja {leaf} tiene el índice {index} de {size}.",
    "proof/wrong": "La prueba no vale para la hoja {leaf}: {reason}.",
}
