"""Derivations of a machine-learning course, right ones in many spellings and wrong ones by one slip, written by another hand.

Nothing here asks graphtutor how mathematics is written: the truth is SymPy's derivative of each line of a program, and the
spellings are the printers below. `problems()` gives the course, `right(problem)` and `wrong(problem, seed)` what students hand in.
`python tests/bench/bench_spellings.py` prints how they are judged.
"""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import sympy as sp

GREEK = {
    "alpha": "α",
    "beta": "β",
    "lam": "λ",
    "mu": "μ",
    "sigma": "σ",
    "theta": "θ",
    "eps": "ε",
    "gamma": "γ",
    "tau": "τ",
    "rho": "ρ",
    "eta": "η",
}
SUB, SUP = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"), str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


@dataclass(frozen=True)
class Problem:
    """A program of lines `name = expression`, asked for d last / d wrt along `path`, the names from wrt to the output."""

    name: str
    program: tuple[tuple[str, str], ...]
    wrt: str
    assume: tuple[tuple[str, object], ...] = ()

    @property
    def text(self) -> str:
        return "\n".join(f"{n} = {e}" for n, e in self.program)

    @property
    def output(self) -> str:
        return self.program[-1][0]


def problem(name: str, text: str, wrt: str, **assume: object) -> Problem:
    lines = tuple(tuple(part.strip() for part in line.split("=", 1)) for line in text.split(";"))
    return Problem(name, lines, wrt, tuple(assume.items()))  # type: ignore[arg-type]


