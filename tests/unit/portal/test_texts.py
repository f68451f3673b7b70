"""Both languages say everything, and every error has words."""

import ast
import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import service
from service.errors import ServiceError
from service.identity import WrongCodeError
from service.portal.texts import CATALOGUES
from service.portal.wording import choose_language, counted, error_text, moment_words, text
from tests.parts import NOON

FOLDER = Path(service.__file__).parent / "portal"
# Rooms whose errors a person at the portal can meet.
ROOMS = ("agreements", "identity", "notices", "portal", "signing")


def values_in(words: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", words))


def test_both_languages_have_the_same_keys_and_values() -> None:
    spanish, english = CATALOGUES["es"], CATALOGUES["en"]
    assert set(spanish) == set(english)
    for key in spanish:
        assert values_in(spanish[key]) == values_in(english[key]), key


@pytest.mark.parametrize("lang", ["es", "en"])
def test_no_page_takes_another_ones_words(lang: str) -> None:
    seen: dict[str, str] = {}
    for module in sorted((FOLDER / "texts" / lang).glob("[a-z]*.py")):
        for node in ast.walk(ast.parse(module.read_text())):
            if isinstance(node, ast.Dict):
                for key in node.keys:
                    assert isinstance(key, ast.Constant)
                    assert key.value not in seen, f"{key.value}: {module.name}, {seen[key.value]}"
                    seen[str(key.value)] = module.name


def error_classes() -> list[type[ServiceError]]:
    for room in ROOMS:
        package = importlib.import_module(f"service.{room}")
        for module in pkgutil.iter_modules(package.__path__):
            if module.name in {"errors", "sealing"}:
                importlib.import_module(f"service.{room}.{module.name}")
    found: list[type[ServiceError]] = [ServiceError]
    for known in found:
        found.extend(known.__subclasses__())
    rooms = tuple(f"service.{room}." for room in ROOMS)
    return [each for each in found if each.__module__.startswith((*rooms, "service.errors"))]


@pytest.mark.parametrize("error", error_classes(), ids=lambda error: str(error.code))
def test_every_error_a_person_can_meet_has_words(error: type[ServiceError]) -> None:
    for texts in CATALOGUES.values():
        assert f"error.{error.code}" in texts


def test_every_key_that_a_page_names_exists() -> None:
    named = set()
    for template in (FOLDER / "templates").glob("*.html"):
        source = template.read_text()
        named |= set(re.findall(r"""\bt\(\s*["']([^"'%]+)["']\s*[,)]""", source))
        for key in re.findall(r"""counted\(\s*["']([^"']+)["']""", source):
            named |= {f"{key}.one", f"{key}.many"}
        for family in re.findall(r"""one_of\(\s*["']([^"']+)["']""", source):
            named.add(f"{family}.other")
    assert named - set(CATALOGUES["es"]) == set()
    assert len(named) > 150


def test_no_text_promises_more_than_the_law_gives() -> None:
    for texts in CATALOGUES.values():
        for key, words in texts.items():
            assert not re.search(r"qualified|cualificada|avanzada|advanced", words, re.I), key


def test_spanish_speaks_to_people_as_usted() -> None:
    familiar = re.compile(r"\b(tú|tu|tus|contigo|puedes|tienes|quieres|haz|escribe|elige)\b", re.I)
    for key, words in CATALOGUES["es"].items():
        # "se escribe", "el nombre que escribe": third persons of the same form.
        assert not familiar.search(words.replace("se escribe", "")), key


def test_catalogue_modules_hold_nothing_but_texts() -> None:
    for module in (FOLDER / "texts").glob("*/*.py"):
        if module.name != "__init__.py":
            body = ast.parse(module.read_text()).body
            assert [type(node).__name__ for node in body] == ["Expr", "Assign"], module


def test_an_error_without_words_of_its_own_gets_general_ones() -> None:
    class UnheardOfError(ServiceError):
        code = "other/unheard-of"

    assert error_text("es", UnheardOfError("x")) == text("es", "error.service/error")


def test_facts_of_an_error_stand_in_its_words() -> None:
    assert "3" in error_text("es", WrongCodeError("x", tries_left=3))
    assert "…" in error_text("en", WrongCodeError("x"))


def test_counts_take_the_right_form() -> None:
    assert counted("es", "sign.pages", 1) == "1 página"
    assert counted("es", "sign.pages", 0) == "0 páginas"
    assert counted("en", "list.found", 2) == "2 agreements"


def test_moments_are_said_in_words() -> None:
    assert moment_words("es", NOON) == "31 de enero de 2026, 12:00 (UTC)"
    assert moment_words("en", NOON) == "31 January 2026, 12:00 (UTC)"


@pytest.mark.parametrize(
    ("cookie", "accept", "lang"),
    [
        (None, "", "es"),
        (None, "en-GB,en;q=0.9", "en"),
        (None, "fr,en;q=0.5,es;q=0.8", "es"),
        (None, "de", "es"),
        (None, "en;q=x,es;q=0.1", "es"),
        ("en", "es", "en"),
        ("xx", "en", "en"),
    ],
)
def test_language_is_the_chosen_one_or_the_browsers(
    cookie: str | None, accept: str, lang: str
) -> None:
    assert choose_language(cookie, accept) == lang
