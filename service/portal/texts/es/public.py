"""The pages that anybody may open."""

TEXTS = {
    "landing.title": "Firme un contrato. Que cualquiera pueda comprobarlo después.",
    "landing.lead": (
        "Acta sirve para firmar contratos por internet y para demostrar, años después, quién "
        "firmó qué y cuándo. Para comprobarlo no hace falta fiarse de Acta."
    ),
    "landing.start": "Entrar con su correo",
    "landing.verify": "Comprobar un contrato firmado",
    "landing.how": "Cómo funciona",
    "landing.step.1.title": "Suba el contrato",
    "landing.step.1.text": (
        "Un archivo PDF, y los nombres y correos de quienes firman: hasta cincuenta personas."
    ),
    "landing.step.2.title": "Cada persona lee y firma",
    "landing.step.2.text": (
        "Recibe un enlace, confirma un código que le llega al correo, lee las páginas y firma "
        "desde el teléfono o el ordenador. También puede negarse y decir por qué."
    ),
    "landing.step.3.title": "El contrato queda sellado",
    "landing.step.3.text": (
        "Cuando todas las partes han firmado, Acta lo sella: cualquier cambio posterior se nota."
    ),
    "landing.step.4.title": "La prueba queda a la vista de todos",
    "landing.step.4.text": (
        "Una huella del contrato, sin nombres ni datos, se anota en un registro público que nadie "
        "puede reescribir, tampoco Acta. Usted se lleva el PDF y su archivo de evidencia."
    ),
    "landing.honest.title": "Lo que una firma en Acta demuestra, y lo que no",
    "landing.honest.text": (
        "Acta comprueba siempre que quien firma puede leer el correo al que se envió un código. "
        "Quien quiera puede además identificarse con su documento y su cara, y el contrato lo "
        "dice. Una cosa y otra son palabra de Acta. Para algunos actos la ley pide otra clase "
        "de firma, o un notario: si tiene dudas, pregunte antes de firmar."
    ),
    "sign_in.title": "Entrar",
    "sign_in.lead": (
        "No hay contraseñas. Escriba su correo y le enviaremos un código para entrar."
    ),
    "sign_in.email": "Su correo electrónico",
    "sign_in.send": "Enviarme un código",
    "code.title": "Escriba el código",
    "code.sent": (
        "Hemos enviado un código de 6 cifras a {email}. Vale durante 5 minutos. Si no lo ve, "
        "mire también en el correo no deseado."
    ),
    "code.label": "Código de 6 cifras",
    "code.confirm": "Continuar",
    "code.again": "Enviarme otro código",
    "code.other_email": "Usar otro correo",
    "code.word": (
        "El código demuestra que usted puede leer ese correo. En la prueba del contrato figurará "
        "como lo que es: palabra de Acta."
    ),
    "code.safe": "No dé este código a nadie. Nadie de Acta se lo va a pedir.",
    "invitation.title": "Le han enviado un contrato",
    "invitation.from": "{sender} le pide que lea y firme este contrato:",
    "invitation.next": (
        "Para abrirlo, confirme primero que este correo es suyo. Le enviaremos un código a {email}."
    ),
    "invitation.nothing_yet": "Continuar no firma nada. Antes podrá leer el contrato entero.",
    "invitation.continue": "Continuar y enviarme el código",
    "invitation.stranger": "Si no conoce a esta persona, cierre esta página.",
    "invitation.closed.title": "Este enlace ya no sirve",
    "invitation.closed.sign_in": "Entrar con su correo",
    "verify.title": "Comprobar un contrato",
    "verify.lead": (
        "Suba el archivo de evidencia (termina en .asice) y, si quiere, también el PDF que le "
        "dieron. Comprobaremos cada paso y le diremos qué hemos visto."
    ),
    "verify.evidence": "Archivo de evidencia (.asice)",
    "verify.evidence_hint": "Lo descarga cada parte desde la página del contrato. Hasta 64 MB.",
    "verify.pdf": "PDF del contrato (si quiere)",
    "verify.pdf_hint": (
        "Sirve para saber si su PDF es exactamente el de la evidencia. Hasta 40 MB."
    ),
    "verify.check": "Comprobar",
    "verify.not_kept": "Los archivos se borran en cuanto termina la comprobación.",
    "verify.checking": "Comprobando…",
    "verify.example_file": "contrato.asice",
    "verify.result": "Resultado",
    "verify.steps": "Los pasos, uno a uno",
    "verify.verdict.VALID.word": "Válido",
    "verify.verdict.INVALID.word": "No válido",
    "verify.verdict.INVALID.text": "Al menos un paso ha fallado. No se fíe de este archivo.",
    "verify.verdict.CANNOT CHECK.word": "No se puede comprobar",
    "verify.verdict.CANNOT CHECK.text": (
        "Falta algo para poder decidir. No quiere decir que el contrato sea falso, ni que sea "
        "bueno."
    ),
    "verify.verdict.other": "Sin resultado",
    "verify.outcome.ok": "Bien",
    "verify.outcome.failed": "Falla",
    "verify.outcome.not checked": "No comprobado",
    "verify.outcome.note": "Nota",
    "verify.outcome.other": "No comprobado",
    "verify.signers": "Quién firmó",
    "verify.signer": "Parte {party}",
    "verify.whose_word": "Lo afirma: {who}",
    "verify.claimed": "Hora que indica la firma:",
    "verify.word.operator's word": "Acta (es su palabra: el código se envió a un correo)",
    "verify.word.device-held key": "una clave guardada en el dispositivo de quien firmó",
    "verify.word.own certificate": "un certificado propio de quien firmó",
    "verify.word.other": "no consta",
    "verify.time": "Cuándo",
    "verify.not_before": "No antes de:",
    "verify.not_after": "No después de:",
    "verify.no_bound": "no consta",
    "verify.chain": "Preguntar a la cadena directamente",
    "verify.chain_text": (
        "Un juzgado, o usted, puede hacer la misma pregunta al contrato de la cadena, sin Acta:"
    ),
    "verify.chain_id": "Cadena",
    "verify.contract": "Contrato",
    "verify.function": "Función",
    "verify.calldata": "Datos de la llamada",
    "verify.independent": "Compruébelo sin nosotros",
    "verify.independent_text": (
        "Esta página es de Acta: si desconfía de Acta, no le basta. Haga la misma comprobación en "
        "su propio equipo, con un programa abierto y el nodo de la cadena que usted elija:"
    ),
    "verify.independent_trust": (
        "Antes de aceptar el archivo de confianza, compare la huella que le enseñe el programa "
        "con la que le hayan dado por otro medio."
    ),
    "page_code.title": "Código de página",
    "page_code.what": (
        "Este código está impreso en una página de un contrato preparado con Acta. Une esa hoja "
        "de papel con un archivo PDF."
    ),
    "page_code.code": "Código",
    "page_code.not_proof": (
        "Que este código exista no demuestra nada: cualquiera puede imprimir uno. La prueba está "
        "en el PDF y en su archivo de evidencia."
    ),
    "page_code.how": "Cómo comprobar el contrato",
    "page_code.step.1": (
        "Pida el PDF firmado y su archivo de evidencia (.asice) a cualquiera de las partes."
    ),
    "page_code.step.2": (
        "Compruébelos en la página «Comprobar», o en su propio equipo con acta verify."
    ),
    "page_code.step.3": (
        "Mire que el código de la hoja sea el mismo que el de esa página en el PDF, y que el "
        "texto sea el mismo."
    ),
    "page_code.private": (
        "Aquí no se muestran ni el contrato ni los nombres de las partes: no son públicos."
    ),
    "mailbox.title": "Buzón de prueba",
    "mailbox.lead": (
        "Todo el correo que Acta ha enviado. Solo existe en una instalación de prueba: quien "
        "puede leer esta página puede leer todos los códigos."
    ),
    "mailbox.filter": "Solo el correo para",
    "mailbox.show": "Mostrar",
    "mailbox.empty": "Todavía no hay correo.",
    "mailbox.to": "Para",
    "mailbox.received": "Recibido",
    "mailbox.all": "Todo el correo",
}