def problems() -> list[Problem]:
    """Return the course: regression, logistic, softmax, two layers, batch norm, attention, RNN, losses, regularisers, KL, likelihoods."""
    p, unit = problem, (0, 1)
    return [
        p("squared error", "f = w*x + b; L = (f - y)**2", "w"),
        p("squared error, bias", "f = w*x + b; L = (f - y)**2", "b"),
        p("half squared error", "r = t - a*u; J = r**2/2", "a"),
        p("two features", "f = w0*x0 + w1*x1 + b; L = (f - y)**2", "w1"),
        p("mean of two points", "e1 = w*x1 - y1; e2 = w*x2 - y2; L = (e1**2 + e2**2)/2", "w"),
        p("ridge", "r = w*x - y; L = r**2 + lam*w**2", "w"),
        p("elastic net", "r = w*x - y; R = alpha*w + lam*w**2/2; L = r**2/2 + R", "w"),
        p("weighted", "r = a*u - v; L = c*r**2", "a"),
        p("polynomial", "f = a*x**2 + b*x + c; L = (f - y)**2", "a"),
        p("cubic feature", "f = theta*x**3; L = (f - y)**2", "theta"),
        p("fourth power", "r = w*x - y; L = r**4", "w"),
        p("pseudo huber", "r = w*x - y; L = sqrt(1 + r**2)", "w"),
        p("log cosh written", "r = w*x - y; L = log(exp(r) + exp(-r))", "w"),
        p("cauchy loss", "r = w*x - y; L = log(1 + r**2)", "w"),
        p("welsch loss", "r = w*x - y; L = 1 - exp(-r**2)", "w"),
        p("relative error", "f = w*x; L = (f/y - 1)**2", "w", y="nonzero"),
        p("log error", "f = exp(w*x); L = (log(f) - t)**2", "w"),
        p("logistic", "z = w*x + b; p = 1/(1 + exp(-z)); L = -log(p)", "w"),
        p("logistic, both labels", "z = w*x + b; p = 1/(1 + exp(-z)); L = -y*log(p) - (1 - y)*log(1 - p)", "b"),
        p("logistic by margin", "m = y*w*x; L = log(1 + exp(-m))", "w"),
        p("exponential loss", "m = y*w*x; L = exp(-m)", "w"),
        p("squared sigmoid", "z = w*x; a = 1/(1 + exp(-z)); L = (a - y)**2", "w"),
        p("brier", "p = 1/(1 + exp(-s)); L = (p - y)**2/2", "s"),
        p("tanh unit", "z = w*x + b; h = tanh(z); L = (h - y)**2", "w"),
        p("tanh unit, input", "z = w*x + b; h = tanh(z); L = h**2", "x"),
        p("softplus unit", "z = w*x; s = log(1 + exp(z)); L = s**2", "w"),
        p("swish unit", "z = w*x; q = z/(1 + exp(-z))", "w"),
        p("gaussian unit", "d = x - c; k = exp(-d**2/(2*sigma**2))", "c", sigma="positive"),
        p("gaussian width", "d = x - c; k = exp(-d**2/(2*sigma**2))", "sigma", sigma="positive"),
        p("arctan unit", "z = a*u; h = atan(z); L = h*v", "a"),
        p("sine feature", "g = sin(omega*t); L = (g - y)**2", "omega"),
        p("two layers", "h = tanh(w1*x); f = w2*h; L = (f - y)**2", "w1"),
        p("two layers, outer", "h = tanh(w1*x); f = w2*h; L = (f - y)**2", "w2"),
        p("two sigmoid layers", "h = 1/(1 + exp(-u*x)); q = 1/(1 + exp(-v*h)); L = -log(q)", "u"),
        p("residual block", "h = tanh(w*x); f = x + h; L = f**2/2", "w"),
        p("residual block, input", "h = tanh(w*x); f = x + h; L = f**2/2", "x"),
        p("gate", "g = 1/(1 + exp(-a)); h = g*u + (1 - g)*v", "a"),
        p("highway", "t = 1/(1 + exp(-k*x)); h = t*tanh(w*x) + (1 - t)*x", "w"),
        p("softmax of two", "Z = exp(s1) + exp(s2); p = exp(s1)/Z; L = -log(p)", "s1"),
        p("softmax of two, other", "Z = exp(s1) + exp(s2); p = exp(s1)/Z; L = -log(p)", "s2"),
        p("softmax of three", "Z = exp(a) + exp(b) + exp(c); L = log(Z) - a", "b"),
        p("temperature", "p = 1/(1 + exp(-z/tau)); L = -log(p)", "tau", tau="positive"),
        p("batch norm of two", "m = (a + b)/2; v = ((a - m)**2 + (b - m)**2)/2; n = (a - m)/sqrt(v + eps)", "a", eps="positive"),
        p("batch norm scale", "n = (a - mu)/sqrt(v + eps); h = gamma*n + beta; L = h**2", "gamma", v="positive", eps="positive"),
        p("batch norm shift", "n = (a - mu)/sqrt(v + eps); h = gamma*n + beta; L = h**2", "beta", v="positive", eps="positive"),
        p("batch norm variance", "n = (a - mu)/sqrt(v + eps); L = n**2", "v", v="positive", eps="positive"),
        p("attention score", "s = q*k/sqrt(n); a = 1/(1 + exp(-s)); h = a*v", "q", n="positive"),
        p("attention value", "s1 = q*k1; s2 = q*k2; a = exp(s1)/(exp(s1) + exp(s2)); h = a*v1 + (1 - a)*v2", "q"),
        p("rnn two steps", "h1 = tanh(u*h0 + x1); h2 = tanh(u*h1 + x2); L = (h2 - y)**2", "u"),
        p("linear rnn", "h1 = u*h0 + x1; h2 = u*h1 + x2; L = h2**2/2", "u"),
        p("momentum energy", "E = m*v**2/2 + k*q**2/2", "v"),
        p("poisson likelihood", "r = exp(w*x); L = r - y*log(r)", "w"),
        p("exponential likelihood", "L = -log(lam) + lam*t", "lam", lam="positive"),
        p("normal likelihood, mean", "L = (x - mu)**2/(2*sigma**2) + log(sigma)", "mu", sigma="positive"),
        p("normal likelihood, width", "L = (x - mu)**2/(2*sigma**2) + log(sigma)", "sigma", sigma="positive"),
        p("bernoulli likelihood", "L = -k*log(p) - (n - k)*log(1 - p)", "p", p=unit),
        p("kl of two coins", "K = p*log(p/q) + (1 - p)*log((1 - p)/(1 - q))", "q", p=unit, q=unit),
        p("entropy of a coin", "H = -p*log(p) - (1 - p)*log(1 - p)", "p", p=unit),
        p("kl of normals", "K = log(sigma) + (1 + mu**2)/(2*sigma**2)", "sigma", sigma="positive"),
        p("focal", "L = -(1 - p)**2*log(p)", "p", p=unit),
        p("odds", "o = p/(1 - p); L = log(o)", "p", p=unit),
        p("cosine of angle", "n = sqrt(u**2 + v**2); c = u/n", "u", u="positive", v="positive"),
        p("dice", "D = 2*p*y/(p + y)", "p", p=unit, y="positive"),
        p("discount", "R = r0 + gamma*r1 + gamma**2*r2", "gamma"),
        p("power law", "f = a*x**k; L = (f - y)**2", "k", x="positive"),
        p("learning rate decay", "r = eta/(1 + k*t)", "k", k="positive", t="positive"),
        p("soft margin", "L = (1 - y*w*x)**2 + lam*w**2/2", "w"),
        p("contrastive", "d = a - b; L = y*d**2 + (1 - y)*exp(-d)", "a"),
    ]  # fmt: skip


