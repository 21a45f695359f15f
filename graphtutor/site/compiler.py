"""Sources to an archive of code without docstrings, the same bytes each time; stands alone, so that another Python may run it.

As a script it reads {name: source} as JSON from standard input and writes the archive to standard output.
"""

import ast
import importlib.util
import io
import json
import marshal
import sys
import zipfile

EPOCH = (1980, 1, 1, 0, 0, 0)  # of every file: an archive holds no time of its making


def code(name: str, source: str) -> bytes:
    """Return the bytes of a .pyc: its docstrings left out, its asserts kept."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) and body:
            first = body[0]
            if (
                isinstance(first, ast.Expr)
                and isinstance(first.value, ast.Constant)
                and isinstance(first.value.value, str)
            ):
                first.value.value = ""
    # marshal's version 2 shares nothing, so that the bytes do not depend on what else is alive
    return importlib.util.MAGIC_NUMBER + bytes(12) + marshal.dumps(compile(tree, name, "exec", dont_inherit=True), 2)


def archive(sources: dict) -> bytes:  # type: ignore[type-arg]
    """Return a zip of sources (`.py` → `.pyc`) and other files, in order of name."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as made:
        for name in sorted(sources):
            compiled = name.endswith(".py")
            entry = zipfile.ZipInfo(name + "c" * compiled, EPOCH)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            made.writestr(entry, code(name, sources[name]) if compiled else sources[name].encode())
    return out.getvalue()


if __name__ == "__main__":
    sys.stdout.buffer.write(archive(json.loads(sys.stdin.buffer.read())))
