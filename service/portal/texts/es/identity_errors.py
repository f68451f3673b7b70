"""What to tell people about errors while they are identified."""

TEXTS = {
    "error.identity/document-refused": "Revise los datos del documento: falta algo o no puede ser.",
    "error.identity/mrz-not-found": (
        "No hemos podido leer las líneas con muchos «<». Haga otra foto, más nítida y recta y "
        "sin reflejos, o escriba usted los datos."
    ),
    "error.identity/mrz-check-digit": (
        "Hemos leído las líneas, pero los dígitos de control no cuadran. Haga otra foto más "
        "nítida, o escriba usted los datos."
    ),
    "error.identity/document-expired": "El documento está caducado. Use uno en vigor.",
    "error.identity/national-number": (
        "El número no es correcto: compruebe si falta o sobra alguna cifra o la letra."
    ),
    "error.identity/document-reader-missing": (
        "Esta instalación no puede leer documentos. Escriba usted los datos; los comprobará "
        "una persona."
    ),
    "error.identity/face-refused": (
        "La comprobación de la cara no ha salido bien. Vuelva a intentarlo."
    ),
    "error.identity/no-face": (
        "No se ve ninguna cara. Acérquese, con más luz de frente y sin nada delante."
    ),
    "error.identity/several-faces": (
        "Se ve más de una cara. Tiene que estar a solas delante de la cámara."
    ),
    "error.identity/not-turned": (
        "La cabeza no giró como se pedía. Gírela despacio hacia el lado que se indica."
    ),
    "error.identity/flat-picture": (
        "Lo que se giró parece plano, como una foto. Tiene que ponerse usted delante de la cámara."
    ),
    "error.identity/other-face": (
        "La cara no se parece bastante a la de la foto. Pruebe con más luz y sin gafas; si no "
        "es su documento, no siga."
    ),
    "error.identity/replayed-capture": (
        "Esas imágenes ya se enviaron antes. Tienen que ser en directo: vuelva a intentarlo "
        "con la cámara."
    ),
    "error.identity/challenge-over": "Pasó demasiado tiempo. Empiece otra vez: tiene dos minutos.",
    "error.identity/face-checker-busy": (
        "Hay muchas comprobaciones en marcha. Vuelva a intentarlo en un momento."
    ),
    "error.identity/face-checker-failed": "La comprobación tardó demasiado. Vuelva a intentarlo.",
    "error.identity/face-weights": (
        "Esta instalación no puede comprobar caras: le falta el modelo. Avise a quien la lleva."
    ),
    "error.identity/picture-refused": "Esa imagen no sirve. Haga una o dos fotos.",
    "error.identity/picture-kind": "El archivo tiene que ser una foto JPEG o PNG.",
    "error.identity/picture-too-large": "La foto es demasiado grande: 12 MB como mucho.",
    "error.identity/picture-too-small": "La foto es demasiado pequeña para ver algo.",
    "error.identity/picture-damaged": "La foto está dañada o incompleta. Haga otra.",
    "error.identity/picture-hides-file": (
        "El archivo lleva otra cosa escondida detrás de la foto. Haga la foto otra vez."
    ),
    "error.identity/wrong-step": "La identificación está en otro paso. Mire cómo está ahora.",
    "error.identity/too-many-attempts": (
        "La cara no se pudo comprobar demasiadas veces. Empiece otra vez, con mejor luz."
    ),
    "error.identity/not-identified": "Antes tiene que identificarse.",
    "error.identity/not-reviewer": "Esta mesa es solo para quien revisa en esta instalación.",
    "error.identity/own-case": "Nadie decide sobre sí mismo: tiene que hacerlo otra persona.",
    "error.identity/review-reason": "Escriba un motivo, de 5 a 1000 letras.",
    "error.identity/already-reviewed": "Otra persona ya lo decidió, o se retiró.",
    "error.identity/company-number": (
        "El número de la empresa no es correcto: compruebe cifras y letras."
    ),
    "error.identity/company-name": "Escriba la razón social, de 2 a 200 letras.",
    "error.identity/not-member": "En esta empresa usted no puede hacer eso.",
    "error.identity/last-owner": "La empresa necesita un titular: nombre antes a otro.",
    "error.identity/power-missing": "Falta demostrar que usted puede firmar por la empresa.",
    "error.identity/deed-refused": (
        "La escritura tiene que ser un PDF o una foto, de 15 MB como mucho."
    ),
    "error.identity/certificate-refused": (
        "El certificado o su firma no demuestra lo que debe (paso: {step})."
    ),
    "error.identity/certificate-unchecked": (
        "Ahora no se puede saber si el certificado está revocado. No es ni sí ni no: vuelva a "
        "intentarlo más tarde."
    ),
    "error.identity/certificate-challenge": (
        "El texto es demasiado antiguo, ya se usó o era para otra persona. Descargue uno nuevo."
    ),
}