def exercises(folder: Path) -> list[Problem]:
    """Return the exercises that ask for a derivative of what this file can write: sums, products, powers, and FUNCTIONS."""
    found = []
    for path in sorted(folder.rglob("*.toml")):
        told = tomllib.loads(path.read_text("utf-8"))
        text, wrt = told.get("program", ""), told.get("wrt")
        if (
            not isinstance(wrt, str)
            or told.get("shapes")
            or told.get("kind") not in ("expression", "derivation")
            or told.get("definitions")
        ):
            continue
        lines = [line.strip() for line in re.split(r"[;\n]", text) if line.strip()]
        named = [line if re.match(r"[A-Za-z]\w*\s*=[^=]", line) else f"L = {line}" for line in lines]
        called = set(re.findall(r"([A-Za-z_]\w*)\(", text))
        plain = not re.search(r"[\[\]@|<>^{}\\]|\bif\b", text) and text.isascii()
        if (
            plain
            and named
            and called <= FUNCTIONS
            and not re.search(r"(?<![\w.])e(?![\w.])", text)
            and len(named) == len({n.split("=")[0] for n in named})
        ):
            found.append(problem(told["id"], ";".join(named), wrt, **told.get("assume", {})))
    return [p for p in found if sp.Symbol(p.wrt) in written_out(sp.Symbol(p.output), meaning_of(p)).free_symbols]


def meaning_of(p: Problem) -> list[tuple[sp.Symbol, sp.Expr]]:
    names = names_of(p)
    return [(sp.Symbol(n), tree(e, names)) for n, e in reversed(p.program)]


# ----- printers: SymPy trees to text, in the order SymPy keeps, each operation bracketed where it must be -----
FUNCTIONS = {"exp", "log", "tanh", "sin", "cos", "atan", "sqrt"}


