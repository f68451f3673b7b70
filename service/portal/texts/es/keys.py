"""Las claves de recuperación y el paquete de custodia."""

TEXTS = {
    "keys.title": "Claves de recuperación",
    "keys.nav": "Mis claves",
    "keys.lead": (
        "Acta guarda sus contratos cifrados en varios sitios. Con una clave suya podrá abrirlos "
        "aunque Acta ya no exista. La clave se crea en este aparato y Acta no la ve nunca."
    ),
    "keys.yours": "Sus claves",
    "keys.none": "Todavía no tiene ninguna.",
    "keys.kind.printed": "Clave en papel",
    "keys.kind.passkey": "Clave de su llave de acceso",
    "keys.since": "Desde el",
    "keys.ends_in": "su parte pública termina en {ending}",
    "keys.not_ready": "Se está aplicando a sus contratos; tarda unos minutos.",
    "keys.show": "Mostrar e imprimir",
    "keys.end": "Quitar esta clave",
    "keys.end_sure": (
        "Los contratos dejarán de abrirse con ella. Lo que ya se haya descargado para esta clave "
        "se seguirá abriendo con ella."
    ),
    "keys.end_yes": "Sí, quitarla",
    "keys.done.added": "Clave guardada. Sus contratos, también los futuros, se abrirán con ella.",
    "keys.done.ended": "Clave quitada.",
    "keys.code": (
        "Para añadir o quitar claves, confirme antes que el correo {email} es suyo con un código."
    ),
    "keys.code_send": "Enviarme un código",
    "keys.no_script": "Para crear una clave hace falta JavaScript: se crea en su aparato.",
    "keys.new": "Crear una clave",
    "keys.passkey_name": "Recuperación de {email}",
    "keys.unsupported": (
        "Este aparato o esta llave de acceso no sirven para crear claves. Use la clave en papel."
    ),
    "keys.refused": "No se ha usado la llave de acceso. Puede intentarlo otra vez.",
    "keys.failed": "No se ha podido crear la clave en este navegador.",
    "keys.printed.title": "En papel (recomendada)",
    "keys.printed.text": (
        "Una hoja que usted imprime y guarda con sus escrituras. Quien tenga la hoja podrá abrir "
        "las copias de sus contratos; si la pierde, nadie puede rehacerla."
    ),
    "keys.printed.make": "Crear una clave en papel",
    "keys.passkey.title": "Con una llave de acceso",
    "keys.passkey.text": (
        "La huella, la cara o el PIN de este aparato rehacen la clave cuando haga falta, pero solo "
        "mientras exista esta página de Acta. Imprímala también."
    ),
    "keys.passkey.make": "Crear una clave con llave de acceso",
    "keys.sheet.title": "Acta: clave de recuperación",
    "keys.sheet.text": (
        "Abre las copias cifradas de los contratos de {email}. Guárdela como una escritura. No la "
        "dé a nadie ni la envíe por correo: Acta nunca se la pedirá."
    ),
    "keys.sheet.qr": "Código QR con la clave",
    "keys.sheet.use": (
        "Para usarla hacen falta el paquete de custodia del contrato, que se descarga en "
        "{address}, y la página open.html que va dentro, o el programa libre age."
    ),
    "keys.sheet.print": "Imprimir",
    "keys.sheet.check": "Escriba los 6 últimos caracteres de la clave",
    "keys.sheet.check_hint": "Cópielos de la hoja impresa, para estar seguros de que la tiene.",
    "keys.sheet.save": "Ya la tengo: guardar",
    "keys.how": "Cómo se abre un contrato sin Acta",
    "keys.how_text": (
        "En la página de cada contrato firmado puede descargar su paquete de custodia: el "
        "documento cifrado y el sobre que se abre con su clave. Guárdelo. Para abrirlo basta la "
        "página de recuperación, que funciona sin conexión y no envía nada a nadie."
    ),
    "keys.page": "Descargar la página de recuperación",
    "keys.how_program": "O con el verificador de Acta, en un ordenador con Python:",
    "keys.example_kit": "contrato.zip",
    "keys.example_out": "contrato.pdf",
    "kit.download": "Descargar paquete de custodia",
    "kit.hint": "Para abrir el contrato con su clave de recuperación aunque Acta no exista.",
    "kit.hint_no_key": (
        "¿Y si Acta dejara de existir? Con una clave suya podrá abrir este contrato igualmente."
    ),
    "kit.no_key": "Crear mi clave de recuperación",
    "kit.readme": """ACTA: PAQUETE DE CUSTODIA

Este paquete abre el contrato «{title}» sin Acta y sin conexión. Hace falta su clave
de recuperación (AGE-SECRET-KEY-1…), la que usted imprimió.

  open.html          Ábrala con un navegador, elija este paquete y escriba su clave.
                     No envía nada a nadie.
  document.pdf.age   El contrato, cifrado.
  key.age            El sobre: la clave del contrato, cifrada para usted.
  kit.json           Las huellas del contrato y su nombre (CID) en IPFS.

Con el verificador de Acta:  acta recover este-paquete.zip --out contrato.pdf
Con el programa libre age:   age -d -i mi-clave.txt key.age > clave-del-contrato.txt
                             age -d -i clave-del-contrato.txt document.pdf.age > contrato.pdf

El paquete vale para abrir el contrato. Para probar que es auténtico, guarde también el
archivo de evidencia (.asice).
""",
    "open.title": "Abrir un contrato de Acta",
    "open.lead": (
        "Esta página funciona sin conexión y sin Acta. Nada de lo que escriba o elija sale de este "
        "aparato."
    ),
    "open.files": "El paquete de custodia (.zip), o sus archivos sueltos",
    "open.files_hint": "Si son archivos sueltos: key.age y document.pdf.age a la vez.",
    "open.key": "Su clave de recuperación",
    "open.key_hint": "Empieza por AGE-SECRET-KEY-1. Los espacios no importan.",
    "open.gateway": "Si falta el documento: de dónde descargarlo",
    "open.gateway_address": "Dirección de una pasarela de IPFS o de un almacén",
    "open.gateway_hint": (
        "Por ejemplo https://ipfs.io. Solo se usa si el documento no está en los archivos."
    ),
    "open.cid": "Nombre del documento (CID), si no tiene el paquete",
    "open.go": "Abrir",
    "open.working": "Abriendo…",
    "open.done": "Abierto y comprobado. Guárdelo:",
    "open.save": "Guardar el contrato (PDF)",
    "open.said.no-key": "La clave no está bien escrita: compárela con la hoja.",
    "open.said.not-for-key": "Esta clave no abre este paquete. ¿Tiene otra?",
    "open.said.no-envelope": "Falta el sobre (key.age) o el paquete.",
    "open.said.no-document": "Falta el documento (document.pdf.age), o su CID y una pasarela.",
    "open.said.not-fetched": "Esa dirección no da el documento. Pruebe con otra.",
    "open.said.other": "Los archivos no son de este paquete, o están dañados. Use otra copia.",
}
