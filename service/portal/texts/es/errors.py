"""What to tell people about each error, by its code."""

TEXTS = {
    "error.service/error": "No se ha podido hacer. Vuelva a intentarlo dentro de un momento.",
    "error.service/not-found": "No existe, o no está a su alcance con este correo.",
    "error.service/conflict": "Algo ha cambiado mientras tanto. Vuelva a cargar la página.",
    "error.portal/form-expired": (
        "La página llevaba demasiado tiempo abierta o se abrió de otra manera. Vuelva atrás, "
        "cárguela de nuevo y repita lo último que hizo."
    ),
    "error.portal/upload-too-large": "Lo que ha enviado es demasiado grande para esta página.",
    "error.portal/bad-form": "No hemos podido leer lo que ha enviado. Vuelva a intentarlo.",
    "error.portal/no-file": "Elija un archivo.",
    "error.portal/consent-needed": "Para firmar, marque que acepta el texto.",
    "error.portal/empty-drawing": (
        "No ha dibujado la firma. Dibújela en el recuadro o elija su nombre escrito."
    ),
    "error.portal/bad-drawing": (
        "No hemos podido leer el dibujo de la firma. Dibújela otra vez o elija su nombre escrito."
    ),
    "error.portal/verifier-busy": (
        "Ahora mismo hay muchas comprobaciones en marcha. Vuelva a intentarlo en un minuto."
    ),
    "error.portal/missing-asset": "A esta instalación de Acta le falta un archivo.",
    "error.verify/verifier-failed": (
        "La comprobación no ha terminado. Compruebe el archivo en su propio equipo con acta verify."
    ),
    "error.identity/wrong-code": (
        "Ese no es el código que le enviamos. Le quedan estos intentos: {tries_left}."
    ),
    "error.identity/code-expired": "Este código ya no vale. Pida otro.",
    "error.identity/too-many-tries": (
        "Se ha escrito un código equivocado demasiadas veces, y ya no vale. Pida otro."
    ),
    "error.identity/too-many-requests": (
        "Ha pedido demasiadas cosas seguidas. Vuelva a intentarlo dentro de {retry_after_s} s."
    ),
    "error.identity/link-unknown": (
        "Este enlace no es de Acta, o se copió a medias. Cópielo entero desde el correo."
    ),
    "error.identity/link-used": (
        "Este enlace ya se usó, y solo sirve una vez. Entre con su correo y encontrará el contrato."
    ),
    "error.identity/link-revoked": (
        "Este enlace se retiró. Entre con su correo para ver lo que todavía se puede ver."
    ),
    "error.identity/other-person": (
        "El código era para otro correo. Salga y vuelva a entrar con el correo correcto."
    ),
    "error.notices/invalid-address": (
        "Eso no es una dirección de correo. Compruebe cómo se escribe."
    ),
    "error.notices/unsafe-header": "El texto contiene un carácter que no se puede usar.",
    "error.notices/unknown-mail": "Ese correo no está en el buzón.",
    "error.notices/not-sent": "El correo no ha podido salir. Vuelva a intentarlo en un momento.",
    "error.notices/refused": "El servidor de correo de destino no aceptó el mensaje.",
    "error.agreements/not-found": (
        "Este contrato no existe, o no está a su alcance con este correo."
    ),
    "error.agreements/bad-draft": "Hay algo en los datos del contrato que no puede ser.",
    "error.agreements/bad-title": "Escriba un título, de 200 letras como mucho.",
    "error.agreements/bad-deadline": "Elija un día desde hoy y antes de un año.",
    "error.agreements/bad-parties": (
        "Revise las personas: de una a cincuenta, con nombre, correo y un turno del 1 al 50."
    ),
    "error.agreements/same-party-twice": (
        "Dos personas tienen el mismo correo. Cada una necesita el suyo."
    ),
    "error.agreements/not-in-this-state": (
        "El contrato ya no está en un estado que permita hacerlo."
    ),
    "error.agreements/not-your-turn": "Ahora mismo no le toca firmar este contrato.",
    "error.agreements/sender-signs-first": "Fírmelo usted primero y después podrá enviarlo.",
    "error.agreements/deadline-passed": "El plazo para firmar ha terminado.",
    "error.agreements/stale-view": (
        "El documento cambió desde que abrió la página. Léalo otra vez antes de firmar."
    ),
    "error.agreements/fresh-code-needed": (
        "Confirmó su correo hace demasiado tiempo. Pida un código nuevo para seguir."
    ),
    "error.agreements/reason-needed": "Escriba un motivo, de 1000 letras como mucho.",
    "error.agreements/bad-signature-picture": (
        "No hemos podido usar el dibujo de la firma. Dibújela otra vez o elija su nombre escrito."
    ),
    "error.agreements/not-ready": "Todavía no está listo. Espere un momento y vuelva a intentarlo.",
    "error.agreements/statements-not-logged": (
        "El contrato se está anotando todavía. Vuelva a intentarlo en un momento."
    ),
    "error.pdf/refused": "Este PDF no se puede usar. Guárdelo de nuevo como PDF y pruebe otra vez.",
    "error.pdf/encrypted": "El PDF tiene contraseña o está protegido. Quítesela y súbalo otra vez.",
    "error.pdf/already-signed": "El PDF ya está firmado. Suba la versión sin firmas.",
    "error.pdf/script": (
        "El PDF contiene un programa (JavaScript), que podría cambiar lo que se ve. "
        "Imprímalo a un PDF nuevo y suba ese."
    ),
    "error.pdf/xfa": (
        "El PDF es un formulario XFA, que no se ve igual en todas partes. Imprímalo a un PDF nuevo "
        "y suba ese."
    ),
    "error.pdf/embedded-files": "El PDF lleva otros archivos dentro. Quítelos y súbalo otra vez.",
    "error.pdf/truncated": "Al PDF le falta el final. Descárguelo o guárdelo otra vez.",
    "error.pdf/polyglot": (
        "El archivo empieza o termina con algo que no es PDF. Ábralo y guárdelo como PDF nuevo."
    ),
    "error.pdf/too-large": "El archivo pesa más de 25 MB. Redúzcalo y súbalo otra vez.",
    "error.pdf/too-many-pages": "El PDF tiene más de 500 páginas.",
    "error.pdf/has-locator": (
        "Este PDF ya se preparó con Acta para otro contrato. Suba el original."
    ),
    "error.pdf/malformed": (
        "El archivo no es un PDF correcto o está dañado. Ábralo y guárdelo como PDF nuevo."
    ),
    "error.pdf/layers": (
        "El PDF tiene capas que se pueden mostrar u ocultar. Imprímalo a un PDF nuevo y suba ese."
    ),
    "error.pdf/too-complex": (
        "El PDF es demasiado complicado de leer. Imprímalo a un PDF nuevo y suba ese."
    ),
    "error.signing/bad-picture": (
        "No hemos podido usar el dibujo de la firma. Dibújela otra vez o elija su nombre escrito."
    ),
    "error.signing/no-keys": (
        "Este servicio no tiene todavía claves de firma. Nada ha cambiado: avise a quien lo lleva."
    ),
    "error.signing/no-time-stamp": (
        "Ahora mismo no hay quien ponga el sello de tiempo, así que no se ha firmado nada. "
        "Pruebe dentro de unos minutos."
    ),
    "error.signing/token": (
        "No se puede usar el dispositivo que guarda las claves del servicio. Nada ha cambiado: "
        "pruebe más tarde."
    ),
    "error.signing/failed": "La firma no se ha podido hacer. Nada ha cambiado: pruebe otra vez.",
    "error.signing/check-failed": (
        "El sello no pasó nuestra propia comprobación, y por eso no se ha usado. Avísenos."
    ),
    "error.custody/revision-missing": "No encontramos el archivo de este contrato. Avísenos.",
    "error.custody/revision-damaged": "El archivo guardado está dañado. Avísenos.",
    "error.agreements/no-recovery-key": (
        "Cree antes una clave, en «Claves de recuperación»; después podrá descargar el paquete."
    ),
    "error.custody/bad-recipient": "Eso no es una clave pública. Vuelva a crear la clave.",
    "error.custody/too-many-keys": "Ya tiene tantas claves como se puede. Quite una antes.",
    "error.custody/erasure-refused": (
        "Este contrato no se puede borrar todavía: hay que conservarlo."
    ),
    "error.custody/unknown-retention": "No existe esa clase de conservación.",
}