class Writer:
    """A way of writing: names, products, powers, quotients and calls. Sub-classes change single rules."""

    times = "*"
    juxtapose = False  # 2x(f - y)

    def name(self, s: str) -> str:
        return s

    def power(self, base: str, exponent: str) -> str:
        return f"{base}**{exponent}"

    def quotient(self, top: str, bottom: str) -> str:
        return f"{top}/{bottom}"

    def call(self, f: str, inner: str) -> str:
        return f"{f}({inner})"

    def minus(self) -> str:
        return "-"

    def brackets(self, inner: str) -> str:
        return f"({inner})"

    def number(self, n: sp.Rational) -> str:
        return str(n.p) if n.q == 1 else self.quotient(str(n.p), str(n.q))

    def root(self, inner: str) -> str:
        return self.call("sqrt", inner)

    # precedence: 1 sum, 2 product, 3 quotient, 4 power, 5 atom
    def write(self, e: sp.Expr) -> str:
        return self.of(e)[0]

    def at(self, e: sp.Expr, least: int) -> str:
        text, level = self.of(e)
        return text if level >= least else self.brackets(text)

    def of(self, e: sp.Expr) -> tuple[str, int]:
        if e.is_Symbol:
            return self.name(e.name), 5
        if e is sp.E:
            return self.call("exp", "1"), 5
        if e.is_Rational:
            if e < 0:
                return self.minus() + self.number(-e), 1
            return self.number(e), 5 if e.q == 1 else 3
        if e.is_Add:
            parts = []
            for k, term in enumerate(e.args):
                negative = term.could_extract_minus_sign() and not term.is_Add
                text = self.at(-term if negative else term, 2)
                parts.append(
                    (f" {self.minus()} " if negative else " + ") + text
                    if k
                    else (self.minus() if negative else "") + text
                )
            return "".join(parts), 1
        if e.is_Mul:
            if e.could_extract_minus_sign():
                return self.minus() + self.at(-e, 2), 1
            top, bottom = sp.fraction(e)
            if bottom != 1:
                return self.over(top, bottom), 3
            return self.product(e.args), 2
        if e.is_Pow:
            base, exponent = e.args
            if exponent == sp.Rational(1, 2):
                return self.root(self.write(base)), 5
            if exponent.could_extract_minus_sign():
                return self.over(sp.Integer(1), base**-exponent), 3
            return self.power(self.at(base, 5), self.raised(exponent)), 4
        if isinstance(e, sp.exp):
            return self.call("exp", self.write(e.args[0])), 5
        if isinstance(e, sp.Function):
            return self.call(type(e).__name__, self.write(e.args[0])), 5
        raise TypeError(f"no way to write {e!r}")

    def raised(self, e: sp.Expr) -> str:
        return self.at(e, 5)

    def over(self, top: sp.Expr, bottom: sp.Expr) -> str:
        return self.quotient(
            self.at(top, 2) if top.is_Mul else self.at(top, 4), self.at(bottom, 5 if not bottom.is_Pow else 4)
        )

    def product(self, args: tuple[sp.Expr, ...]) -> str:
        texts = [self.at(a, 4 if a.is_Pow else 5 if a.is_Add else 2) for a in args]
        if not self.juxtapose:
            return self.times.join(texts)
        out = texts[0]
        for text in texts[1:]:
            # a number never follows directly, and a bracket after a name would be a call
            apart = text[:1].isdigit() or (text[:1] == "(" and (out[-1:].isalnum() and not out[-1:].isdigit()))
            out += ("*" if apart else " ") + text
        return out


class Caret(Writer):
    def power(self, base: str, exponent: str) -> str:
        return f"{base}^{exponent}"


class Beside(Caret):
    juxtapose = True


class Unicode(Writer):
    times = "·"

    def name(self, s: str) -> str:
        letters, digits = s.rstrip("0123456789"), s[len(s.rstrip("0123456789")) :]
        return GREEK.get(letters, letters) + digits.translate(SUB)

    def power(self, base: str, exponent: str) -> str:
        return base + exponent.translate(SUP) if exponent.isdigit() else f"{base}^{exponent}"

    def minus(self) -> str:
        return "−"

    def root(self, inner: str) -> str:
        return f"√({inner})"


class UnicodeLn(Unicode):
    times = " × "

    def call(self, f: str, inner: str) -> str:
        return f"ln({inner})" if f == "log" else f"e^({inner})" if f == "exp" else f"{f}({inner})"


class Python(Writer):
    def call(self, f: str, inner: str) -> str:
        return f"math.{f}({inner})"


class Numpy(Writer):
    def call(self, f: str, inner: str) -> str:
        return f"np.{ {'atan': 'arctan'}.get(f, f) }({inner})"


class Latex(Writer):
    times = r" \cdot "

    def name(self, s: str) -> str:
        letters, digits = s.rstrip("0123456789"), s[len(s.rstrip("0123456789")) :]
        letters = {"lam": r"\lambda", "eps": r"\epsilon"}.get(
            letters, "\\" + letters if letters in (*GREEK, "omega") else letters
        )
        return letters + (f"_{{{digits}}}" if digits else "")

    def power(self, base: str, exponent: str) -> str:
        return f"{base}^{{{exponent}}}"

    def raised(self, e: sp.Expr) -> str:
        return self.write(e)

    def quotient(self, top: str, bottom: str) -> str:
        return rf"\frac{{{top}}}{{{bottom}}}"

    def over(self, top: sp.Expr, bottom: sp.Expr) -> str:
        return self.quotient(self.write(top), self.write(bottom))

    def call(self, f: str, inner: str) -> str:
        if f == "exp":
            return f"e^{{{inner}}}"
        return rf"\{ {'atan': 'arctan'}.get(f, f) }({inner})"

    def root(self, inner: str) -> str:
        return rf"\sqrt{{{inner}}}"


