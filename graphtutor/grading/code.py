"""A student's Python functions, read as mathematics. The code is parsed, never run.

A whitelisted part of Python (assignments, arithmetic, indexing, calls of each other and of `math` and
`np` functions, `max`, `if`, bounded `for`, comprehensions, `sum`) is followed on symbols. What is
followed gives the same trees as text does; anything else is refused with the line and the reason.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, NoReturn

import sympy as sp

from ..errors import LearnerError, ReadError
from ..language import trees
from ..maths import heads
from ..maths.ops import ROWS

MOST_CHARS, MOST_STEPS, MOST_DEPTH, MOST_NESTING, MOST_TIMES = 10_000, 20_000, 12, 60, 1000
MODULES = frozenset(["math", "np", "numpy", "cmath"])
BINARY: Mapping[type, str] = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div", ast.Pow: "pow"}
COMPARE: Mapping[type, str] = {ast.Lt: "lt", ast.LtE: "le", ast.Gt: "gt", ast.GtE: "ge", ast.Eq: "eq", ast.NotEq: "ne"}
PYTHON: Mapping[type, Callable[[Any, Any], Any]] = {
    ast.Add: lambda a, b: a + b, ast.Sub: lambda a, b: a - b, ast.Mult: lambda a, b: a * b, ast.FloorDiv: lambda a, b: a // b, ast.Mod: lambda a, b: a % b,
    ast.Lt: lambda a, b: a < b, ast.LtE: lambda a, b: a <= b, ast.Gt: lambda a, b: a > b, ast.GtE: lambda a, b: a >= b,
    ast.Eq: lambda a, b: a == b, ast.NotEq: lambda a, b: a != b,
}  # fmt: skip


class Vector(list[Any]):
    """A list of values that arithmetic acts on entry by entry, as NumPy's arrays do."""


@dataclass(frozen=True, slots=True)
class Named:
    """A parameter that nobody described: itself a name, and indexed, the name with the index (`x[0]` → x0)."""

    name: str


@dataclass(slots=True)
class Scope:
    """Names and their values while a function is followed."""

    known: dict[str, Any]
    given: Any = None
    done: bool = False

    def copy(self) -> Scope:
        return Scope(dict(self.known), self.given, self.done)


@dataclass(frozen=True)
class Code:
    """The functions of a text of Python: `code("dfn_w0", args)` gives the tree of what one returns.

    >>> code = read_code("def f(x, w):\\n    return 2*x[0]*w")
    >>> code("f", {"x": ["x0", "x1"], "w": "w0"})
    2*x0*w0
    """

    text: str
    functions: Mapping[str, ast.FunctionDef]
    modules: frozenset[str] = MODULES
    imported: Mapping[str, str] = field(default_factory=dict)
    globals: Mapping[str, ast.expr] = field(default_factory=dict)

    def __call__(self, name: str, args: Mapping[str, Any] | None = None) -> Any:
        """Return the tree (a list of trees for a vector) that function `name` returns; `args`: parameter → name or list of names."""
        if name not in self.functions:
            raise ReadError(f"no function '{name}' in the code; it has {', '.join(self.functions) or 'none'}", self.text.split("\n")[0][:100])
        function = self.functions[name]
        given = {a.arg: described((args or {}).get(a.arg), a.arg) for a in parameters(function)}
        return plain(Follower(self).call(function, [given[a.arg] for a in parameters(function)], {}, function))


def described(value: Any, name: str) -> Any:
    """Return what a parameter stands for: a symbol, a vector of them, or a name to be indexed."""
    if value is None:
        return Named(name)
    if isinstance(value, str):
        return sp.Symbol(value)
    if isinstance(value, list | tuple):
        return Vector(described(v, name) for v in value)
    raise LearnerError(f"args of '{name}': expected a name or a list of names, met {value!r}")


def plain(value: Any) -> Any:
    """Return a result as a tree, or as a list of them."""
    if isinstance(value, list):
        return [plain(v) for v in value]
    return tree_of(value)


def tree_of(value: Any) -> sp.Basic:
    if isinstance(value, sp.Basic):
        return value
    if isinstance(value, Named):
        return sp.Symbol(value.name)
    if isinstance(value, bool | int):
        return sp.Integer(int(value))
    raise LearnerError(f"expected a number, met {kind(value)}")


