"""Companies: naming one, its members, what registers say, and the power to represent it."""

from typing import Annotated, Final

from fastapi import APIRouter, Path, Response

from service.errors import ServiceError
from service.identity import KINDS, Bureau, Role, clean_address
from service.portal.errors import NoFileError
from service.portal.forms import Form
from service.portal.pages import Pages, Visitor, go_to
from service.portal.routes import Filled, FilledPictures, Visiting, new_router
from service.portal.wording import error_text

CompanyId = Annotated[str, Path(pattern=r"^com_[a-z2-7]{26}$")]
PowerId = Annotated[str, Path(pattern=r"^pow_[a-z2-7]{26}$")]
_DONE: Final = ("created", "registers", "member", "deed", "certificate", "review", "withdrawn")


def build_router(pages: Pages) -> APIRouter:
    """Return the routes; none where nobody is identified here."""
    router = new_router(pages)
    if pages.context.bureau is not None:
        _add_routes(router, pages, pages.context.bureau)
    return router


def _add_routes(router: APIRouter, pages: Pages, bureau: Bureau) -> None:
    companies, powers = bureau.companies, bureau.powers

    def list_page(
        visitor: Visitor, form: Form | None = None, error: ServiceError | None = None
    ) -> Response:
        with bureau.database.reading() as session:
            mine = companies.of(session, email=visitor.email)
            known = bureau.current_identification(session, visitor.email)
        return pages.show(
            "companies.html",
            visitor,
            status=200 if error is None else error.http_hint,
            here="/companies",
            companies=mine,
            identified=known is not None,
            kinds=KINDS,
            form=form,
            error=None if error is None else error_text(visitor.lang, error),
        )

    def company_page(
        visitor: Visitor, company: str, error: ServiceError | None = None, done: str = ""
    ) -> Response:
        with bureau.database.reading() as session:
            view = companies.view(session, company, email=visitor.email)
            members = companies.members(session, company, email=visitor.email)
            listed = powers.listed(session, company, email=visitor.email)
            known = bureau.current_identification(session, visitor.email)
            may_sign = any(
                one.company.id == company
                for one in bureau.companies_to_sign_for(session, visitor.email)
            )
        mine = next(one.roles for one in members if one.mine)
        return pages.show(
            "company.html",
            visitor,
            status=200 if error is None else error.http_hint,
            here="/companies",
            company=view,
            members=members,
            powers=listed,
            roles=[str(role) for role in Role],
            is_owner=Role.OWNER in mine,
            is_signer=Role.SIGNER in mine,
            may_sign=may_sign,
            identified=known is not None,
            error=None if error is None else error_text(visitor.lang, error),
            done=done if done in _DONE else "",
        )

    @router.get("/companies")
    def show_list(visitor: Visiting) -> Response:
        return list_page(visitor)

    @router.post("/companies")
    def register(visitor: Visiting, form: Filled) -> Response:
        try:
            with bureau.database.transaction() as session:
                company = companies.register(
                    session,
                    email=visitor.email,
                    kind=form.text("kind"),
                    number=form.text("number")[:60],
                    legal_name=form.text("legal_name")[:201],
                )
        except ServiceError as error:
            return list_page(visitor, form, error)
        return go_to(f"/companies/{company}", done="created")

    @router.get("/companies/{company}")
    def show(visitor: Visiting, company: CompanyId, done: str = "") -> Response:
        return company_page(visitor, company, done=done)

    @router.post("/companies/{company}/registers")
    def ask_registers(visitor: Visiting, form: Filled, company: CompanyId) -> Response:
        try:
            bureau.spend("registers", email=visitor.email, remote=visitor.remote)
            companies.ask_registers(company, email=visitor.email)
        except ServiceError as error:
            return company_page(visitor, company, error)
        return go_to(f"/companies/{company}", done="registers")

    @router.post("/companies/{company}/members")
    def set_roles(visitor: Visiting, form: Filled, company: CompanyId) -> Response:
        try:
            member = clean_address(form.text("member"))
            with bureau.database.transaction() as session:
                companies.set_roles(
                    session,
                    company,
                    email=visitor.email,
                    member=member,
                    roles={role for role in Role if form.ticked(f"role_{role}")},
                )
        except ServiceError as error:
            return company_page(visitor, company, error)
        # Whoever takes themselves out may not see the company any more.
        stays = _is_member(bureau, company, visitor.email)
        return go_to(f"/companies/{company}", done="member") if stays else go_to("/companies")

    @router.post("/companies/{company}/deed")
    def give_deed(visitor: Visiting, form: FilledPictures, company: CompanyId) -> Response:
        try:
            upload = form.upload("deed")
            if upload is None:
                raise NoFileError("expected the deed, as a PDF or a picture")
            bureau.spend("deed", email=visitor.email, remote=visitor.remote)
            powers.give_deed(company, email=visitor.email, upload=upload.content)
        except ServiceError as error:
            return company_page(visitor, company, error)
        return go_to(f"/companies/{company}", done="deed")

    @router.post("/companies/{company}/challenge")
    def challenge(visitor: Visiting, form: Filled, company: CompanyId) -> Response:
        try:
            with bureau.database.transaction() as session:
                text = powers.new_challenge(session, company, email=visitor.email)
        except ServiceError as error:
            return company_page(visitor, company, error)
        # A file, not a page: it is signed byte for byte.
        attached = {"Content-Disposition": 'attachment; filename="acta-challenge.txt"'}
        return Response(text, media_type="text/plain; charset=utf-8", headers=attached)

    @router.post("/companies/{company}/certificate")
    def prove(visitor: Visiting, form: FilledPictures, company: CompanyId) -> Response:
        try:
            text, signature = form.upload("text"), form.upload("signature")
            if text is None or signature is None:
                raise NoFileError("expected the text and its signature")
            bureau.spend("certificate", email=visitor.email, remote=visitor.remote)
            powers.prove_by_certificate(
                company,
                email=visitor.email,
                text=text.content[:2000].decode("utf-8", "replace"),
                signature=signature.content,
            )
        except ServiceError as error:
            return company_page(visitor, company, error)
        return go_to(f"/companies/{company}", done="certificate")

    @router.post("/companies/{company}/powers/{power}/withdraw")
    def withdraw(visitor: Visiting, form: Filled, company: CompanyId, power: PowerId) -> Response:
        try:
            with bureau.database.transaction() as session:
                powers.withdraw(session, company, email=visitor.email, power_id=power)
        except ServiceError as error:
            return company_page(visitor, company, error)
        return go_to(f"/companies/{company}", done="withdrawn")


def _is_member(bureau: Bureau, company: str, email: str) -> bool:
    with bureau.database.reading() as session:
        return any(one.id == company for one, _ in bureau.companies.of(session, email=email))