class LatexLeft(Latex):
    times = " "

    def brackets(self, inner: str) -> str:
        return rf"\left( {inner} \right)"

    def call(self, f: str, inner: str) -> str:
        if f == "exp":
            return rf"\exp\left({inner}\right)"
        return rf"\{ {'log': 'ln', 'atan': 'arctan'}.get(f, f) }\left({inner}\right)"

    def quotient(self, top: str, bottom: str) -> str:
        return rf"\dfrac{{{top}}}{{{bottom}}}"


# ----- what stands to the left: how a derivative is named -----
def d(w: Writer, of: str, by: str) -> str:
    return f"d{w.name(of)}/d{w.name(by)}"


def partial(w: Writer, of: str, by: str) -> str:
    return f"∂{w.name(of)}/∂{w.name(by)}"


def frac(w: Writer, of: str, by: str) -> str:
    return rf"\frac{{\partial {w.name(of)}}}{{\partial {w.name(by)}}}"


def upright(w: Writer, of: str, by: str) -> str:
    return rf"\frac{{\mathrm{{d}} {w.name(of)}}}{{\mathrm{{d}} {w.name(by)}}}"


Left = Callable[[Writer, str, str], str]
Dress = Callable[[list[str]], list[str]]


def plainly(lines: list[str]) -> list[str]:
    return lines


def prose(lines: list[str]) -> list[str]:
    """Words before the mathematics, after it and between the lines."""
    opening = ["First we have", "Next,", "By the chain rule:", "Then", "So", "Hence"]
    said = [f"{opening[k % len(opening)]} {line}" for k, line in enumerate(lines)]
    return [*said[:1], "Now put the parts together.", *said[1:]] if len(said) > 1 else said


def after(lines: list[str]) -> list[str]:
    return [f"{line}   (chain rule)" if k else f"{line}." for k, line in enumerate(lines)]


def numbered(lines: list[str]) -> list[str]:
    return [f"{k}) {line}" for k, line in enumerate(lines, 1)]


def dollars(lines: list[str]) -> list[str]:
    return [f"${line}$" for line in lines]


def aligned(lines: list[str]) -> list[str]:
    return [r"\begin{align*}", *(line.replace(" = ", " &= ", 1) + r" \\" for line in lines), r"\end{align*}"]


def bullets(lines: list[str]) -> list[str]:
    return [f"- {line}" for line in lines]


def together(lines: list[str]) -> list[str]:
    return ["; ".join(lines)]


SPELLINGS: dict[str, tuple[Writer, Left, Dress]] = {
    "plain": (Writer(), d, plainly),
    "plain, prose": (Writer(), d, prose),
    "plain, reasons behind": (Writer(), d, after),
    "plain, numbered": (Writer(), d, numbered),
    "plain, bullets": (Writer(), partial, bullets),
    "plain, one line": (Writer(), d, together),
    "caret": (Caret(), d, plainly),
    "caret, prose": (Caret(), partial, prose),
    "side by side": (Beside(), d, plainly),
    "side by side, prose": (Beside(), d, prose),
    "unicode": (Unicode(), partial, plainly),
    "unicode, prose": (Unicode(), partial, prose),
    "unicode, numbered": (Unicode(), d, numbered),
    "unicode, ln and e": (UnicodeLn(), partial, plainly),
    "unicode, reasons behind": (UnicodeLn(), partial, after),
    "python": (Python(), d, plainly),
    "numpy": (Numpy(), d, plainly),
    "latex": (Latex(), frac, plainly),
    "latex, dollars": (Latex(), frac, dollars),
    "latex, aligned": (Latex(), frac, aligned),
    "latex, upright d": (Latex(), upright, plainly),
    "latex, left right": (LatexLeft(), frac, plainly),
    "latex, left right, prose": (LatexLeft(), frac, prose),
    "latex, left right, dollars": (LatexLeft(), upright, dollars),
}


