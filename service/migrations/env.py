"""Alembic's entry: runs the migrations on the connection it was given."""

from alembic import context

import service.agreements.models
import service.custody.models
import service.identity.companies.models
import service.identity.faces.models
import service.identity.kept_pictures
import service.identity.models
import service.identity.passkeys.models
import service.identity.people.models
import service.identity.review.models
import service.identity.statements
import service.notary.models
import service.notices.models  # noqa: F401  every room's tables, for `alembic revision`
from service.database import Base

connection = context.config.attributes["connection"]


def _ours(name: str | None, kind: str, _parents: object) -> bool:
    return kind != "table" or name in Base.metadata.tables


context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    include_name=_ours,
    render_as_batch=connection.dialect.name == "sqlite",
)
with context.begin_transaction():
    context.run_migrations()
