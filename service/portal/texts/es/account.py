"""The account page, and passkeys wherever they are used."""

TEXTS = {
    "account.title": "Mi cuenta",
    "account.nav": "Mi cuenta",
    "account.passkeys": "Llaves de acceso",
    "account.passkeys_text": (
        "Una llave de acceso vive en su móvil u ordenador y se abre con su huella, su cara o su "
        "PIN. Con ella entra sin código y firma con algo que solo tiene usted: Acta no la ve nunca."
    ),
    "account.none": "Todavía no tiene ninguna.",
    "account.since": "Desde el",
    "account.used": "usada el",
    "account.seen": "vista el",
    "account.copied": "Parece copiada a otro aparato y ya no vale. Quítela y cree otra.",
    "account.good_from": "Podrá firmar con ella a partir del",
    "account.wait": (
        "Ya tiene una llave. Si ha entrado con un código, la nueva podrá firmar dentro de 72 "
        "horas; si ha entrado con la llave que ya tenía, enseguida."
    ),
    "account.rename": "Cambiar el nombre",
    "account.rename_yes": "Guardar el nombre",
    "account.remove": "Quitar esta llave",
    "account.remove_sure": (
        "Ya no podrá entrar ni firmar con ella, y se cerrará donde se entró con ella. Lo que firmó "
        "sigue valiendo."
    ),
    "account.remove_yes": "Sí, quitarla",
    "account.passkey.name": "Nombre para reconocerla",
    "account.passkey.name_given": "Este aparato",
    "account.add": "Crear una llave en este aparato",
    "account.code": (
        "Para cambiar sus llaves, confirme antes un código que le enviaremos a {email}."
    ),
    "account.code_send": "Enviarme un código",
    "account.sessions": "Dónde ha entrado",
    "account.session.this": "Este navegador",
    "account.session.other": "Otro navegador",
    "account.session.passkey": "con una llave de acceso",
    "account.session.code": "con un código",
    "account.session.end": "Cerrar ahí",
    "account.everywhere": "Cerrar en todas partes",
    "account.done.added": "La llave está creada.",
    "account.done.renamed": "El nombre está guardado.",
    "account.done.removed": "La llave ya no vale.",
    "account.done.ended": "La sesión está cerrada.",
    "passkey.busy": "Esperando a su aparato…",
    "passkey.refused": "Su aparato no ha respondido, o usted lo ha cancelado. Pruebe otra vez.",
    "passkey.known": "Este aparato ya tiene una llave suya para Acta.",
    "passkey.failed": "Su aparato no ha podido hacerlo. Nada ha cambiado: pruebe otra vez.",
    "passkey.unable": "Este navegador no admite llaves de acceso. Puede seguir con el código.",
    "passkey.no_script": "Las llaves de acceso necesitan que el navegador permita JavaScript.",
    "sign_in.passkey": "O con su llave de acceso",
    "sign_in.passkey_text": "Si ya creó una, no le hace falta el código.",
    "sign_in.passkey_button": "Entrar con mi llave de acceso",
    "sign.passkey.title": "Firmar con una llave de acceso",
    "sign.passkey.text": (
        "Su móvil u ordenador firma el documento exacto con una llave que solo tiene usted. "
        "Cualquiera podrá comprobarlo sin fiarse de Acta."
    ),
    "sign.passkey.which": "Llave con la que firma",
    "sign.passkey.make": (
        "Aún no tiene ninguna: se creará en este aparato y después firmará con ella."
    ),
    "sign.passkey.wait": (
        "Sus llaves no pueden firmar todavía. Mientras tanto puede firmar con el código."
    ),
    "sign.passkey.button": "Firmar con mi llave de acceso",
    "sign.passkey.make_button": "Crear mi llave y firmar",
    "sign.passkey.unfinished": "Antes de firmar, complete lo que falta arriba y acepte el texto.",
    "error.identity/passkey-refused": (
        "La respuesta de su aparato no vale para esto: era para otro documento u otra página, o no "
        "comprobó que era usted. No se ha firmado nada; empiece otra vez."
    ),
    "error.identity/passkey-unknown": (
        "Acta no conoce esa llave, o se quitó. Use otra, o un código."
    ),
    "error.identity/passkey-copied": (
        "Esa llave parece copiada a otro aparato y ya no vale. Quítela en «Mi cuenta» y cree otra; "
        "mientras tanto puede usar un código."
    ),
    "error.identity/passkey-too-new": (
        "Esa llave es nueva y todavía no puede firmar: hay que esperar 72 horas desde que se creó. "
        "Use otra, o un código."
    ),
    "error.identity/passkey-challenge-over": (
        "Ha pasado demasiado tiempo, o esa respuesta ya se usó. Empiece otra vez."
    ),
    "error.identity/passkey-fresh-code": "Confirme antes un código de su correo.",
    "error.agreements/signature-over": (
        "La firma ya no espera esta respuesta: pasó demasiado tiempo, o ya se usó. No se ha "
        "firmado nada con ella; firme otra vez desde la página."
    ),
    "error.agreements/no-device-signing": "Aquí no se firma con llaves de acceso. Use el código.",
    "new.how": "Cómo se firma",
    "new.by_device": "Todos firman con su llave de acceso (huella, cara o PIN de su aparato)",
    "new.by_device_hint": (
        "Nadie podrá firmar solo con un código. A cambio, nadie tiene que fiarse de Acta, y "
        "los firmantes, todos juntos, podrán anular el contrato en el registro público. Sin "
        "marcar, cada uno firma con código o con llave, y no se podrá anular."
    ),
    "sign.by_device": (
        "Quien lo envía pide que todos firmen con su llave de acceso: use el botón de abajo."
    ),
    "sign.passkey.wait_only": (
        "Sus llaves no pueden firmar todavía: una llave nueva, añadida con un código, espera "
        "72 horas. Vuelva entonces."
    ),
    "error.agreements/passkey-needed": (
        "En este contrato todos firman con su llave de acceso. Use el botón de la llave."
    ),
}
