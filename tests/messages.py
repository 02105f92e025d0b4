"""What is said to the household, and how each language says it.

    make messages

brings locale/ up to date: adds what is new, to be translated, and drops what nobody says any
more. It reads templates with Django's own parser and Python with its own, so that it needs none
of gettext's tools.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import django
import polib
from django.template import Engine, Template
from django.template.base import Node
from django.templatetags.i18n import BlockTranslateNode, TranslateNode

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "locale"
ROOMS = (
    "iotserver dashboard alerts history upkeep firmware viewers readings stations".split()  # noqa: SIM905
)
LANGUAGES = ("de", "es", "fr")

# For those who run the server, and for programs: in English.
_IN_ENGLISH = re.compile(r"templates/(admin/|upkeep/|api_docs\.html|readings/device_reply\.html)")
_SINGULAR = {"_", "gettext", "gettext_lazy", "gettext_noop"}
_PLURAL = {"ngettext", "ngettext_lazy"}
_IN_CONTEXT = {"pgettext", "pgettext_lazy"}
_IN_EXPRESSION = re.compile(r"""\b_\((["'])(.+?)\1\)""")


class Message(NamedTuple):
    text: str
    plural: str = ""
    context: str = ""


def household_templates() -> list[Path]:
    """Return the templates of pages for the household, mails and the like included."""
    found = [p for room in ROOMS for p in sorted((ROOT / room).glob("templates/**/*.*"))]
    return [path for path in found if not _IN_ENGLISH.search(path.as_posix())]


def said() -> dict[Message, str]:
    """Return everything that is said, each with the file that says it first."""
    messages: dict[Message, str] = {}
    for path in household_templates():
        for message in in_template(path.read_text()):
            messages.setdefault(message, path.relative_to(ROOT).as_posix())
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            for message in in_python(path.read_text()):
                messages.setdefault(message, path.relative_to(ROOT).as_posix())
    return messages


def in_template(source: str) -> Iterator[Message]:
    template = Template(source, engine=Engine.get_default())
    for node in template.nodelist.get_nodes_by_type(Node):
        if isinstance(node, TranslateNode):
            literal = getattr(node.filter_expression.var, "literal", None)
            if isinstance(literal, str):
                yield Message(literal.replace("%", "%%"), context=_context(node))
        elif isinstance(node, BlockTranslateNode):
            text, _ = node.render_token_list(node.singular)
            plural, _ = node.render_token_list(node.plural) if node.plural else ("", [])
            yield Message(text, plural, _context(node))
    for _, text in _IN_EXPRESSION.findall(source):
        yield Message(text)


def _context(node: TranslateNode | BlockTranslateNode) -> str:
    found = node.message_context
    return str(getattr(found, "var", found)) if found else ""


def in_python(source: str) -> Iterator[Message]:
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        texts = [_constant(argument) for argument in node.args]
        if name in _SINGULAR and len(texts) == 1 and texts[0]:
            yield Message(texts[0])
        elif name in _PLURAL and len(texts) >= 2 and texts[0] and texts[1]:
            yield Message(texts[0], texts[1])
        elif name in _IN_CONTEXT and len(texts) == 2 and all(texts):
            yield Message(texts[1], context=texts[0])


def _constant(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def message_of(entry: polib.POEntry) -> Message:
    return Message(entry.msgid, entry.msgid_plural, entry.msgctxt or "")


def catalogue(language: str) -> polib.POFile:
    return polib.pofile(str(_file(language)), encoding="utf-8", wrapwidth=98)


def _file(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def update(language: str) -> int:
    """Bring one language up to date; return how many messages still have to be translated."""
    before = {message_of(entry): entry for entry in catalogue(language)}
    after = polib.POFile(encoding="utf-8", wrapwidth=98)
    after.metadata = catalogue(language).metadata
    for message, place in said().items():
        entry = before.get(message) or _untranslated(message)
        entry.occurrences = [(place, "")]
        after.append(entry)
    after.save(str(_file(language)))
    return len(after.untranslated_entries())


def _untranslated(message: Message) -> polib.POEntry:
    context = message.context or None
    if not message.plural:
        return polib.POEntry(msgctxt=context, msgid=message.text)
    several = {0: "", 1: ""}
    return polib.POEntry(
        msgctxt=context, msgid=message.text, msgid_plural=message.plural, msgstr_plural=several
    )


if __name__ == "__main__":
    django.setup()
    for each in LANGUAGES:
        print(f"{each}: {update(each)} to translate")  # noqa: T201