# ----- derivations -----
def tree(text: str, names: set[str]) -> sp.Expr:
    """Return one of the expressions above as SymPy's; they are this file's own, so `sympify` may read them."""
    return sp.sympify(
        text,
        locals={n: sp.Symbol(n) for n in names}
        | {"E": sp.Symbol("E"), "lam": sp.Symbol("lam"), "gamma": sp.Symbol("gamma"), "beta": sp.Symbol("beta")},
    )


def names_of(p: Problem) -> set[str]:
    return {w for n, e in p.program for w in (n, *re.findall(r"[A-Za-z_]\w*", e))} - FUNCTIONS


@dataclass(frozen=True)
class Line:
    """A claim: d `of` / d `by` = `value`."""

    of: str
    by: str
    value: sp.Expr


def derivation(p: Problem) -> list[Line]:
    """Return the local derivatives on the way from wrt to the output, then the whole in the names of the program, then written out."""
    names = names_of(p)
    meaning = {n: tree(e, names) for n, e in p.program}
    order = [n for n, _ in p.program]
    depends = {p.wrt}
    lines: list[Line] = []
    total: dict[str, sp.Expr] = {p.wrt: sp.Integer(1)}
    for n in order:
        parts = [s for s in sorted(meaning[n].free_symbols, key=str) if s.name in depends]
        if not parts:
            continue
        depends.add(n)
        whole = sp.Integer(0)
        for s in parts:
            slope = sp.diff(meaning[n], s)
            if len(order) > 1:
                lines.append(Line(n, s.name, slope))
            whole += slope * total[s.name]
        total[n] = whole
    lines = lines if len(lines) > 1 else []
    out = p.output
    lines.append(Line(out, p.wrt, total[out]))
    written = total[out]
    for n in reversed(order[:-1]):
        written = written.subs(sp.Symbol(n), meaning[n])
    if written != total[out]:
        lines.append(Line(out, p.wrt, written))
    # a local derivative along a name that reaches the output by one way alone is not the total one: leave those out
    single = [line for line in lines[:-1] if line.of != out or line.by != p.wrt]
    return [
        *[line for line in single if is_total(line, meaning, order)],
        *[line for line in lines if line.of == out and line.by == p.wrt and (line.value in (total[out], written))],
    ]


def is_total(line: Line, meaning: dict[str, sp.Expr], order: list[str]) -> bool:
    """Say whether ∂of/∂by with the other names of the line held fixed is also the derivative along all ways."""
    others = [s.name for s in meaning[line.of].free_symbols if s.name != line.by and s.name in order]
    return not any(reaches(line.by, o, meaning) for o in others)


def reaches(name: str, to: str, meaning: dict[str, sp.Expr]) -> bool:
    return name == to or any(
        reaches(name, s.name, meaning)
        for s in meaning.get(to, sp.Integer(0)).free_symbols
        if s.name in meaning or s.name == name
    )


def spelled(lines: list[Line], spelling: str) -> list[str]:
    writer, left, dress = SPELLINGS[spelling]
    return dress([f"{left(writer, line.of, line.by)} = {writer.write(line.value)}" for line in lines])


def right(p: Problem) -> Iterator[tuple[str, list[str]]]:
    """Yield (spelling, lines of a right derivation)."""
    lines = derivation(p)
    for spelling in SPELLINGS:
        yield spelling, spelled(lines, spelling)


def slips(e: sp.Expr) -> dict[str, sp.Expr]:
    """Return wrong values that stand one slip away from a right one."""
    found = {"sign": -e, "twice": 2 * e, "one more": e + 1}
    top, bottom = sp.fraction(e)
    factors = [f for f in sp.Mul.make_args(top) if not f.is_number]
    if len(factors) > 1:
        found["factor dropped"] = e / factors[0]
        found["factor dropped, last"] = e / factors[-1]
    terms = sp.Add.make_args(sp.expand(top))
    if len(terms) > 1:
        found["term dropped"] = (sp.expand(top) - terms[-1]) / bottom
    for power in sorted(e.atoms(sp.Pow), key=str):
        if power.exp.is_Integer and power.exp > 1:
            found["exponent"] = e.subs(power, power.base ** (power.exp + 1))
            break
    for node in sorted(e.atoms(sp.exp), key=str)[:1]:
        if node.args[0].could_extract_minus_sign():
            found["inner sign"] = e.subs(node, sp.exp(-node.args[0]))
    return {k: v for k, v in found.items() if sp.simplify(v - e) != 0}


