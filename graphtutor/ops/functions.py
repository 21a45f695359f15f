"""Rows of smooth functions of one entry: exponentials, trigonometry, activations."""

from __future__ import annotations

import math
import random
from fractions import Fraction
from functools import cache
from typing import Any

import mpmath
import numpy as np
import sympy as sp

from . import arrays, heads
from .arrays import Entry
from .miswritten import inside, logs_confused, turned
from .notation import Notation, call, flat
from .row import Row, Slip
from .tracing import f

HALF = Fraction(1, 2)
SOFTPLUS = "({0} if {0} > 0 else 0.0) + log1p(exp(-abs({0})))"


def scalar(name: str, local: Any, **columns: Any) -> Row:
    """Return the row of a function of one entry that SymPy, mpmath and NumPy all call by its name."""
    numpy_name = {"asin": "arcsin", "acos": "arccos", "atan": "arctan", "asinh": "arcsinh", "acosh": "arccosh", "atanh": "arctanh"}
    array = getattr(np, numpy_name.get(name, name))
    point = getattr(math, name)

    def numeric(x: Any) -> Any:
        return arrays.on_float(point, array, x) if type(x) is float else array(x)

    columns.setdefault("heads", (getattr(sp, name),))
    columns.setdefault("names", (name,))
    columns.setdefault("label", name)
    columns.setdefault("code", name + "({0})")
    columns.setdefault("note", call(rf"\{name}\left({{0}}\right)"))
    return Row(name, Entry(numeric, lambda m, x: getattr(m, name)(x)), local=local, **columns)


@cache
def waves(name: str) -> tuple[tuple[Fraction, Fraction, Fraction], ...]:
    """Return what an unknown function is tried as: three waves (amplitude, frequency, phase), drawn by its name."""
    draw = random.Random(name)
    return tuple((Fraction(draw.randrange(3, 12), 7), Fraction(draw.randrange(2, 9), 5), Fraction(draw.randrange(40), 7)) for _ in range(3))


def tried(m: Any, x: Any, name: str, order: Any) -> Any:
    """Return the `order`th derivative of the function that stands in for an unknown one, over a module `m` with sin and cos."""
    order = int(order)
    turned_ = (m.sin, m.cos)[order % 2]
    sign = (1, 1, -1, -1)[order % 4]
    parts = [(sign * a * b**order, b, c) for a, b, c in waves(name)]
    if m is np:
        return sum(float(a) * turned_(float(b) * x + float(c)) for a, b, c in parts)
    return sum(arrays.lift(m, a) * turned_(arrays.lift(m, b) * x + arrays.lift(m, c)) for a, b, c in parts)


def primed(parts: list[Any], name: str, order: int, form: str) -> Any:
    """Return g(u), g′(u), … written."""
    inside = parts[0].text
    if form == "mathml":
        marks = f"<mo>{'′' * order}</mo>" if order else ""
        return parts[0]._replace(text=f"<mrow><mi>{name}</mi>{marks}<mo>&#x2061;</mo><mrow><mo>(</mo>{inside}<mo>)</mo></mrow></mrow>", binds=70, minus=False, literal=False)
    marks = ("′" if form == "unicode" else "'") * order
    brackets = r"\left({}\right)" if form == "latex" else "({})"
    return parts[0]._replace(text=f"{name}{marks}{brackets.format(inside)}", binds=70, minus=False, literal=False)


def gelu_formula(m: Any, x: Any) -> Any:
    return x * (1 + m.erf(x / m.sqrt(2))) / 2


