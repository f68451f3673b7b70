"""people, companies and the review desk; what a party was identified by and signs for."""

import sqlalchemy as sa
from alembic import op

import service.database

revision = "0005"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "identity_company",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("number_kind", sa.String(length=16), nullable=False),
        sa.Column("number_country", sa.String(length=2), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("legal_name", sa.String(length=200), nullable=False),
        sa.Column("created_at", service.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("answered_at", service.database.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_identity_company_number", "identity_company", ["number"])

    op.create_table(
        "identity_face_challenge",
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("created_at", service.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", service.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("used_at", service.database.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    op.create_index(
        "ix_identity_face_challenge_created_at", "identity_face_challenge", ["created_at"]
    )

    op.create_table(
        "identity_person",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("email_mac", sa.LargeBinary(length=32), nullable=False),
        sa.Column("email_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", service.database.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("email_mac"),
    )
    op.create_table(
        "identity_picture",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("owner", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("upload_sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("kept_until", service.database.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_identity_picture_kept_until", "identity_picture", ["kept_until"])
    op.create_index("ix_identity_picture_owner", "identity_picture", ["owner"])

    op.create_table(
        "identity_review",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("about", sa.String(length=40), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("opened_at", service.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("decided_at", service.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("accepted", sa.Boolean(), nullable=True),
        sa.Column("reviewer_mac", sa.LargeBinary(length=32), nullable=True),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("leaf_hash", sa.LargeBinary(length=32), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_identity_review_about", "identity_review", ["about"])
    op.create_index("ix_identity_review_opened_at", "identity_review", ["opened_at"])

    op.create_table(
        "identity_seen_frame",
        sa.Column("frame_mac", sa.LargeBinary(length=32), nullable=False),
        sa.Column("seen_at", service.database.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("frame_mac"),
    )
    op.create_index("ix_identity_seen_frame_seen_at", "identity_seen_frame", ["seen_at"])

    op.create_table(
        "identity_statement",
        sa.Column("leaf_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("about", sa.String(length=40), nullable=False),
        sa.Column("type", sa.String(length=32), nullable=False),
        sa.Column("at", service.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("salt", sa.LargeBinary(length=32), nullable=False),
        sa.Column("attestation", sa.LargeBinary(), nullable=True),
        sa.Column("method", sa.String(length=32), nullable=True),
        sa.Column("disclosures_sealed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("leaf_hash"),
    )
    op.create_index("ix_identity_statement_about", "identity_statement", ["about"])

    op.create_table(
        "identity_company_challenge",
        sa.Column("text_sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("company_id", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("created_at", service.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", service.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("used_at", service.database.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["identity_company.id"],
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["identity_person.id"],
        ),
        sa.PrimaryKeyConstraint("text_sha256"),
    )
    op.create_index(
        "ix_identity_company_challenge_created_at", "identity_company_challenge", ["created_at"]
    )

    op.create_table(
        "identity_company_member",
        sa.Column("company_id", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("roles", sa.String(length=80), nullable=False),
        sa.Column("added_by", sa.String(length=40), nullable=False),
        sa.Column("added_at", service.database.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["identity_company.id"],
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["identity_person.id"],
        ),
        sa.PrimaryKeyConstraint("company_id", "person_id"),
    )
    op.create_index(
        "ix_identity_company_member_person_id", "identity_company_member", ["person_id"]
    )

    op.create_table(
        "identity_company_power",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("company_id", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("method", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("given_at", service.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("decided_at", service.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("valid_until", service.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("leaf_hash", sa.LargeBinary(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["identity_company.id"],
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["identity_person.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ix_identity_company_power_company_id", "identity_company_power", ["company_id"]
    )
    op.create_index("ix_identity_company_power_person_id", "identity_company_power", ["person_id"])

    op.create_table(
        "identity_identification",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.String(length=40), nullable=False),
        sa.Column("step", sa.String(length=16), nullable=False),
        sa.Column("begun_at", service.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("decided_at", service.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("valid_until", service.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("face_attempts", sa.Integer(), nullable=False),
        sa.Column("flags", sa.JSON(), nullable=False),
        sa.Column("scores", sa.JSON(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("leaf_hash", sa.LargeBinary(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["identity_person.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_identity_identification_begun_at", "identity_identification", ["begun_at"])
    op.create_index(
        "ix_identity_identification_person_id", "identity_identification", ["person_id"]
    )

    with op.batch_alter_table("agreement_parties", schema=None) as batch_op:
        batch_op.add_column(sa.Column("identity_assurance", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("company_id", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("company_leaf", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    """Undo; whoever was identified has to be identified anew."""
    with op.batch_alter_table("agreement_parties") as batch_op:
        batch_op.drop_column("company_leaf")
        batch_op.drop_column("company_id")
        batch_op.drop_column("identity_assurance")
    for table in (
        "identity_company_power",
        "identity_company_member",
        "identity_company_challenge",
        "identity_identification",
        "identity_statement",
        "identity_seen_frame",
        "identity_review",
        "identity_picture",
        "identity_person",
        "identity_face_challenge",
        "identity_company",
    ):
        op.drop_table(table)
