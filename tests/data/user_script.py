"""What a user writes: every public name once, for type checkers to read."""

import graphtutor as gt

g = gt.graph("f = w*x + b; L = (f - y)**2", shapes=None)
t = g.trace(at={"w": 2.0, "x": 3.0, "b": 1.0, "y": 5.0})
files = t.draw("x.svg", step=3, theme="dark", digits=3)
svg: str = t.svg(theme="light")
v: gt.Verdict = gt.same("x + x", "2*x")
d: gt.Derivation = gt.derive("x**2", wrt="x", style="lecture")
h: gt.History = gt.train("(w - 3)**2", start={"w": 0.0}, epochs=3)
p = h.plot("loss", title="a")
m: gt.Grade = gt.grade("x**2", "2*x", wrt="x")
e = gt.exercise("hinge-dw0", seed="ada")
ok: bool = gt.check(g).ok
many = gt.grade_many([{"expression": "x**2", "wrt": "x", "answer": "2x"}])
tree = gt.read("x + 1")
rows = gt.load("lecture")
c = gt.compare_losses()
r = gt.outliers(seed=1)
try:
    gt.graph("sine(x)")
except (gt.ReadError, gt.ShapeError, gt.DomainError, gt.LearnerError, gt.AuthorError) as error:
    print(error)
x = gt.fn.exp(1.0)
k = gt.Rubric()
G: type[gt.Graph] = gt.Graph
T: type[gt.Trace] = gt.Trace
module = gt.from_torch
function = gt.from_jax