def written_out(e: sp.Expr, meaning: list[tuple[sp.Symbol, sp.Expr]]) -> sp.Expr:
    for name, value in meaning:
        e = e.subs(name, value)
    return e


def wrong(p: Problem, seed: int) -> tuple[str, str, list[str], int]:
    """Return (slip, spelling, lines, index of the wrong claim) with one slip in one line, the others right."""
    draw = random.Random(f"{p.name} {seed}")
    lines = derivation(p)
    k = draw.randrange(len(lines))
    meaning = meaning_of(p)
    choices = {
        slip: v
        for slip, v in slips(lines[k].value).items()
        if sp.simplify(written_out(v - lines[k].value, meaning)) != 0
    }
    slip = draw.choice(sorted(choices))
    spelling = draw.choice(sorted(s for s in SPELLINGS if SPELLINGS[s][2] in (plainly, numbered, dollars, bullets)))
    broken = [*lines[:k], Line(lines[k].of, lines[k].by, choices[slip]), *lines[k + 1 :]]
    return slip, spelling, spelled(broken, spelling), k


# ----- vectors and matrices: right gradients as books write them, by hand -----
@dataclass(frozen=True)
class Shaped:
    """A problem of arrays with right answers by hand, and wrong ones in the same notations."""

    name: str
    program: str
    wrt: str
    shapes: dict[str, object]
    right: tuple[str, ...]
    wrong: tuple[str, ...]
    assume: tuple[tuple[str, object], ...] = ()
    constants: tuple[tuple[str, object], ...] = ()

    @property
    def asked(self) -> tuple[str, dict[str, object]]:
        """The problem, a line each, and what is told beside it."""
        about = {"wrt": self.wrt, "shapes": self.shapes, "assume": dict(self.assume), "constants": dict(self.constants)}
        return self.program.replace("; ", "\n"), about


