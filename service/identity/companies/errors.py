"""What can go wrong with a company."""

from service.errors import ConflictError, ServiceError


class CompanyNumberError(ServiceError):
    """The registered number does not have the form, or the check digits, of its kind."""

    code = "identity/company-number"


class CompanyNameError(ServiceError):
    """A legal name of 2 to 200 characters is needed."""

    code = "identity/company-name"


class NotMemberError(ServiceError):
    """The person has not the role in this company that this takes."""

    code = "identity/not-member"
    http_hint = 403


class LastOwnerError(ConflictError):
    """A company needs an owner: name another one first."""

    code = "identity/last-owner"


class PowerMissingError(ServiceError):
    """Nobody has shown yet that this person may sign for the company."""

    code = "identity/power-missing"
    http_hint = 403


class DeedRefusedError(ServiceError):
    """The deed is no PDF or picture, or too large."""

    code = "identity/deed-refused"


class CertificateRefusedError(ServiceError):
    """The certificate or its signature does not prove what it should; ``facts["step"]`` says."""

    code = "identity/certificate-refused"


class CertificateUncheckedError(ServiceError):
    """Whether the certificate was revoked is unknown just now, which is neither yes nor no."""

    code = "identity/certificate-unchecked"
    http_hint = 503


class CertificateChallengeError(ServiceError):
    """The text that was signed is too old, was used, or was for somebody else: take a new one."""

    code = "identity/certificate-challenge"
