"""Formulas of a body, in MathML, as the LaTeX that texts of the bank hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from itembank.authoring.markup.formulas import UnwritableFormula, formula_tree
from itembank.exchange.qti.tree import Node, squeezed
from itembank.exchange.qti.written_text import TEX

_SIGNS: Final[Mapping[str, str]] = {
    "×": r"\times ", "÷": r"\div ", "±": r"\pm ", "·": r"\cdot ", "⋅": r"\cdot ", "≤": r"\le ", "≥": r"\ge ",
    "≠": r"\ne ", "≈": r"\approx ", "∞": r"\infty ", "π": r"\pi ", "α": r"\alpha ", "β": r"\beta ", "γ": r"\gamma ",
    "δ": r"\delta ", "Δ": r"\Delta ", "θ": r"\theta ", "λ": r"\lambda ", "μ": r"\mu ", "σ": r"\sigma ", "ω": r"\omega ",
    "Ω": r"\Omega ", "∑": r"\sum ", "∫": r"\int ", "∏": r"\prod ", "√": r"\surd ", "→": r"\to ", "⇒": r"\Rightarrow ",
    "∈": r"\in ", "∪": r"\cup ", "∩": r"\cap ", "∂": r"\partial ", "−": "-", "∗": "*", "′": "'", "%": r"\%", "&": r"\&",
    "#": r"\#", "$": r"\$", "_": r"\_", "{": r"\{", "}": r"\}", "\u2061": "", "\u2062": "", "\u2063": ",",
}  # fmt: skip
_FUNCTIONS = frozenset({"sin", "cos", "tan", "log", "ln", "exp", "lim", "max", "min"})
_ROWS = frozenset({"math", "mrow", "mstyle", "mpadded", "semantics"})


def formula_source(formula: Node) -> str | None:
    """Give a formula in LaTeX: the source that it carries, or what its signs amount to; None if that can't be told.

    Args:
        formula: The ``math`` element.
    """
    carried = next(
        (note for note in formula.all({"annotation"}) if note.get("encoding") in (TEX, "TeX", "LaTeX")), None
    )
    try:
        source = carried.text.strip() if carried is not None else squeezed(_latex(formula))
        formula_tree(source)
    except UnwritableFormula:
        return None
    return source


def _latex(node: Node) -> str:
    inside = [child for child in node.elements if child.name not in ("annotation", "annotation-xml")]
    if node.name in _ROWS:
        return "".join(_latex(child) for child in inside)
    if node.name in ("mi", "mn", "mo"):
        return _signs(squeezed(node.text))
    if node.name in ("mtext", "ms"):
        return r"\text{" + node.text.replace("{", "").replace("}", "").replace("\\", "") + "}"
    if node.name == "mspace":
        return r"\ "
    if node.name == "mfenced":
        between = node.attributes.get("separators", ",")[:1]
        return f"{node.get('open', '(')}{between.join(_latex(child) for child in inside)}{node.get('close', ')')}"
    if node.name == "msqrt":
        return r"\sqrt{" + "".join(_latex(child) for child in inside) + "}"
    build = _BUILT.get(node.name)
    if build is None or len(inside) != build[0]:
        raise UnwritableFormula(node.name)
    return build[1](*(_latex(child) for child in inside))


def _signs(text: str) -> str:
    if text in _FUNCTIONS:
        return f"\\{text} "
    written = "".join(_SIGNS.get(sign, sign) for sign in text)
    return r"\mathrm{" + written + "}" if len(text) > 1 and text.isalpha() and text.isascii() else written


_BUILT: Final[Mapping[str, tuple[int, Callable[..., str]]]] = {
    "mfrac": (2, lambda above, below: rf"\frac{{{above}}}{{{below}}}"),
    "msup": (2, lambda base, above: f"{{{base}}}^{{{above}}}"),
    "msub": (2, lambda base, below: f"{{{base}}}_{{{below}}}"),
    "msubsup": (3, lambda base, below, above: f"{{{base}}}_{{{below}}}^{{{above}}}"),
    "munder": (2, lambda base, below: rf"\underset{{{below}}}{{{base}}}"),
    "mover": (2, lambda base, above: rf"\overset{{{above}}}{{{base}}}"),
    "munderover": (3, lambda base, below, above: f"{base}_{{{below}}}^{{{above}}}"),
    "mroot": (2, lambda base, index: rf"\sqrt[{index}]{{{base}}}"),
}  # fmt: skip