def shaped() -> list[Shaped]:
    return [
        Shaped("least squares", "L = sum((X@w - y)**2)", "w", {"X": (4, 2), "w": 2, "y": 4},
               ("2 X^T (X w - y)", r"2X^\top(Xw - y)", "2*X.T@(X@w - y)", r"2 \mathbf{X}^T(\mathbf{X}\mathbf{w} - \mathbf{y})", "2Xᵀ(Xw − y)", r"2\sum_{i} (w^T x_i - y_i) x_i", "-2*X.T@(y - X@w)", r"\nabla_w L = 2X^T(Xw-y)"),
               ("X^T (X w - y)", "2 X (X w - y)", "2 X^T (y - X w)", "2 X^T X w - y", r"2\sum_{i} (w^T x_i - y_i)")),
        Shaped("mean squares", "L = mean((X@w - y)**2)", "w", {"X": (5, 3), "w": 3, "y": 5},
               (r"\frac{2}{n} X^T (Xw - y)", "2/5 X^T (X w - y)", r"\frac{2}{N}\sum_{i=1}^{N}(w^T x_i - y_i)x_i", "(2/m)*X.T@(X@w - y)", "2/n·Xᵀ(Xw − y)"),
               (r"\frac{1}{n} X^T (Xw - y)", "2 X^T (Xw - y)", r"\frac{2}{n} X (Xw - y)")),
        Shaped("ridge regression", "L = sum((X@w - y)**2) + lam*sum(w**2)", "w", {"X": (4, 2), "w": 2, "y": 4},
               ("2 X^T (X w - y) + 2 lam w", r"2X^T(Xw - y) + 2\lambda w", "2Xᵀ(Xw − y) + 2λw", "2*X.T@(X@w - y) + 2*lam*w"),
               ("2 X^T (X w - y) + lam w", r"2X^T(Xw - y) - 2\lambda w", "2 X^T (X w - y) + 2 lam")),
        Shaped("logistic regression", "L = -sum(y*log(sigmoid(X@w)) + (1 - y)*log(1 - sigmoid(X@w)))", "w", {"X": (4, 2), "w": 2, "y": 4},
               (r"X^T(\sigma(Xw) - y)", "X.T@(sigmoid(X@w) - y)", "Xᵀ(σ(Xw) − y)", r"\sum_i (\sigma(w^T x_i) - y_i) x_i"),
               (r"X^T(y - \sigma(Xw))", r"X(\sigma(Xw) - y)", r"X^T \sigma(Xw)", r"\sum_i (\sigma(w^T x_i) - y_i)")),
        Shaped("softmax cross entropy, logits", "p = softmax(z); L = -log(p[k])", "z", {"z": 3},
               ("p - onehot(k)", "p - e_k", "softmax(z) - onehot(k)", "softmax(z) - e_k", r"p_i - \delta_{ik}", "p_j - δ_jk"),
               ("e_k - p", "p", "1 - p", r"p_i + \delta_{ik}"),
            constants=(("k", 1),),
        ),
        Shaped("cross entropy with labels", "p = softmax(z); L = -sum(y*log(p))", "z", {"z": 3, "y": 3},
               ("p - y", "softmax(z) - y", "p_i - y_i", "-(y - p)", r"\frac{\partial L}{\partial z_i} = p_i - y_i"),
               ("y - p", "-y/p", "p*y", "p_i*y_i")),
        Shaped("affine layer, weights", "L = v@(W@x + b)", "W", {"v": 2, "W": (2, 3), "x": 3, "b": 2},
               ("v x^T", "outer(v, x)", r"v \, x^{\top}", "v xᵀ", "v_i x_j"),
               ("x v^T", "W^T v", "v", r"\frac{\partial L}{\partial W_{ij}} = v_j x_i")),
        Shaped("affine layer, input", "L = v@(W@x + b)", "x", {"v": 2, "W": (2, 3), "x": 3, "b": 2},
               ("W^T v", "W.T@v", "Wᵀv", r"W^\top v", r"\sum_i v_i W_{ij}"),
               ("W v", "W", "W^T", "v^T x")),
        Shaped("sigmoid layer", "a = sigmoid(W@x); L = sum(a)", "x", {"W": (2, 3), "x": 3},
               (r"W^T (a \odot (1 - a))", "W.T@(a*(1 - a))", "Wᵀ(a ⊙ (1 − a))", r"W^T \sigma'(Wx)", r"W^\top (\sigma(Wx) \odot (1 - \sigma(Wx)))"),
               (r"W^T (a \odot a)", "W^T a", r"W (a \odot (1 - a))", "a*(1 - a)")),
        Shaped("quadratic form", "L = x@A@x", "x", {"A": (3, 3), "x": 3},
               ("(A + A^T) x", "A x + A^T x", "(A + A.T)@x", "(A + Aᵀ)x"),
               ("2 A x", "A x", "(A - A^T) x", "x^T A")),
        Shaped("squared norm", "L = sum(x**2)", "x", {"x": 3}, ("2x", "2*x", "2 x_i", r"2\mathbf{x}"), ("x", "2", "x**2", "2 sum(x)")),
        Shaped("norm", "L = sqrt(sum(x**2))", "x", {"x": 3}, ("x/L", "x/norm(x)", r"\frac{x}{\lVert x \rVert}", "x/sqrt(sum(x**2))", r"x/\|x\|"), ("x", "2x/L", "1/L", "x*L")),
        Shaped("log sum exp", "L = log(sum(exp(z)))", "z", {"z": 3}, ("softmax(z)", "exp(z)/sum(exp(z))", r"\frac{e^{z_i}}{\sum_j e^{z_j}}", "exp(z - L)"), ("exp(z)", "1/sum(exp(z))", "log(softmax(z))", "z/sum(z)")),
        Shaped("frobenius", "L = lam/2*sum(W**2)", "W", {"W": (2, 2)}, ("lam W", r"\lambda W", "λW", "lam*W", r"\lambda W_{ij}"), ("2 lam W", "W", "lam", "lam/2 W")),
        Shaped("dot", "L = (w@x - y)**2", "w", {"w": 3, "x": 3}, ("2 (w^T x - y) x", "2*(w@x - y)*x", "2(w·x − y)x", r"2 x (x^T w - y)", "2 (w^T x - y) x_i"), ("2 (w^T x - y)", "2 (w^T x - y) w", "(w^T x - y) x")),
    ]  # fmt: skip