def kind(value: Any) -> str:
    return "a list" if isinstance(value, list) else "nothing" if value is None else "a number" if isinstance(value, int) else type(value).__name__.lower()


# ----- parsing -----
def read_code(text: str) -> Code:
    """Return the functions of a text of Python. Raises ReadError for what is refused, with line and column."""
    if not isinstance(text, str):
        raise LearnerError(f"cannot read {type(text).__name__} as code; expected text")
    if len(text) > MOST_CHARS:
        raise ReadError(f"the code is {len(text)} characters long; at most {MOST_CHARS} are read", text[:80].split("\n")[0])
    nested(text)
    try:
        module = ast.parse(text)
    except SyntaxError as error:
        line = error.lineno or 1
        rows = text.split("\n")
        raise ReadError(f"not Python: {error.msg}", rows[line - 1] if line <= len(rows) else "", line, error.offset or 1) from None
    except (RecursionError, MemoryError, ValueError):
        raise ReadError("not Python that can be read: nested too deeply, or a character that is not text", text.split("\n")[0][:100]) from None
    functions: dict[str, ast.FunctionDef] = {}
    modules, imported, values = set(MODULES), {}, {}
    for statement in module.body:
        if isinstance(statement, ast.FunctionDef):
            functions[statement.name] = statement
        elif isinstance(statement, ast.Import):
            for alias in statement.names:
                allowed(text, statement, alias.name)
                modules.add(alias.asname or alias.name)
        elif isinstance(statement, ast.ImportFrom):
            allowed(text, statement, statement.module or "")
            imported |= {alias.asname or alias.name: alias.name for alias in statement.names}
        elif isinstance(statement, ast.Assign) and len(statement.targets) == 1 and isinstance(statement.targets[0], ast.Name):
            values[statement.targets[0].id] = statement.value
        elif not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)):
            refuse(text, statement, f"{named(statement)} outside a function is not read; put the derivative in a function that returns it")
    return Code(text, functions, frozenset(modules), imported, values)


def nested(text: str) -> None:
    """Refuse what Python's own parser could not take without deep recursion."""
    depth = run = 0
    for k, c in enumerate(text):
        depth += (c in "([{") - (c in ")]}")
        run = run + 1 if c in "+-~" else run if c == " " else 0
        if depth > MOST_NESTING or run > MOST_NESTING:
            line = text.count("\n", 0, k) + 1
            raise ReadError(f"nested more than {MOST_NESTING} deep; use intermediate names", text.split("\n")[line - 1], line, k - text.rfind("\n", 0, k))


def allowed(text: str, node: ast.stmt, module: str) -> None:
    if module.split(".")[0] not in MODULES:
        refuse(text, node, f"import of '{module}' is not read; only math and numpy are known")


def named(node: ast.AST) -> str:
    words = {"While": "while", "Try": "try", "With": "with", "ClassDef": "class", "Lambda": "lambda", "Delete": "del", "Global": "global", "Raise": "raise", "Assert": "assert",
             "JoinedStr": "an f-string", "Await": "await", "Yield": "yield", "Starred": "*", "Dict": "a dictionary", "Set": "a set", "For": "for", "If": "if",
             "NamedExpr": ":=", "Expr": "an expression", "Assign": "this assignment", "AugAssign": "this assignment"}  # fmt: skip
    name = words.get(type(node).__name__, type(node).__name__)
    return name if " " in name else f"'{name}'"


def refuse(text: str, node: Any, message: str) -> NoReturn:
    line = getattr(node, "lineno", 1)
    raise ReadError(message, text.split("\n")[line - 1], line, getattr(node, "col_offset", 0) + 1)


def parameters(function: ast.FunctionDef) -> list[ast.arg]:
    return [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]


