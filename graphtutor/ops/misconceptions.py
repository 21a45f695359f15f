"""CATALOGUE: every misconception that a row, a rule about paths or an exercise may name, and which of several is named first.

Where one belongs to an operation, its row in `table` says what it computes there (`Slip`), and a hint of its
own where the operation has something to add. An id that is not here is an AuthorError.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..errors import AuthorError
from ..text import near


@dataclass(frozen=True, slots=True)
class Mistake:
    """One misconception. `hint` gives nothing away, `strong` says what is right; both are told to learners.

    `rank` orders what explains an answer equally well: low is more specific and is named first.
    `family`: "rule" (of differentiation), "table" (of derivatives), "path" (through the graph), "branch", "probability",
    "writing" (algebra, signs and copying: what goes wrong from one line to the next), "asked" (something else was
    worked out), "course" (only exercises name it: the diagnosis does not look for it).
    """

    id: str
    family: str
    rank: int
    hint: str
    strong: str


# what is added to the rank of a mistake by where it was found; SLIP is the rank of a slip of an operation's row
SLIP = 10
LATER = {
    "": 0,
    "law": 3,  # a law of algebra that does not hold, a choice that is overlooked: before a slip of the chain rule
    "whole": 1,  # the rule of a node as a whole, after one of its local derivatives
    "one argument": 3,  # of several that the same slip touches
    "several arguments": 5,  # of no choice: the rule of a node whose arguments vary together
    "recognised": -1,  # at an operation that is written out: before the slips of what it is written with
    "rare": 12,
    "nearly": 1,  # the same slip in a less usual form, or further away
    "nothing inside": 2,  # a function of the variable itself
    "outermost": -4,  # the derivative of the outermost function is all that there is
    "at a kink": -10,
    "no number": 8,  # a factor that does not depend on the variable, but is no number
    "taken for its slope": 26,
    "not yet": 30,  # at what the line has not differentiated yet
    "by name": 6,
    "by its ratio": 20,  # told from the answer as a whole, which has no place
    "everywhere": 3,  # one local derivative on every path at once
    "in writing": 16,  # a slip of algebra explains a derivative
    "another place": 1,
    "would mend it": 30,
    "two at once": 50,
    "worked out before": 40,  # the line before had no derivative left: no rule of differentiation fails there
}

CATALOGUE: dict[str, Mistake] = {
    m.id: m
    for m in (
        # ----- rules of differentiation -----
        Mistake("chain.missing-inner", "rule", 12, "The inner function has to be differentiated too.", "The outer derivative is multiplied by that of the inner function."),
        Mistake("chain.missing-middle", "rule", 20, "Count the functions that are nested here: is there a factor for each?", "Each of the nested functions gives one factor."),
        Mistake("chain.derivative-inside", "rule", 14, "At which point is the outer derivative taken?", "The outer derivative is taken at the inner function, not at its derivative."),
        Mistake("chain.inner-left-undifferentiated", "rule", 24, "The inner function stands there as it was: differentiate it.", "The second factor is the derivative of the inner function, not the inner function."),
        Mistake("chain.composition-as-product", "rule", 26, "Is this a product, or a function inside a function?", "A function of a function needs the chain rule, not the product rule."),
        Mistake("chain.added-not-multiplied", "rule", 22, "How does the chain rule join its two factors?", "The chain rule multiplies the outer derivative by the inner one."),
        Mistake("chain.outer-not-differentiated", "rule", 18, "The outer function has to be differentiated too.", "The first factor is the derivative of the outer function, not the function itself."),
        Mistake("chain.outer-at-x", "rule", 24, "At which point is the outer derivative taken?", "The outer derivative is taken at the inner function, not at the variable."),
        Mistake("implicit.held-constant", "rule", 12, "y depends on x: what is its derivative?", "d(y)/dx = y′ and not 0 or 1: by the chain rule d(y²)/dx = 2·y·y′."),
        Mistake("implicit.sign", "rule", 14, "What happens to a term that changes sides?", "a + b·y′ = 0 gives y′ = −a/b."),
        Mistake("implicit.upside-down", "rule", 16, "By what is divided to be left with y′?", "b·y′ = −a gives y′ = −a/b: divided by what stands before y′."),
        Mistake("product.one-term", "rule", 16, "A product in which both factors vary has two terms.", "(u·v)' = u'·v + u·v'."),
        Mistake("product.derivatives-multiplied", "rule", SLIP, "Is the derivative of a product the product of the derivatives?", "(u·v)' = u'·v + u·v'."),
        Mistake("quotient.derivatives-divided", "rule", SLIP, "Is the derivative of a quotient the quotient of the derivatives?", "(u/v)' = (u'·v − u·v')/v²."),
        Mistake("quotient.order-swapped", "rule", SLIP, "Which product comes first in the quotient rule?", "(u/v)' = (u'·v − u·v')/v²: first the numerator is differentiated."),
        Mistake("quotient.denominator-not-squared", "rule", SLIP, "What stands under the fraction bar in the quotient rule?", "(u/v)' = (u'·v − u·v')/v²: the denominator is squared."),
        Mistake("quotient.plus", "rule", SLIP, "Look at the sign in the quotient rule.", "(u/v)' = (u'·v − u·v')/v²: with a minus sign."),
        Mistake("power.exponent-kept", "rule", SLIP, "What happens to the exponent in the power rule?", "The exponent comes down as a factor and falls by one."),
        Mistake("power.coefficient-dropped", "rule", SLIP, "The exponent comes down as a factor.", "(uⁿ)' = n·uⁿ⁻¹·u'."),
        Mistake("power.off-by-one", "rule", SLIP, "By how much does the exponent fall?", "(uⁿ)' = n·uⁿ⁻¹·u': the exponent falls by one."),
        Mistake("exp.power-rule", "rule", SLIP, "The variable is in the exponent: is this the power rule?", "The power rule is for a constant exponent; (cᵛ)' = cᵛ·ln c·v'."),
        Mistake("exp.missing-ln", "rule", SLIP, "A factor depending on the base is missing.", "(cᵛ)' = cᵛ·ln c·v'."),
        Mistake("sum.term-not-differentiated", "rule", 17, "Every term of a sum is differentiated.", "One term stands there as it was in the function."),
        Mistake("constant.not-zero", "rule", 17, "What is the derivative of something that does not depend on the variable?", "The derivative of a constant is 0."),
        Mistake("constant.factor-dropped", "rule", 21, "What happens to a constant factor?", "A constant factor stays in front of the derivative."),
        Mistake("factor.too-many", "rule", 19, "Which factor stands here once too often?", "One factor is multiplied in that the derivative does not have."),
        Mistake("reduction.sum-for-mean", "rule", 28, "Is this a sum or an average?", "An average divides by how many terms there are, a sum does not."),
        # ----- tables of derivatives -----
        Mistake("sign.table", "table", SLIP, "Check the sign in your table of derivatives.", "The derivative has the other sign."),
        Mistake("sigmoid.sign", "table", SLIP, "Check the sign inside the derivative of σ.", "σ' = σ·(1 − σ)."),
        Mistake("sigmoid.argument-sign", "table", SLIP, "σ(u) and σ(−u) are not the same: which is it?", "σ(u) = 1/(1 + e^(−u)), and σ(−u) = 1 − σ(u)."),
        Mistake("tanh.table", "table", SLIP, "Check the derivative of tanh.", "tanh' = 1 − tanh²."),
        Mistake("tanh-as-sigmoid", "table", SLIP, "That is the rule of another activation.", "tanh' = 1 − tanh², and σ' = σ·(1 − σ)."),
        Mistake("log.base", "table", 28, "To which base is this logarithm?", "log is the natural logarithm here: (ln u)' = u'/u."),
        # ----- paths through the graph -----
        Mistake("mul.local-not-swapped", "path", SLIP, "A product swaps its factors: which one belongs here?", "The local derivative by one factor is the other factor."),
        Mistake("local.other-operation", "path", SLIP, "Which rule belongs to this operation?", "This is the local derivative of another operation."),
        Mistake("local.dropped", "path", 23, "A local derivative is missing on the way.", "Each operation on the way gives one factor."),
        Mistake("path.dropped", "path", 20, "On how many paths does the variable reach the result?", "What arrives on each path is added up."),
        Mistake("upstream.dropped", "path", 20, "What comes back from above has to be multiplied in.", "The local derivative is multiplied by what comes back from above."),
        Mistake("definition.as-constant", "path", 27, "Does this part depend on the variable?", "This part depends on the variable, so it is not held fixed."),
        Mistake("matrix.wrong-shape", "path", 8, "Which shape has a gradient? Compare it with that of the variable.", "The gradient of a number has the shape of the variable: an entry for each of its entries."),
        Mistake("matrix.transpose-missing", "path", 9, "Compare the shapes: which factor has to be transposed?", "d(A·B) sends g·Bᵀ to A and Aᵀ·g to B."),
        Mistake("matrix.symmetry-assumed", "path", 8, "Is the matrix its own transpose?", "d(xᵀAx)/dx = (A + Aᵀ)x, which is 2Ax only for a symmetric A."),
        # ----- branches and kinks -----
        Mistake("branch.swapped", "branch", SLIP, "Which slope belongs to which side of the kink?", "The slopes of the two sides are exchanged."),
        Mistake("branch.ignored", "branch", 29, "Is it the same on the other side of the kink?", "The slope of one side is taken for both."),
        Mistake("branch.value-not-derivative", "branch", SLIP, "On each side, is it the value or its derivative?", "On a branch stands its value; its derivative belongs there."),
        Mistake("branch.condition-wrong", "branch", 34, "On exactly which values of the variable does each case hold?", "The slopes are right, but one is used where the other case holds."),
        Mistake("branch.kink-convention", "branch", 34, "On the kink itself any value between those of its sides may be taken.", "At a kink there is no derivative, only one from each side."),
        # ----- probabilities -----
        Mistake("softmax.coupling-ignored", "probability", SLIP, "Does one score change the other probabilities too?", "∂pᵢ/∂uⱼ = pᵢ·(δᵢⱼ − pⱼ): each score moves every probability."),
        Mistake("softmax.diagonal-everywhere", "probability", SLIP, "Off the diagonal the derivative of softmax has another form.", "∂pᵢ/∂uⱼ = pᵢ·(δᵢⱼ − pⱼ), which is −pᵢ·pⱼ for i ≠ j."),
        Mistake("ce.p-for-p-minus-y", "probability", SLIP, "For the right class something is taken away from p: what?", "The derivative by the scores is p − y."),
        Mistake("ce.one-hot-everywhere", "probability", SLIP, "For which class is 1 taken away from p?", "The derivative by the scores is p − y, and y is 1 for the right class alone."),
        Mistake("ce.sign", "probability", SLIP - 2, "Which of p and y comes first?", "The derivative by the scores is p − y, not y − p."),
        # ----- in writing -----
        Mistake("rounding", "writing", 5, "Keep the exact number; do not round.", "Numbers such as ln 2, √2 or 1/3 stay as they are until the end."),
        Mistake("name.unknown", "writing", 10, "This name does not occur in the problem.", "Use the names of the problem."),
        Mistake("sqrt.of-sum", "writing", SLIP, "Try √(a + b) and √a + √b with a = 9 and b = 16.", "The root of a sum is not the sum of the roots."),
        Mistake("log.power-confusion", "writing", SLIP, "Which law of logarithms applies here?", "ln(a·b) = ln a + ln b and ln(aⁿ) = n·ln a; there is none for a sum, nor for (ln a)ⁿ."),
        Mistake("domain.abs-dropped", "writing", 30, "Try it with a negative number.", "√(u²) = |u|."),
        Mistake("algebra.cancelling", "writing", 36, "Check the powers that are left after cancelling.", "Only what is a factor of the whole numerator can be cancelled."),
        Mistake("algebra.parenthesis", "writing", SLIP, "What does the factor in front of the brackets multiply?", "A factor, a sign or an exponent outside brackets belongs to all that they hold."),
        Mistake("sign.lost-inner-minus", "writing", 40, "Follow the signs once more.", "One sign is turned."),
        Mistake("algebra", "writing", 44, "Check the algebra of this part.", "Put numbers into both forms: they differ."),
        Mistake("copied-wrong", "writing", 45, "Compare with the function that is given: is it the same?", "A name or a number is not the one that is given."),
        Mistake("arithmetic-slip", "writing", 48, "Check the numbers.", "One number is not what the calculation gives."),
        # ----- something else was worked out -----
        Mistake("not-differentiated", "asked", 13, "Is this the function or its derivative?", "This is the function itself."),
        Mistake("integrated-instead", "asked", 15, "Differentiate, do not integrate.", "The derivative of this is the function that was given."),
        Mistake("second-derivative", "asked", 18, "How many times is it to be differentiated?", "This was differentiated twice."),
        Mistake("updated-instead", "asked", 16, "Is this the gradient, or the parameter after the step?", "This is the new value of the parameter: what is subtracted from the old one, without the rate, is the gradient."),
        Mistake("wrt.wrong-variable", "asked", 17, "With respect to which variable is it to be differentiated?", "This is the derivative with respect to another variable."),
        Mistake("wrt.total", "asked", 18, "Only one variable moves; the others are held fixed.", "The derivatives by several variables are added up here."),
        Mistake("wrong-function", "asked", 42, "Compare with the function that is given: is it the same?", "This is the derivative of a function that resembles the given one."),
        # ----- of exercises about graphs, descent and reading -----
        Mistake("seed.missing", "course", 60, "With which number does the backward pass start?", "The backward pass starts with dL/dL = 1."),
        Mistake("label-not-input", "course", 60, "Which names of the loss are not computed?", "The label is an input of the graph too."),
        Mistake("constant-as-input", "course", 60, "Is an exponent an input?", "A constant exponent belongs to its operation."),
        Mistake("split-at-add", "course", 60, "How far does a sum move when one term moves by 1?", "A sum hands its upstream gradient on unchanged to each term."),
        Mistake("max-both-sides", "course", 60, "What happens to a max when its smaller argument moves a little?", "A max sends the whole gradient to the argument that won."),
        Mistake("update.ascent", "course", 60, "Which way does the gradient point?", "The gradient points uphill, so a step subtracts it."),
        Mistake("update.sequential", "course", 60, "With which parameters is each gradient worked out?", "All gradients are worked out before the first parameter changes."),
        Mistake("update.print-order", "course", 60, "When is the loss printed?", "The printed loss is that before the updates of its epoch."),
        Mistake("update.batch-for-stochastic", "course", 60, "After how many examples do the parameters change?", "Stochastic descent changes the parameters after every example."),
        Mistake("check.step-too-big", "course", 60, "How large is the step of the difference quotient?", "A difference quotient needs a small step."),
        Mistake("softmax.no-exp", "course", 60, "What is done to the scores before they are divided by their sum?", "A softmax exponentiates the scores first."),
        Mistake("weights-exchanged", "course", 60, "Which weight belongs to which input?", "w₁ belongs to the first input, w₂ to the second."),
        Mistake("forgot-bias", "course", 60, "What is added to the weighted sum?", "The bias is added to the weighted sum."),
        Mistake("forgot-label", "course", 60, "What is compared with the score?", "The label is taken away before squaring."),
        Mistake("wrong-class-log", "course", 60, "The logarithm of which probability is it?", "The loss is −ln of the probability of the right class."),
        Mistake("wrong-true-class", "course", 60, "Which class is the right one?", "The label says which class is the right one."),
        Mistake("copied-slide", "course", 60, "Does that hold for these numbers?", "Work it out at one point."),
        Mistake("claim-accepted", "course", 60, "Does that hold for these numbers?", "Work it out at one point."),
        Mistake("one-point-check", "course", 60, "Is one point enough?", "Two expressions may agree at one point and differ at the next."),
        Mistake("final-line-blamed", "course", 60, "Which line is the first that does not follow?", "The last line follows from the one before it."),
    )
}  # fmt: skip


def mistake(id: str) -> Mistake:
    """Return a misconception of the catalogue, or an AuthorError with the id that is nearest.

    >>> mistake("branch.ignored").family
    'branch'
    >>> mistake("brnch.ignoredd")
    Traceback (most recent call last):
        ...
    graphtutor.errors.AuthorError: 'brnch.ignoredd' is no misconception of the catalogue (did you mean 'branch.ignored'?)
    """
    if id in CATALOGUE:
        return CATALOGUE[id]
    raise AuthorError(f"'{id}' is no misconception of the catalogue{near(id, CATALOGUE)}")


def unknown(ids: Iterable[str]) -> str:
    """Return what is wrong with ids of misconceptions, nothing if all are in the catalogue.

    >>> unknown(["sign.table", "path.droped"])
    "'path.droped' is no misconception of the catalogue (did you mean 'path.dropped'?)"
    """
    for id in ids:
        try:
            mistake(id)
        except AuthorError as error:
            return str(error)
    return ""
