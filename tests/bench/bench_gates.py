"""Twenty thousand answers to gated functions: `python tests/bench/bench_gates.py [FIRST LAST]` counts what is accepted falsely and refused falsely."""

from __future__ import annotations

import importlib.util
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import graphtutor as gt


def families() -> Any:
    path = Path(__file__).parents[1] / "equal" / "test_gates.py"
    spec = importlib.util.spec_from_file_location("families", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["families"] = module
    spec.loader.exec_module(module)
    return module


def main() -> None:
    first, last = (int(v) for v in sys.argv[1:3]) if len(sys.argv) > 2 else (0, 20_000)
    counts: Counter[tuple[str, str]] = Counter()
    start = time.process_time()
    for a, b, wrong in families().pairs(first, last):
        kind = gt.same(a, b).kind
        counts["wrong" if wrong else "right", kind] += 1
        if (kind != "differs") if wrong else (kind not in ("proved", "agrees")):
            print("wrong" if wrong else "right", kind, a, "|", b, flush=True)
    for (which, kind), n in sorted(counts.items()):
        print(f"{which} answers, {kind}: {n}")
    print(f"{1000 * (time.process_time() - start) / max(1, sum(counts.values())):.0f} ms each")


if __name__ == "__main__":
    main()