# ----- following -----
class Follower:
    """Follows functions on symbols, with a bound on steps and on calls within calls."""

    def __init__(self, code: Code):
        self.code, self.steps, self.depth = code, 0, 0

    def fail(self, node: Any, message: str) -> NoReturn:
        refuse(self.code.text, node, message)

    def step(self, node: Any) -> None:
        self.steps += 1
        if self.steps > MOST_STEPS:
            self.fail(node, f"the code takes more than {MOST_STEPS} steps; only short functions are read")

    def call(self, function: ast.FunctionDef, args: Sequence[Any], named: Mapping[str, Any], node: Any) -> Any:
        self.depth += 1
        if self.depth > MOST_DEPTH:
            self.fail(node, f"functions call one another more than {MOST_DEPTH} deep")
        own = parameters(function)
        if function.args.vararg or function.args.kwarg or function.decorator_list:
            self.fail(function, "only functions with plain parameters and without decorators are read")
        known = dict(zip((a.arg for a in own), args, strict=False)) | dict(named)
        for a, default in zip(own[len(own) - len(function.args.defaults) :], function.args.defaults, strict=True):
            known.setdefault(a.arg, self.value(default, Scope({})))
        missing = [a.arg for a in own if a.arg not in known]
        if missing or len(args) > len(own):
            self.fail(node, f"{function.name} takes {len(own)} arguments ({', '.join(a.arg for a in own)}), met {len(args) + len(named)}")
        scope = Scope(known)
        self.block(function.body, scope)
        self.depth -= 1
        if not scope.done:
            self.fail(function, f"{function.name} ends without return; write return before its result")
        return scope.given

    # ----- statements -----
    def block(self, body: Sequence[ast.stmt], scope: Scope) -> None:
        for k, statement in enumerate(body):
            if scope.done:
                return
            self.step(statement)
            if isinstance(statement, ast.If):
                self.branch(statement, body[k + 1 :], scope)
                return
            self.statement(statement, scope)

    def statement(self, node: ast.stmt, scope: Scope) -> None:
        if isinstance(node, ast.Return):
            if node.value is None:
                self.fail(node, "return without a value; return the derivative")
            scope.given, scope.done = self.value(node.value, scope), True
        elif isinstance(node, ast.Assign):
            value = self.value(node.value, scope)
            for target in node.targets:
                self.assign(target, value, scope)
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            self.assign(node.target, self.value(node.value, scope), scope)
        elif isinstance(node, ast.AugAssign):
            if type(node.op) not in BINARY:
                self.fail(node, "this assignment is not read; only +=, -=, *=, /= and **= are")
            self.assign(node.target, self.binary(node.op, self.value(node.target, scope), self.value(node.value, scope), node), scope)
        elif isinstance(node, ast.For):
            self.loop(node, scope)
        elif isinstance(node, ast.FunctionDef):
            self.fail(node, "a function inside a function is not read; write it beside the others")
        elif not (isinstance(node, ast.Pass) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))):
            self.fail(node, f"{named(node)} is not read; write the derivative with assignments, if, for and return")

    def assign(self, target: ast.expr, value: Any, scope: Scope) -> None:
        if isinstance(target, ast.Name):
            scope.known[target.id] = value
        elif isinstance(target, ast.Tuple | ast.List):
            values = value if isinstance(value, list) else self.fail(target, f"cannot unpack {kind(value)}")
            if len(values) != len(target.elts):
                self.fail(target, f"{len(target.elts)} names for {len(values)} values")
            for t, v in zip(target.elts, values, strict=True):
                self.assign(t, v, scope)
        elif isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
            whole, key = self.value(target.value, scope), self.value(target.slice, scope)
            if not isinstance(whole, list) or not isinstance(key, int) or not -len(whole) <= key < len(whole):
                self.fail(target, "only an entry of a list made here can be assigned")
            new = type(whole)(whole)
            new[key] = value
            scope.known[target.value.id] = new
        else:
            self.fail(target, "only names and entries of lists are assigned")

    def branch(self, node: ast.If, rest: Sequence[ast.stmt], scope: Scope) -> None:
        """Follow both sides of an `if` that symbols decide, each with what comes after; one side if a number decides."""
        condition = self.value(node.test, scope)
        if not isinstance(condition, sp.Basic):
            self.block([*(node.body if condition else node.orelse), *rest], scope)
            return
        yes, no = scope.copy(), scope.copy()
        self.block(node.body, yes)
        self.block(node.orelse, no)
        if not yes.done and not no.done:
            scope.known = {name: self.either(condition, yes.known[name], no.known[name], node) for name in yes.known.keys() & no.known.keys()}
            self.block(rest, scope)
            return
        for side in (yes, no):
            self.block(rest, side)
        if yes.done != no.done:
            self.fail(node, "one side of this if ends without return")
        scope.done = yes.done
        scope.given = self.either(condition, yes.given, no.given, node)

    def either(self, condition: sp.Basic, yes: Any, no: Any, node: Any) -> Any:
        if yes is no or (isinstance(yes, int | Named) and yes == no):
            return yes
        if isinstance(yes, list) and isinstance(no, list) and len(yes) == len(no):
            return type(yes)(self.either(condition, a, b, node) for a, b in zip(yes, no, strict=True))
        if isinstance(yes, list) or isinstance(no, list):
            self.fail(node, "the two sides of this if give values of different lengths")
        return trees.compose("where", (condition, tree_of(yes), tree_of(no)))

    def loop(self, node: ast.For, scope: Scope) -> None:
        for value in self.each(node.iter, scope):
            self.assign(node.target, value, scope)
            self.block(node.body, scope)
            if scope.done:
                return
        self.block(node.orelse, scope)

    def each(self, node: ast.expr, scope: Scope) -> list[Any]:
        values = self.value(node, scope)
        if not isinstance(values, list):
            self.fail(node, f"for needs a list or range(…), met {kind(values)}; describe the length of the parameter in args")
        if len(values) > MOST_TIMES:
            self.fail(node, f"the loop runs {len(values)} times; at most {MOST_TIMES} are followed")
        return list(values)

    # ----- expressions: a stack of nodes, each worked out after its parts -----
    def value(self, node: ast.expr, scope: Scope) -> Any:
        todo: list[tuple[ast.expr, bool]] = [(node, False)]
        done: list[Any] = []
        while todo:
            top, ready = todo.pop()
            parts = parts_of(top)
            if not ready and parts:
                self.step(top)
                todo.append((top, True))
                todo.extend((p, False) for p in reversed(parts))
                continue
            count = len(parts)
            given = done[len(done) - count :]
            del done[len(done) - count :]
            done.append(self.one(top, given, scope))
        return done[0]

    def one(self, node: ast.expr, given: list[Any], scope: Scope) -> Any:
        """Return the value of a node whose parts have the values `given`."""
        if isinstance(node, ast.Constant):
            return self.constant(node)
        if isinstance(node, ast.Name):
            return self.name(node, scope)
        if isinstance(node, ast.BinOp):
            return self.binary(node.op, *given, node)
        if isinstance(node, ast.UnaryOp):
            return self.unary(node, given[0])
        if isinstance(node, ast.Compare):
            return self.compare(node, given)
        if isinstance(node, ast.BoolOp):
            if not any(isinstance(v, sp.Basic) for v in given):
                return all(given) if isinstance(node.op, ast.And) else any(given)
            return self.entrywise("and" if isinstance(node.op, ast.And) else "or", given, node)
        if isinstance(node, ast.IfExp):
            test, yes, no = given
            return self.either(test, yes, no, node) if isinstance(test, sp.Basic) else (yes if test else no)
        if isinstance(node, ast.List | ast.Tuple):
            return list(given)
        if isinstance(node, ast.Subscript):
            return self.entry(given[0], given[1], node)
        if isinstance(node, ast.Call):
            return self.called(node, given, scope)
        if isinstance(node, ast.ListComp | ast.GeneratorExp):
            return self.comprehension(node, scope)
        if isinstance(node, ast.Attribute):
            return self.attribute(node, given[0] if given else None)
        self.fail(node, f"{named(node)} is not read; write the derivative with arithmetic and the functions of math and numpy")

    def constant(self, node: ast.Constant) -> Any:
        if isinstance(node.value, bool | int):
            if abs(int(node.value)) > 10**100:
                self.fail(node, "a number of more than 100 digits is not read")
            return node.value
        if isinstance(node.value, float):
            text = ast.get_source_segment(self.code.text, node) or repr(node.value)
            return heads.Decimal(params=(Fraction(text.replace("_", "")), text)) if node.value < float("inf") and abs(node.value) < 1e100 else self.fail(node, "this number is too large")
        self.fail(node, f"{'text' if isinstance(node.value, str) else 'this constant'} is not read; expected numbers")

    def name(self, node: ast.Name, scope: Scope) -> Any:
        if node.id in scope.known:
            return scope.known[node.id]
        if node.id in self.code.globals:
            return self.value(self.code.globals[node.id], Scope({}))
        if self.code.imported.get(node.id) in ("pi", "e"):
            return {"pi": sp.pi, "e": sp.E}[self.code.imported[node.id]]
        self.fail(node, f"'{node.id}' is not defined here; define it before, or make it a parameter")

    def attribute(self, node: ast.Attribute, whole: Any) -> Any:
        if isinstance(node.value, ast.Name) and node.value.id in self.code.modules and node.attr in ("pi", "e", "inf"):
            return {"pi": sp.pi, "e": sp.E, "inf": sp.oo}[node.attr]
        if node.attr == "shape" and isinstance(whole, list):
            return [len(whole)]
        self.fail(node, f"'.{node.attr}' is not read")

    def binary(self, op: ast.operator, a: Any, b: Any, node: Any) -> Any:
        if isinstance(op, ast.MatMult):
            return self.product(a, b, node)
        if type(a) in (int, bool) and type(b) in (int, bool):
            if type(op) in PYTHON and not (isinstance(op, ast.FloorDiv | ast.Mod) and b == 0):
                return PYTHON[type(op)](a, b)
            if isinstance(op, ast.Pow) and 0 <= b <= 300 and abs(a) <= 1000:
                return a**b
        if type(op) not in BINARY:
            self.fail(node, "this operator is not read; expected + - * / ** or @")
        if type(a) is list and type(b) is list and isinstance(op, ast.Add):
            return a + b
        if type(a) is list or type(b) is list:
            self.fail(node, "arithmetic on a plain list is not that on its entries in Python; use np.array([…]) or a loop")
        return self.entrywise(BINARY[type(op)], [a, b], node)

    def entrywise(self, op: str, given: Sequence[Any], node: Any) -> Any:
        """Return an operation on numbers, or on vectors entry by entry."""
        self.step(node)
        lengths = {len(v) for v in given if isinstance(v, list)}
        if len(lengths) > 1:
            self.fail(node, f"vectors of {' and '.join(map(str, sorted(lengths)))} entries do not fit")
        if lengths:
            return Vector(self.entrywise(op, [v[k] if isinstance(v, list) else v for v in given], node) for k in range(lengths.pop()))
        try:
            return trees.compose(op, tuple(tree_of(v) for v in given))
        except LearnerError as error:
            self.fail(node, str(error))

    def unary(self, node: ast.UnaryOp, value: Any) -> Any:
        if isinstance(node.op, ast.Not):
            return (not value) if not isinstance(value, sp.Basic) else trees.compose("not", (value,))
        if isinstance(node.op, ast.UAdd):
            return value
        if isinstance(node.op, ast.USub):
            return -value if isinstance(value, int) else self.entrywise("neg", [value], node)
        self.fail(node, "'~' is not read")

    def compare(self, node: ast.Compare, given: list[Any]) -> Any:
        found = []
        for op, a, b in zip(node.ops, given[:-1], given[1:], strict=True):
            if type(op) not in COMPARE:
                self.fail(node, "'in' and 'is' are not read; expected < <= > >= == !=")
            plain = isinstance(a, int) and isinstance(b, int)
            found.append(PYTHON[type(op)](a, b) if plain else self.entrywise(COMPARE[type(op)], [a, b], node))
        if not any(isinstance(f, sp.Basic | list) for f in found):
            return all(found)
        return found[0] if len(found) == 1 else self.entrywise("and", found, node)

    def entry(self, whole: Any, key: Any, node: ast.Subscript) -> Any:
        if isinstance(whole, Named) and isinstance(key, int) and key >= 0:
            return Named(f"{whole.name}{key}")
        if isinstance(whole, Named) and isinstance(key, list) and all(isinstance(k, int) and k >= 0 for k in key):
            return Named(f"{whole.name}{''.join(map(str, key))}")
        if isinstance(key, list) and key and isinstance(whole, list):
            for k in key:
                whole = self.entry(whole, k, node)
            return whole
        if not isinstance(whole, list) or not isinstance(key, int):
            self.fail(node, f"cannot take an entry of {kind(whole)}; an index is a whole number known here")
        if not -len(whole) <= key < len(whole):
            self.fail(node, f"index {key} of {len(whole)} entries; counting starts at 0")
        return whole[key]

    def comprehension(self, node: ast.ListComp | ast.GeneratorExp, scope: Scope) -> list[Any]:
        self.depth += 1
        if self.depth > MOST_DEPTH:
            self.fail(node, "comprehensions are nested too deeply")
        scopes = [scope.copy()]
        for clause in node.generators:
            if clause.is_async:
                self.fail(node, "'async' is not read")
            new = []
            for inner in scopes:
                for value in self.each(clause.iter, inner):
                    here = inner.copy()
                    self.assign(clause.target, value, here)
                    if all(self.decided(test, here) for test in clause.ifs):
                        new.append(here)
            scopes = new
        found = [self.value(node.elt, here) for here in scopes]
        self.depth -= 1
        return found

    def decided(self, test: ast.expr, scope: Scope) -> bool:
        value = self.value(test, scope)
        if isinstance(value, sp.Basic):
            self.fail(test, "a condition on the numbers inside a comprehension is not read; write a if condition else b")
        return bool(value)

    # ----- calls -----
    def called(self, node: ast.Call, given: list[Any], scope: Scope) -> Any:
        names = [k.arg for k in node.keywords]
        count = len(node.args)
        args, named_args = given[len(given) - count - len(names) :][:count], dict(zip(names, given[len(given) - len(names) :] if names else [], strict=True))
        if None in named_args:
            self.fail(node, "'**' is not read")
        target = node.func
        if isinstance(target, ast.Name):
            if target.id in self.code.functions:
                return self.call(self.code.functions[target.id], args, {str(k): v for k, v in named_args.items()}, node)
            name = self.code.imported.get(target.id, target.id)
        elif isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and target.value.id in self.code.modules and target.value.id not in scope.known:
            name = target.attr
        elif isinstance(target, ast.Attribute) and target.attr in METHODS:
            name, args = target.attr, [given[0], *args]
        else:
            self.fail(node, "this call is not read; call your own functions, or those of math and numpy")
        if named_args:
            self.fail(node, f"'{min(str(n) for n in named_args)}=' is not read here; give arguments by position")
        return self.function(name, args, node)

    def function(self, name: str, args: list[Any], node: ast.Call) -> Any:
        builtin = BUILTINS.get(name)
        if builtin is not None:
            try:
                return builtin(self, args, node)
            except (IndexError, TypeError, ValueError):
                self.fail(node, f"{name} cannot take these arguments")
        row = next((r for r in ROWS.values() if name in r.names and r.entrywise), None)
        if row is None:
            self.fail(node, f"'{name}' is not read; call your own functions, or exp, log, sqrt, max … of math and numpy")
        if row.arity[1] != 1 and len(args) == 1 and isinstance(args[0], list):
            args = list(args[0])
        least, most = row.arity
        if len(args) < least or (most is not None and len(args) > most):
            self.fail(node, f"{name} takes {least} argument{'s' * (least > 1)}, met {len(args)}")
        return self.entrywise(row.name, args, node)

    def total(self, values: Any, node: Any) -> Any:
        if not isinstance(values, list):
            self.fail(node, f"sum needs a list, met {kind(values)}; describe the length of the parameter in args")
        out: Any = 0
        for k, value in enumerate(values):
            out = value if k == 0 else self.binary(ast.Add(), out, value, node)
        return out

    def product(self, a: Any, b: Any, node: Any) -> Any:
        """Return the dot or matrix product of lists."""
        if not isinstance(a, list) or not isinstance(b, list):
            self.fail(node, "@ and dot need two vectors; describe the parameters in args, such as {\"x\": [\"x0\", \"x1\"]}")
        if a and isinstance(a[0], list):
            return Vector(self.product(Vector(row), b, node) for row in a)
        if b and isinstance(b[0], list):
            return Vector(self.product(a, Vector(row[k] for row in b), node) for k in range(len(b[0])))
        if len(a) != len(b):
            self.fail(node, f"vectors of {len(a)} and {len(b)} entries do not fit")
        return self.total(self.entrywise("mul", [Vector(a), Vector(b)], node), node)


