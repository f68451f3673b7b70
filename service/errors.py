"""The base of every error the service raises on purpose."""


class ServiceError(Exception):
    """Something a caller asked for could not be done, and why.

    ``code`` is stable and public: the portal's catalogue and the API's problem documents are
    keyed by it. The message is English, for logs and integrators; ``facts`` holds the values it
    was made from. Neither may hold a secret, a code or a picture.
    """

    code = "service/error"
    http_hint = 400

    def __init__(self, message: str, **facts: object) -> None:
        super().__init__(message)
        self.facts = facts


class NotFoundError(ServiceError):
    """No such thing, or none that this person may see: the two are not told apart."""

    code = "service/not-found"
    http_hint = 404


class ConflictError(ServiceError):
    """The thing changed, or is not in a state in which this can be done."""

    code = "service/conflict"
    http_hint = 409
