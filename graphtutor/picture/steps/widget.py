"""The page's component as a widget of a notebook: `step` and every input are traits, to be linked, observed and set."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from ...errors import LearnerError
from ...expr.running import to_float
from ...shown import bundle
from ...walk.tangents import Tangents
from ...walk.trace import Trace
from .page import colour_rules, component, looks, named
from .save import Painter

ESM = """
export default {render({model, el}) {
  const names = model.get("_names"), root = el.appendChild(document.createElement("div"));
  const put = (name, value) => { model.set(name, value); model.save_changes(); };
  const same = (a, b) => JSON.stringify([a].flat(9)) === JSON.stringify([b].flat(9));
  const shaped = (flat, like) => Array.isArray(like) ? (() => { let at = 0; const fill = x => Array.isArray(x) ? x.map(fill) : flat[at++]; return fill(like); })() : flat[0];
  const shown = graphtutor(root, model.get("_told"), {step: model.get("step"), onstep: k => model.get("step") === k || put("step", k),
    oninput: (key, flat) => put(names[key], shaped(flat, model.get(names[key])))});
  const ears = [["change:step", () => model.get("step") === shown.step || shown.show(model.get("step"))]];
  for (const key in names) { let last = null; ears.push(["change:" + names[key], () => { const value = model.get(names[key]); if (!same(last, value)) shown.set(key, last = value); }]); }
  ears.forEach(([event, heard]) => model.on(event, heard));
  return () => { ears.forEach(([event, heard]) => model.off(event, heard)); shown.destroy(); };
}};
"""


@cache
def kind() -> Any:
    """Return the class of the widget. Raises LearnerError where anywidget is not installed."""
    try:
        import anywidget
        import traitlets
    except ImportError:
        raise LearnerError("a widget needs anywidget; install it with pip install 'graphtutor[anywidget]'") from None

    class Stepper(anywidget.AnyWidget):  # type: ignore[misc]
        _esm = component() + ESM
        _css = colour_rules(None, "default", ".gt") + looks()
        _told = traitlets.Dict().tag(sync=True)
        _names = traitlets.Dict().tag(sync=True)
        step = traitlets.Int(0).tag(sync=True)

        def _repr_mimebundle_(self, **how: Any) -> Any:
            made = super()._repr_mimebundle_(**how)
            data, rest = made if isinstance(made, tuple) else (made or {}, {})
            return bundle("graphtutor stepper", svg=self.drawn) | data, rest

    return Stepper


def widget(walked: Trace | Tangents) -> Any:
    """Return the widget of a walk at a point: an input w0 is its trait `w0`, one whose name is taken gets a _ behind it."""
    if walked.numbers is None:
        raise LearnerError("this trace has no point, so no input could change; call .trace(at={…})")
    painter = Painter(walked)
    stepper = kind()
    stepper.drawn = staticmethod(painter.svg)
    point = dict(walked.point or ())
    names = {name: trait_of(name, stepper) for name in point}
    made = stepper(_told=named(painter.told()), _names=names)
    for name, value in point.items():
        made.add_traits(**{names[name]: synced(value)})
    return made


def trait_of(name: str, stepper: Any) -> str:
    trait = "".join(c if c.isalnum() else "_" for c in name)
    return trait + "_" if hasattr(stepper, trait) else trait


def synced(value: Any) -> Any:
    """Return the trait of an input, with its value: a number, or a list of them."""
    import traitlets

    if np.ndim(to_float(value)):
        return traitlets.List(np.asarray(value, dtype=float).tolist()).tag(sync=True)
    return traitlets.CFloat(float(to_float(value))).tag(sync=True)