def parts_of(node: ast.expr) -> list[ast.expr]:
    """Return the sub-expressions that are worked out before a node, in order."""
    if isinstance(node, ast.BinOp):
        return [node.left, node.right]
    if isinstance(node, ast.UnaryOp):
        return [node.operand]
    if isinstance(node, ast.Compare):
        return [node.left, *node.comparators]
    if isinstance(node, ast.BoolOp):
        return node.values
    if isinstance(node, ast.IfExp):
        return [node.test, node.body, node.orelse]
    if isinstance(node, ast.List | ast.Tuple):
        return node.elts
    if isinstance(node, ast.Subscript):
        return [node.value, node.slice]
    if isinstance(node, ast.Call):
        own = [node.func.value] if isinstance(node.func, ast.Attribute) and node.func.attr in METHODS and not module_like(node.func.value) else []
        return [*own, *node.args, *(k.value for k in node.keywords)]
    if isinstance(node, ast.Attribute) and not module_like(node.value):
        return [node.value]
    return []


def module_like(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in MODULES


def listed(f: Follower, value: Any, node: Any) -> list[Any]:
    return value if isinstance(value, list) else f.fail(node, f"expected a list, met {kind(value)}")


def whole(f: Follower, value: Any, node: Any) -> int:
    return value if isinstance(value, int) else f.fail(node, "expected a whole number known here")


def filled(value: int) -> Callable[[Follower, list[Any], Any], Vector]:
    def make(f: Follower, args: list[Any], node: Any) -> Vector:
        size = len(args[0]) if isinstance(args[0], list) else whole(f, args[0], node)
        return Vector([value] * size) if size <= MOST_TIMES else f.fail(node, f"at most {MOST_TIMES} entries are followed")

    return make


def counted(f: Follower, args: list[Any], node: Any) -> list[Any]:
    numbers = range(*(whole(f, a, node) for a in args))
    return list(numbers) if len(numbers) <= MOST_TIMES else f.fail(node, f"the loop runs {len(numbers)} times; at most {MOST_TIMES} are followed")


def vector(f: Follower, args: list[Any], node: Any) -> Any:
    return Vector(vector(f, [v], node) if isinstance(v, list) else v for v in args[0]) if isinstance(args[0], list) else args[0]


def mean(f: Follower, args: list[Any], node: Any) -> Any:
    values = listed(f, args[0], node)
    return f.binary(ast.Div(), f.total(values, node), len(values), node)


BUILTINS: Mapping[str, Callable[[Follower, list[Any], Any], Any]] = {
    "sum": lambda f, a, n: f.total(a[0], n) if len(a) == 1 else f.binary(ast.Add(), a[1], f.total(a[0], n), n),
    "len": lambda f, a, n: len(listed(f, a[0], n)),
    "range": counted,
    "zip": lambda f, a, n: [list(row) for row in zip(*(listed(f, v, n) for v in a), strict=False)],
    "enumerate": lambda f, a, n: [[k, v] for k, v in enumerate(listed(f, a[0], n))],
    "list": lambda f, a, n: list(listed(f, a[0], n)),
    "tuple": lambda f, a, n: list(listed(f, a[0], n)),
    "float": lambda f, a, n: a[0],
    "array": vector, "asarray": vector,
    "zeros": filled(0), "zeros_like": filled(0), "ones": filled(1), "ones_like": filled(1),
    "dot": lambda f, a, n: f.product(a[0], a[1], n), "matmul": lambda f, a, n: f.product(a[0], a[1], n), "inner": lambda f, a, n: f.product(a[0], a[1], n),
    "mean": mean, "average": mean,
    "pow": lambda f, a, n: f.binary(ast.Pow(), a[0], a[1], n), "power": lambda f, a, n: f.binary(ast.Pow(), a[0], a[1], n),
    "square": lambda f, a, n: f.binary(ast.Pow(), a[0], 2, n),
    "copy": lambda f, a, n: a[0],
}  # fmt: skip
METHODS = frozenset(["sum", "mean", "dot", "copy"])

