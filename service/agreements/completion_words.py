"""What the certificate of completion says, Spanish and English."""

from typing import Final

WORDS: Final[dict[str, dict[str, str]]] = {
    "es": {
        "heading": "Certificado de finalización",
        "platform": "Acta",
        "intro": (
            "Resume quién tomó parte en este contrato, qué hizo cada uno y dónde quedó anotado. "
            "Lo que prueba el contrato es el PDF firmado y su archivo de evidencia, no esta hoja."
        ),
        "footer": "Sello electrónico de la plataforma dentro de este archivo",
        "attached": "Declaración anotada en el registro",
        "document": "Contrato",
        "reference": "Referencia",
        "pages": "Páginas",
        "sent_by": "Lo envió",
        "sealed_at": "Sellado",
        "sealed_hash": "SHA-256 del PDF sellado",
        "prepared_hash": "SHA-256 antes de firmar",
        "evidence_hash": "SHA-256 de la evidencia",
        "parties": "Partes",
        "anchors": "Dónde está anotado",
        "anchors_text": (
            "De lo anotado no se pueden sacar el texto ni los nombres. La hora de cada bloque es "
            "la única que no es palabra de la plataforma."
        ),
        "log": "Registro",
        "leaf_row": "Hoja del documento",
        "position": "Tamaño del registro",
        "root": "Raíz anclada",
        "chain": "Cadena {chain}",
        "chain_value": "bloque {block}, {time} UTC, contrato 0x{contract}",
        "how": "Cómo comprobarlo sin esta plataforma",
        "how_1": "Guarde juntos el PDF firmado y el archivo de evidencia (.asice).",
        "how_2": (
            "Compruebe que el SHA-256 del PDF es el de arriba, y que el código de cada página "
            "coincide con el del documento que tiene delante."
        ),
        "how_3": (
            "En su propio equipo, instale el verificador y ejecute la orden de abajo con el "
            "archivo de confianza de quien usted decida creer."
        ),
        "how_4": (
            "La orden responde VÁLIDO, NO VÁLIDO o NO SE PUEDE COMPROBAR y dice en qué se apoya; "
            "también dice si las partes lo anularon después."
        ),
        "command": "acta verify contrato.pdf --evidence contrato.asice --trust confianza.json",
        "events": "Qué pasó",
        "when": "Cuándo (UTC)",
        "what": "Qué",
        "leaf": "Hoja en el registro",
        "did.signer": "Firmó",
        "did.approver": "Aprobó",
        "did.witness": "Fue testigo",
        "did.viewer": "Podía leerlo",
        "method.code": "Código enviado a su correo",
        "method.webauthn": "Llave de su dispositivo",
        "word.code": "Que el código volvió es palabra de la plataforma",
        "word.webauthn": "Firmó una llave que solo tiene su dispositivo",
        "event.prepared": "El documento quedó preparado",
        "event.sent": "Se envió la invitación a quien le tocaba",
        "event.identified": "{who}: se identificó",
        "event.opened": "{who}: abrió el documento",
        "event.consented": "{who}: aceptó hacerlo por vía electrónica",
        "event.signed": "{who}: firmó",
        "event.approved": "{who}: aprobó el contrato",
        "event.witnessed": "{who}: fue testigo",
        "event.other": "Se anotó un hecho ({type})",
    },
    "en": {
        "heading": "Certificate of completion",
        "platform": "Acta",
        "intro": (
            "It sums up who took part in this contract, what each did and where it is recorded. "
            "What proves the contract is the signed PDF with its evidence file, not this sheet."
        ),
        "footer": "Electronic seal of the platform inside this file",
        "attached": "Statement recorded in the log",
        "document": "Contract",
        "reference": "Reference",
        "pages": "Pages",
        "sent_by": "Sent by",
        "sealed_at": "Sealed",
        "sealed_hash": "SHA-256 of the sealed PDF",
        "prepared_hash": "SHA-256 before signing",
        "evidence_hash": "SHA-256 of the evidence",
        "parties": "Parties",
        "anchors": "Where it is recorded",
        "anchors_text": (
            "Neither text nor names can be read from what is recorded. The time of each block is "
            "the only one that is not the platform's word."
        ),
        "log": "Log",
        "leaf_row": "Leaf of the document",
        "position": "Size of the log",
        "root": "Anchored root",
        "chain": "Chain {chain}",
        "chain_value": "block {block}, {time} UTC, contract 0x{contract}",
        "how": "How to check it without this platform",
        "how_1": "Keep the signed PDF and the evidence file (.asice) together.",
        "how_2": (
            "Check that the SHA-256 of the PDF is the one above, and that each page's code is that "
            "of the document in front of you."
        ),
        "how_3": (
            "On your own machine, install the verifier and run the command below with the trust "
            "file of whomever you choose to believe."
        ),
        "how_4": (
            "The command answers VALID, INVALID or CANNOT CHECK and says what that rests on; it "
            "also says whether the parties voided it since."
        ),
        "command": "acta verify contract.pdf --evidence contract.asice --trust trust.json",
        "events": "What happened",
        "when": "When (UTC)",
        "what": "What",
        "leaf": "Leaf in the log",
        "did.signer": "Signed",
        "did.approver": "Approved",
        "did.witness": "Witnessed",
        "did.viewer": "Could read it",
        "method.code": "Code sent by e-mail",
        "method.webauthn": "Key of their device",
        "word.code": "That the code came back is the platform's word",
        "word.webauthn": "Signed by a key that only their device holds",
        "event.prepared": "The document was prepared",
        "event.sent": "The invitation was sent to whoever came next",
        "event.identified": "{who}: was identified",
        "event.opened": "{who}: opened the document",
        "event.consented": "{who}: agreed to do it electronically",
        "event.signed": "{who}: signed",
        "event.approved": "{who}: approved the contract",
        "event.witnessed": "{who}: witnessed it",
        "event.other": "A fact was recorded ({type})",
    },
}


def words_in(lang: str) -> dict[str, str]:
    """Return the certificate's words in ``lang``; Spanish where there is no translation."""
    return WORDS.get(lang, WORDS["es"])