FUNCTIONS: tuple[Row, ...] = (
    # ----- exponentials and logarithms -----
    scalar("exp", lambda y, x: (y,), finite=False, positive=True, note=Notation("exp({0})", None, flat("e^{{{0}}}", 50), mathml=flat("<msup><mi>e</mi><mrow>{0}</mrow></msup>", 50)), rule="exponential rule", formula="d(eᵘ) = eᵘ·du",
           label="eᵘ", says="the exponential is its own derivative",
           slips=(
               Slip("exp.power-rule", lambda y, x: (x * f.exp(x - 1),)),
               Slip("exp.power-rule", whole=lambda y, a, d: a[0] * f.exp(a[0] - 1)),
               Slip("sigmoid.argument-sign", instead=lambda y, x: (f.exp(-x),), hint="Check the sign in the exponent."),
               Slip("algebra", instead=lambda y, x: (f.add(*(f.exp(t) for t in inside(x, "add"))),) if inside(x, "add") else (), hint="Is e^(a + b) a sum or a product?"),
               Slip("algebra", instead=lambda y, x: (math.prod(f.exp(t) for t in inside(x, "mul")),) if inside(x, "mul") else (), hint="Is e^(a·b) the product of e^a and e^b?", rare=True),
           )),
    scalar("log", lambda y, x: (1 / x,), names=("log", "ln"), domain=("positive",), label="ln", rule="logarithm rule", formula="d(ln u) = du/u",
           note=Notation("log({0})", "ln({0})", r"\ln\left({0}\right)", mathml="<mrow><mi>ln</mi><mo>&#x2061;</mo><mrow><mo>(</mo>{0}<mo>)</mo></mrow></mrow>"), says="a logarithm divides by its argument",
           slips=(
               Slip("chain.outer-not-differentiated", lambda y, x: (y,), rare=True, hint="ln itself has to be differentiated too."),
               Slip("log.base", lambda y, x: (1 / (x * f.log(x.constant(10))),)),
               Slip("log.base", lambda y, x: (1 / (x * f.log(x.constant(2))),)),
               Slip("log.power-confusion", instead=logs_confused),
           )),
    # ----- trigonometry -----
    scalar("sin", lambda y, x: (f.cos(x),), rule="sine rule", formula="d(sin u) = cos u·du", says="sine becomes cosine",
           slips=(Slip("sign.table", lambda y, x: (-f.cos(x),)),)),
    scalar("cos", lambda y, x: (-f.sin(x),), rule="cosine rule", formula="d(cos u) = −sin u·du", says="cosine becomes minus sine",
           slips=(Slip("sign.table", lambda y, x: (f.sin(x),)),)),
    scalar("tan", lambda y, x: (1 + f.power(y, params=(2,)),), domain=((-1.5, 1.5),), rule="tangent rule", formula="d(tan u) = (1 + tan²u)·du",
           says="tangent becomes one plus its square", slips=turned("Check the sign in your table of derivatives.", lambda y, x: (1 + f.power(y, params=(2,)),))),
    scalar("asin", lambda y, x: (1 / f.sqrt(1 - f.power(x, params=(2,))),), domain=((-1, 1),), names=("asin", "arcsin"),
           note=call(r"\arcsin\left({0}\right)"), rule="arcsine rule", formula="d(asin u) = du/√(1 − u²)", says="arcsine divides by √(1 − u²)",
           slips=turned("Which of arcsine and arccosine has the minus sign?", lambda y, x: (1 / f.sqrt(1 - f.power(x, params=(2,))),))),
    scalar("acos", lambda y, x: (-1 / f.sqrt(1 - f.power(x, params=(2,))),), domain=((-1, 1),), names=("acos", "arccos"),
           note=call(r"\arccos\left({0}\right)"), rule="arccosine rule", formula="d(acos u) = −du/√(1 − u²)", says="arccosine divides by −√(1 − u²)",
           slips=turned("Which of arcsine and arccosine has the minus sign?", lambda y, x: (-1 / f.sqrt(1 - f.power(x, params=(2,))),))),
    scalar("atan", lambda y, x: (1 / (1 + f.power(x, params=(2,))),), names=("atan", "arctan"), note=call(r"\arctan\left({0}\right)"),
           rule="arctangent rule", formula="d(atan u) = du/(1 + u²)", says="arctangent divides by 1 + u²",
           slips=turned("Check the sign in your table of derivatives.", lambda y, x: (1 / (1 + f.power(x, params=(2,))),))),
    scalar("sinh", lambda y, x: (f.cosh(x),), finite=False, rule="hyperbolic sine rule", formula="d(sinh u) = cosh u·du", says="sinh becomes cosh",
           slips=turned("Hyperbolic functions keep their sign.", lambda y, x: (f.cosh(x),))),
    scalar("cosh", lambda y, x: (f.sinh(x),), finite=False, positive=True, rule="hyperbolic cosine rule", formula="d(cosh u) = sinh u·du", says="cosh becomes sinh",
           slips=(Slip("sign.table", lambda y, x: (-f.sinh(x),), hint="Hyperbolic functions keep their sign."),)),
    scalar("tanh", lambda y, x: (1 - f.power(y, params=(2,)),), rule="tanh rule", formula="d(tanh u) = (1 − tanh²u)·du",
           says="tanh gives one minus its own square",
           also=(lambda x: (f.exp(x) - f.exp(-x)) / (f.exp(x) + f.exp(-x)), lambda x: (f.exp(2 * x) - 1) / (f.exp(2 * x) + 1)),
           slips=(
               Slip("tanh.table", lambda y, x: (1 + f.power(y, params=(2,)),)),
               Slip("tanh.table", lambda y, x: (f.power(1 - y, params=(2,)),)),
               Slip("tanh.table", lambda y, x: (-f.power(y, params=(2,)),)),
               Slip("tanh.table", lambda y, x: (y,), hint="tanh itself has to be differentiated too."),
               Slip("tanh.table", lambda y, x: (1 - y,)),
               Slip("sign.table", lambda y, x: (f.power(y, params=(2,)) - 1,)),
               Slip("tanh-as-sigmoid", lambda y, x: (y * (1 - y),)),
           )),
    scalar("asinh", lambda y, x: (1 / f.sqrt(f.power(x, params=(2,)) + 1),), names=("asinh", "arcsinh", "arsinh"), note=call(r"\operatorname{{arsinh}}\left({0}\right)"),
           rule="inverse hyperbolic sine rule", formula="d(asinh u) = du/√(u² + 1)", says="asinh divides by √(u² + 1)"),
    scalar("acosh", lambda y, x: (1 / f.sqrt(f.power(x, params=(2,)) - 1),), names=("acosh", "arccosh", "arcosh"), domain=((1, 5),),
           note=call(r"\operatorname{{arcosh}}\left({0}\right)"), rule="inverse hyperbolic cosine rule", formula="d(acosh u) = du/√(u² − 1)",
           says="acosh divides by √(u² − 1)"),
    scalar("atanh", lambda y, x: (1 / (1 - f.power(x, params=(2,))),), names=("atanh", "arctanh", "artanh"), domain=((-1, 1),),
           note=call(r"\operatorname{{artanh}}\left({0}\right)"), rule="inverse hyperbolic tangent rule", formula="d(atanh u) = du/(1 − u²)",
           says="atanh divides by 1 − u²"),
    Row("erf", Entry(arrays.erf, lambda m, x: m.erf(x)), heads=(sp.erf,), names=("erf",), label="erf", code="erf({0})",
        rule="error function rule", formula="d(erf u) = 2/√π·e^(−u²)·du", says="erf gives a bell curve",
        note=call(r"\operatorname{{erf}}\left({0}\right)"), local=lambda y, x: (2 / f.sqrt(x.constant("pi")) * f.exp(-f.power(x, params=(2,))),),
        slips=(Slip("constant.factor-dropped", lambda y, x: (f.exp(-f.power(x, params=(2,))),), hint="Which constant stands in front of the bell curve?"),)),
    Row("erfc", Entry(lambda x: math.erfc(x) if isinstance(x, float) else 1 - arrays.erf(x), lambda m, x: m.erfc(x)), heads=(sp.erfc,), positive=True,
        names=("erfc",), label="erfc", code="erfc({0})", rule="complementary error function rule", formula="d(erfc u) = −2/√π·e^(−u²)·du",
        note=call(r"\operatorname{{erfc}}\left({0}\right)"), says="erfc gives a bell curve turned over",
        local=lambda y, x: (-2 / f.sqrt(x.constant("pi")) * f.exp(-f.power(x, params=(2,))),)),
    # ----- activations -----
    Row("sigmoid", Entry(arrays.sigmoid, lambda m, x: 1 / (1 + m.exp(-x))), heads=(heads.Sigmoid,), positive=True, names=("sigmoid", "expit", "logistic", "sigma"), label="σ", code="1.0 / (1.0 + exp(-{0}))",
        note=Notation("sigmoid({0})", "σ({0})", r"\sigma\left({0}\right)"), rule="sigmoid rule", formula="d σ(u) = σ(u)·(1 − σ(u))·du",
        says="a sigmoid gives its own value times what is missing to 1", local=lambda y, x: (y * (1 - y),), opens=lambda x: 1 / (1 + f.exp(-x)), also=(lambda x: f.exp(x) / (1 + f.exp(x)),),
        slips=(
            Slip("sigmoid.sign", lambda y, x: (y * (1 + y),)),
            Slip("sigmoid.argument-sign", lambda y, x: (-y * (1 - y),), hint="Where does the minus sign in 1/(1 + e^(−u)) go?"),
            Slip("sigmoid.argument-sign", instead=lambda y, x: (f.sigmoid(-x),)),
            Slip("tanh.table", lambda y, x: (1 - f.power(y, params=(2,)),), hint="That is the rule of another activation."),
            Slip("chain.outer-not-differentiated", lambda y, x: (y,), hint="σ itself has to be differentiated too."),
        )),
    Row("softplus", Entry(lambda x: np.logaddexp(0.0, x), lambda m, x: m.log(1 + m.exp(x))), heads=(heads.Softplus,), positive=True, names=("softplus",), label="softplus", code=SOFTPLUS,
        note=call(r"\operatorname{{softplus}}\left({0}\right)"), rule="softplus rule", formula="d softplus(u) = σ(u)·du", says="softplus becomes the sigmoid",
        local=lambda y, x: (f.sigmoid(x),), opens=lambda x: f.log(1 + f.exp(x)),
        slips=(Slip("sigmoid.argument-sign", lambda y, x: (f.sigmoid(-x),), hint="Softplus becomes a sigmoid: of u or of −u?"),)),
    Row("gelu", Entry(lambda x: x * (1 + arrays.erf(x / math.sqrt(2))) / 2, gelu_formula), heads=(heads.Gelu,), names=("gelu",), label="gelu", code="{0} * (1.0 + erf({0} / sqrt(2.0))) / 2.0",
        note=call(r"\operatorname{{GELU}}\left({0}\right)"), rule="gelu rule", formula="d gelu(u) = (Φ(u) + u·φ(u))·du", says="a gelu gives Φ(u) + u·φ(u)",
        local=lambda y, x: (HALF * (1 + f.erf(x / f.sqrt(x.constant(2)))) + x * f.exp(-f.power(x, params=(2,)) / 2) / f.sqrt(2 * x.constant("pi")),)),
    Row("unknown", Entry(lambda x, name, order: tried(np, x, name, order), tried), heads=(heads.Unknown,), params=(("name", "f"), ("order", 0)), label="f( )", abstract=True,
        written=primed, rule="derivative of an unknown function", formula="d g(u) = g′(u)·du", says="an unknown function sends its slope g′ at that place",
        local=lambda y, x, name, order: (f.unknown(x, params=(name, order + 1)),)),
    Row("silu", Entry(lambda x: x * arrays.sigmoid(x), lambda m, x: x / (1 + m.exp(-x))), names=("silu", "SiLU", "swish"), label="silu", code="{0} * (1.0 / (1.0 + exp(-{0})))", note=call(r"\operatorname{{SiLU}}\left({0}\right)"),
        rule="silu rule", formula="d silu(u) = σ(u)·(1 + u·(1 − σ(u)))·du", says="a silu gives σ(u)·(1 + u·(1 − σ(u)))",
        local=lambda y, x: (f.sigmoid(x) * (1 + x * (1 - f.sigmoid(x))),), opens=lambda x: x * f.sigmoid(x),
        slips=(Slip("product.one-term", lambda y, x: (f.sigmoid(x),)), Slip("product.one-term", lambda y, x: (x * f.sigmoid(x) * (1 - f.sigmoid(x)),)),
               Slip("product.derivatives-multiplied", lambda y, x: (f.sigmoid(x) * (1 - f.sigmoid(x)),)))),
    Row("mish", Entry(lambda x: x * np.tanh(np.logaddexp(0.0, x)), lambda m, x: x * m.tanh(m.log(1 + m.exp(x)))), names=("mish",), label="mish", code=f"{{0}} * tanh({SOFTPLUS})", note=call(r"\operatorname{{Mish}}\left({0}\right)"),
        rule="mish rule", formula="d mish(u) = (t + u·σ(u)·(1 − t²))·du with t = tanh(softplus u)", says="a mish gives t + u·σ(u)·(1 − t²), where t = tanh(softplus u)",
        local=lambda y, x: (f.tanh(f.softplus(x)) + x * f.sigmoid(x) * (1 - f.power(f.tanh(f.softplus(x)), params=(2,))),), opens=lambda x: x * f.tanh(f.softplus(x)),
        slips=(Slip("product.one-term", lambda y, x: (f.tanh(f.softplus(x)),)),)),
    Row("atan2", Entry(np.arctan2, lambda m, y, x: m.atan2(y, x)), heads=(sp.atan2,), names=("atan2", "arctan2"), arity=(2, 2), label="atan2", code="atan2({0}, {1})", note=call(r"\operatorname{{atan2}}\left({0}, {1}\right)"),
        rule="angle rule", formula="d atan2(u, v) = (v·du − u·dv)/(u² + v²)", says="an angle sends v/(u² + v²) to u and −u/(u² + v²) to v",
        local=lambda y, u, v: (v / (f.power(u, params=(2,)) + f.power(v, params=(2,))), -u / (f.power(u, params=(2,)) + f.power(v, params=(2,)))),
        slips=(Slip("quotient.order-swapped", lambda y, u, v: (-v / (f.power(u, params=(2,)) + f.power(v, params=(2,))), u / (f.power(u, params=(2,)) + f.power(v, params=(2,))))),
               Slip("mul.local-not-swapped", lambda y, u, v: (u / (f.power(u, params=(2,)) + f.power(v, params=(2,))), None)))),
    # ----- exact where the formula they are short for is not -----
    Row("log1p", Entry(lambda x: arrays.on_float(math.log1p, np.log1p, x) if type(x) is float else np.log1p(x), lambda m, x: m.log(1 + x)), names=("log1p",), domain=((-1, 5),), label="ln(1+u)",
        note=call(r"\operatorname{{log1p}}\left({0}\right)"), code="log1p({0})", rule="logarithm rule", formula="d ln(1 + u) = du/(1 + u)", says="ln(1 + u) divides by 1 + u",
        local=lambda y, x: (1 / (1 + x),), opens=lambda x: f.log(1 + x), slips=(Slip("chain.derivative-inside", lambda y, x: (1 / x,), hint="What stands under the fraction bar: u or 1 + u?"),)),
    Row("expm1", Entry(lambda x: arrays.on_float(math.expm1, np.expm1, x) if type(x) is float else np.expm1(x), lambda m, x: m.exp(x) - 1), names=("expm1",), finite=False, label="eᵘ−1",
        note=call(r"\operatorname{{expm1}}\left({0}\right)"), code="expm1({0})", rule="exponential rule", formula="d(eᵘ − 1) = eᵘ·du", says="eᵘ − 1 becomes eᵘ", local=lambda y, x: (f.exp(x),),
        opens=lambda x: f.exp(x) - 1, slips=(Slip("constant.not-zero", lambda y, x: (y,), hint="Is e^u − 1 its own derivative?"),)),
    Row("cbrt", Entry(lambda x: np.cbrt(x) if isinstance(x, np.ndarray) else float(np.cbrt(x)), lambda m, x: m.sign(x) * abs(x) ** (m.mpf(1) / 3 if m is mpmath else sp.Rational(1, 3))), names=("cbrt",), label="∛", code="cbrt({0})",
        note=Notation("cbrt({0})", latex=r"\operatorname{{cbrt}}\left({0}\right)"), rule="cube root rule", formula="d(∛u) = du/(3·∛u²)", says="a cube root divides by three times its own square",
        local=lambda y, x: (1 / (3 * f.power(y, params=(2,))),),
        slips=(Slip("power.coefficient-dropped", lambda y, x: (1 / f.power(y, params=(2,)),)), Slip("power.exponent-kept", lambda y, x: (y / 3,)), Slip("power.off-by-one", lambda y, x: (1 / (3 * y),)))),
    Row("hypot", Entry(np.hypot, lambda m, a, b: m.sqrt(a**2 + b**2)), names=("hypot",), arity=(2, 2), positive=True, label="√(u²+v²)", code="hypot({0}, {1})", note=call(r"\operatorname{{hypot}}\left({0}, {1}\right)"),
        rule="hypotenuse rule", formula="d√(u² + v²) = (u·du + v·dv)/√(u² + v²)", says="a hypotenuse sends each leg its share of the length",
        local=lambda y, a, b: (f.tip(a / y, y), f.tip(b / y, y)), slips=(Slip("mul.local-not-swapped", lambda y, a, b: (b / y, a / y)), Slip("sqrt.of-sum", lambda y, a, b: (1, 1)))),
    Row("logaddexp", Entry(np.logaddexp, lambda m, a, b: m.log(m.exp(a) + m.exp(b))), names=("logaddexp",), arity=(2, 2), label="ln(eᵘ+eᵛ)", code="({0} if {0} > {1} else {1}) + log1p(exp(-abs({0} - {1})))", note=call(r"\operatorname{{logaddexp}}\left({0}, {1}\right)"),
        rule="log-sum-exp rule", formula="d ln(eᵘ + eᵛ) = σ(u − v)·du + σ(v − u)·dv", says="a log of two exponentials sends each its softmax share", local=lambda y, a, b: (f.sigmoid(a - b), f.sigmoid(b - a)),
        opens=lambda a, b: f.log(f.exp(a) + f.exp(b)), slips=(Slip("sigmoid.argument-sign", lambda y, a, b: (f.sigmoid(b - a), f.sigmoid(a - b)), rare=True),)),
)  # fmt: skip
