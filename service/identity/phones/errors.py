"""What can go wrong with a telephone number or a text message."""

from service.errors import ServiceError


class PhoneNumberError(ServiceError):
    """Not a telephone number, or none that can receive text messages."""

    code = "identity/phone-number"


class PhoneCountryError(ServiceError):
    """A number of a country that this installation sends no text messages to."""

    code = "identity/phone-country"


class SmsNotSentError(ServiceError):
    """The gateway did not take the message, or it is unknown: asking again may work."""

    code = "identity/sms-not-sent"
    http_hint = 503
