"""The report as people read it on a terminal: short lines, the verdict last."""

import textwrap

from anchoring.report import Report, SignerLine
from anchoring.wording import label, printable, show, step_title

_WIDTH = 78


def render(report: Report, lang: str) -> str:
    """Return the report in ``es`` or ``en``; the last line is the verdict alone."""
    lines: list[str] = []
    widest = max(len(label(key, lang)) for key in ("ok", "failed", "not checked", "note"))
    for step in report.steps:
        outcome = label(step.outcome.value, lang).ljust(widest)
        lines.append(f"{step.number:2}  {outcome}  {step_title(step.name, lang)}")
        indent = " " * (4 + widest + 2)
        lines += _wrapped(step.detail_in(lang), indent)
    if report.signers:
        lines += ["", label("signers", lang)]
        for signer in report.signers:
            lines += _signer(signer, lang)
    lines += _proved(report, lang)
    lines += _trusts(report, lang)
    lines += _chain_call(report, lang)
    conclusion = f"{label(report.verdict.value, lang)} {report.summary_in(lang)}"
    lines += ["", *_wrapped(conclusion, "")]
    # The same word in every language, for programs that read only the last line.
    lines.append(report.verdict.value)
    return "\n".join(lines) + "\n"


def _signer(signer: SignerLine, lang: str) -> list[str]:
    name = printable(signer.name) if signer.name else label("unknown", lang)
    lines = [f"  {signer.party}. {name}: {label(signer.whose_word, lang)}"]
    lines.append(f"     {label('assurance', lang)}: {label(signer.assurance, lang)}")
    lines.append(f"     {label('method', lang)}: {label(f'method/{signer.method}', lang)}")
    for key, value in (("identified-as", signer.identified_as), ("for-company", signer.company)):
        if value is not None:
            lines += _wrapped(f"{label(key, lang)}: {printable(value)}", "     ")
    if signer.claimed_time is not None:
        lines.append(f"     {label('claimed', lang)} {show(signer.claimed_time, lang)}")
    if signer.proved_before is not None:
        key = "proved-before" if signer.proved_after is None else "proved"
        sentence = label(key, lang).format(
            after=show(signer.proved_after, lang), before=show(signer.proved_before, lang)
        )
        lines += _wrapped(sentence, "     ")
    return lines


def _proved(report: Report, lang: str) -> list[str]:
    bounds = report.time_bounds
    if bounds.not_after is None:
        return []
    lines = ["", *_wrapped(_filled("proved-all", lang, before=show(bounds.not_after, lang)), "")]
    if bounds.not_before is not None:
        lines += _wrapped(_filled("proved-from", lang, after=show(bounds.not_before, lang)), "")
    return lines


def _trusts(report: Report, lang: str) -> list[str]:
    if not report.trusts:
        return []
    lines = ["", label("trusts", lang)]
    for one in report.trusts:
        first, *rest = _wrapped(one.sentence(lang), "    ")
        lines += [f"  - {first.strip()}", *rest]
    return lines


def _filled(key: str, lang: str, **values: str) -> str:
    return label(key, lang).format(**values)


def _chain_call(report: Report, lang: str) -> list[str]:
    call = report.chain_call
    if call is None:
        return []
    lines = ["", label("ask", lang)]
    lines.append(f"  {label('chain-id', lang)}: {call.chain_id}")
    lines.append(f"  {label('contract', lang)}: {call.contract}")
    lines += _wrapped(f"{label('function', lang)}: {call.function}", "  ")
    for name, value in call.arguments.items():
        if isinstance(value, list):
            lines.append(f"    {name} = [")
            lines += [f"      {node}," for node in value]
            lines.append("    ]")
        else:
            lines.append(f"    {name} = {value}")
    return lines


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(
        text,
        width=_WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
