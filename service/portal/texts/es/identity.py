"""Identifying oneself, and the review desk."""

TEXTS = {
    "identify.nav": "Identidad",
    "identify.title": "Identifíquese",
    "identify.lead": (
        "Con su documento y su cara, una sola vez. Después firmará con su nombre comprobado, y "
        "quien reciba el contrato podrá verlo."
    ),
    "identify.need_title": "Qué necesita",
    "identify.need_document": "Su documento de identidad o pasaporte, en vigor y en la mano.",
    "identify.need_camera": "Una cámara: sirve la del teléfono.",
    "identify.need_minutes": "Unos tres minutos, con buena luz y a solas delante de la cámara.",
    "identify.kept": (
        "Las imágenes se guardan cifradas y por poco tiempo, y usted puede borrarlas antes. En "
        "el registro público no entra ningún dato suyo, solo una huella que por sí misma no "
        "dice nada."
    ),
    "identify.limits": (
        "Qué comprueba: que las líneas del documento cuadran, y que delante de la cámara hay "
        "una persona que se parece a la foto y gira la cabeza cuando se le pide. Detiene las "
        "fotos impresas. No detiene una grabación preparada ni una cara hecha por ordenador, y "
        "no mira si el documento en sí es auténtico."
    ),
    "identify.begin": "Empezar",
    "identify.anew": "Identificarme de nuevo",
    "identify.stop": "Dejarlo y borrar lo que he dado",
    "identify.stages": "Pasos",
    "identify.stage.document": "Documento",
    "identify.stage.confirm": "Nombre y número",
    "identify.stage.face": "Cara",
    "identify.document_text": (
        "Haga una foto nítida y recta de cada cara del documento, sin reflejos. En el "
        "pasaporte basta la página con la foto. Una de las fotos debe mostrar las líneas con "
        "muchos «<»."
    ),
    "identify.front": "Cara con la foto",
    "identify.back": "La otra cara",
    "identify.back_hint": "En el pasaporte no hace falta.",
    "identify.read": "Leer el documento",
    "identify.reading": "Leyendo el documento… puede tardar un minuto",
    "identify.typed_title": "Si no se puede leer",
    "identify.typed_text": (
        "Puede hacer otra foto, o escribir usted los datos. Si lo hace, una persona los "
        "comparará con las imágenes antes de aceptarlos."
    ),
    "identify.typed_choice": "Escribo los datos yo",
    "identify.issuer": "País que expidió el documento",
    "identify.given_names": "Nombre",
    "identify.family_names": "Apellidos",
    "identify.document_number": "Número del documento",
    "identify.birth": "Fecha de nacimiento",
    "identify.expiry": "Válido hasta",
    "identify.confirm_text": (
        "Esto es lo que dice el documento. Corrija lo que no esté bien: las líneas no llevan "
        "tildes ni la letra ñ."
    ),
    "identify.number": "Número de identidad (DNI, NIE…)",
    "identify.number_hint": "El de su país. En España, el DNI o el NIE con su letra.",
    "identify.confirm": "Es correcto",
    "identify.review_title": "Lo está mirando una persona",
    "identify.review_text": (
        "Algo no lo puede decidir el programa, y lo decidirá una persona. Vuelva a esta página "
        "más tarde. Motivo:"
    ),
    "identify.known_title": "Está identificado",
    "identify.known_text": "Cuando firme, constará que se le identificó con documento y cara.",
    "identify.name": "Nombre",
    "identify.valid_until": "Vale hasta el",
    "identify.decided_by": "Lo decidió",
    "identify.by.program": "el programa",
    "identify.by.reviewer": "una persona",
    "identify.leaf": "Huella en el registro público",
    "identify.pictures_title": "Sus imágenes",
    "identify.pictures.one": "Guardamos cifrada 1 imagen suya.",
    "identify.pictures.many": "Guardamos cifradas {count} imágenes suyas.",
    "identify.no_pictures": "No guardamos ninguna imagen suya.",
    "identify.forget": "Borrar mis imágenes",
    "identify.erase": "Borrar también mi identificación",
    "identify.erase_hint": (
        "Lo que ya firmó sigue valiendo. Para volver a firmar con su nombre comprobado tendrá "
        "que identificarse otra vez."
    ),
    "identify.refused_title": "No se ha aceptado",
    "identify.refused_text": (
        "Una persona miró su identificación y no la aceptó. Puede intentarlo otra vez, con "
        "mejores fotos."
    ),
    "identify.done.pictures": "Sus imágenes están borradas.",
    "identify.done.withdrawn": "Está borrado.",
    "face.text": (
        "Póngase a solas, con luz de frente y sin gafas de sol ni gorra. Le diremos adónde "
        "mirar: primero al frente y después tres giros suaves de la cabeza, enseñando aún los "
        "dos ojos."
    ),
    "face.video": "Lo que ve su cámara",
    "face.by_hand": "Sin cuenta atrás: hago yo cada foto con el botón",
    "face.start": "Encender la cámara",
    "face.shoot": "Hacer la foto",
    "face.centre": "Mire al frente.",
    "face.left": "Gire la cabeza un poco hacia su izquierda.",
    "face.right": "Gire la cabeza un poco hacia su derecha.",
    "face.pose.centre": "De frente",
    "face.pose.left": "Hacia su izquierda",
    "face.pose.right": "Hacia su derecha",
    "face.wait": "Encendiendo la cámara…",
    "face.checking": "Comprobando… unos segundos.",
    "face.denied": (
        "El navegador no deja usar la cámara. Permítala para esta página y vuelva a intentarlo."
    ),
    "face.missing": "No encontramos ninguna cámara. Abra esta página en un teléfono.",
    "face.failed": "No se ha podido enviar. Cargue la página de nuevo y vuelva a intentarlo.",
    "face.again": "Puede volver a intentarlo.",
    "face.attempts.one": "Le queda 1 intento.",
    "face.attempts.many": "Le quedan {count} intentos.",
    "face.noscript": "Para usar la cámara, active JavaScript en su navegador.",
    "flag.names-differ": "El nombre no es igual al de las líneas del documento.",
    "flag.number-unchecked": "No conocemos la regla de ese número.",
    "flag.number-not-in-document": "El número no figura en el documento.",
    "flag.birth-unknown": "El documento no dice la fecha de nacimiento entera.",
    "flag.under-age": "Es una persona menor de edad.",
    "flag.typed-by-hand": "Los datos los escribió la persona, no los leyó el programa.",
    "flag.face-uncertain": "La cara se parece, pero no lo bastante para decidirlo sin una persona.",
    "flag.deed": "Escritura o poder por revisar.",
    "flag.other-person": "El certificado nombra a otra persona.",
    "flag.other": "Otro motivo.",
    "review.title": "Mesa de revisión",
    "review.lead": (
        "Lo que el programa no puede decidir. Cada decisión lleva un motivo y queda anotada en "
        "el registro."
    ),
    "review.done": "La decisión está anotada.",
    "review.waiting.one": "1 caso espera",
    "review.waiting.many": "{count} casos esperan",
    "review.none": "No espera ningún caso.",
    "review.since": "Espera desde el",
    "review.kind.person": "Identificación de una persona",
    "review.kind.power": "Poder para representar a una empresa",
    "review.kind.other": "Caso",
    "review.facts": "Datos",
    "review.documents": "Documento",
    "review.document": "Imagen {number} del documento",
    "review.frames": "Cara en directo",
    "review.frame": "Imagen {number} de la cara",
    "review.no_pictures": "Las imágenes ya se borraron.",
    "review.undrawn": "Este PDF no se puede dibujar aquí (por ejemplo, porque está firmado).",
    "review.file": "Descargar el archivo",
    "review.file_hint": "Lo hizo un desconocido: ábralo con cuidado.",
    "review.scores": "Lo que midió el programa",
    "review.scores_hint": (
        "Distancia con la foto del documento: hasta {accept} se acepta, por encima de {refuse} "
        "se rechaza."
    ),
    "review.reliefs": "Relieve de los giros (1 o más: no es plano)",
    "review.model": "Modelo",
    "review.reason": "Motivo de la decisión",
    "review.reason_hint": "De 5 a 1000 letras. Diga qué ha comparado.",
    "review.accept": "Aceptar",
    "review.refuse": "Rechazar",
    "fact.familyNames": "Apellidos",
    "fact.givenNames": "Nombre",
    "fact.readFamilyNames": "Apellidos en las líneas",
    "fact.readGivenNames": "Nombre en las líneas",
    "fact.birthDate": "Fecha de nacimiento",
    "fact.issuer": "País",
    "fact.documentNumber": "Número del documento",
    "fact.documentExpiry": "Válido hasta",
    "fact.nationalNumber": "Número de identidad",
    "fact.numberInDocument": "El número está en el documento",
    "fact.company": "Empresa",
    "fact.companyNumber": "Número de la empresa",
    "fact.yes": "sí",
    "fact.no": "no",
    "fact.other": "Dato",
    "country.ESP": "España",
    "country.ARG": "Argentina",
    "country.BEL": "Bélgica",
    "country.BGR": "Bulgaria",
    "country.BRA": "Brasil",
    "country.CHL": "Chile",
    "country.CHN": "China",
    "country.COL": "Colombia",
    "country.D": "Alemania",
    "country.DNK": "Dinamarca",
    "country.DOM": "República Dominicana",
    "country.ECU": "Ecuador",
    "country.EST": "Estonia",
    "country.FIN": "Finlandia",
    "country.FRA": "Francia",
    "country.GBR": "Reino Unido",
    "country.ITA": "Italia",
    "country.LTU": "Lituania",
    "country.LVA": "Letonia",
    "country.MAR": "Marruecos",
    "country.MEX": "México",
    "country.NLD": "Países Bajos",
    "country.PER": "Perú",
    "country.POL": "Polonia",
    "country.PRT": "Portugal",
    "country.PRY": "Paraguay",
    "country.ROU": "Rumanía",
    "country.SWE": "Suecia",
    "country.TUR": "Turquía",
    "country.UKR": "Ucrania",
    "country.URY": "Uruguay",
    "country.USA": "Estados Unidos",
    "country.VEN": "Venezuela",
}
