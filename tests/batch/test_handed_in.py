"""What a class hands in: exports of Gradescope, Moodle and Canvas, archives, documents with several answers, tables, a browser's results."""

from __future__ import annotations

import io
import json
import tarfile
import zipfile
from pathlib import Path

import pytest

from graphtutor.batch.containers import Fault, submitters
from graphtutor.batch.submissions import Submission, gathered

RIGHT = {"power-rule": "n x^{n-1}", "mse-dw0": "2x_0(f-y)"}
GRADESCOPE = {
    "assignment_9_export/submission_metadata.yml": "---\nsubmission_101:\n  :submitters:\n  - :name: Ada Lovelace\n    :sid: '1815'\n    :email: ada@x.org\n  :created_at: 2026-11-01\n"
    '  :history:\n  - :id: 1\nsubmission_102:\n  :submitters:\n  - :name: "O\'Brien, Pat"\n  - :name: Bob\n',
    "assignment_9_export/submission_101/answer.txt": "2*x",
    "assignment_9_export/submission_102/work/answer.txt": "x",
    "assignment_9_export/submission_102/.DS_Store": "x",
}
MOODLE = {
    "Ada Lovelace_77_assignsubmission_file_/answer.txt": "2*x",
    "Ada Lovelace_77_assignsubmission_onlinetext_/onlinetext.html": '<p dir="ltr">2&middot;x</p>',
    "Jean-Luc d'Or_78_assignsubmission_file_week3.txt": "x",
}
CANVAS = {
    "lovelaceada_12_345_answer.txt": "2*x",
    "dorjeanluc_LATE_13_346_answer-1.txt": "x",
    "brienpat_14_text.html": "<div>2x</div>",
}
ASKED = {"expression": "x**2", "wrt": "x"}


def zipped(path: Path, files: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w") as out:
        for name, text in files.items():
            out.writestr(name, text)
    return path


def laid(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return folder


def found(*paths: Path, **options) -> list[Submission]:
    every = list(gathered(paths, **options))
    assert not [one for one in every if isinstance(one, Fault)], every
    return every


EXPORTS = [
    (GRADESCOPE, [("101/answer", "Ada Lovelace"), ("102/answer", "O'Brien, Pat, Bob")]),
    (MOODLE, [("77/answer", "Ada Lovelace"), ("77/onlinetext", "Ada Lovelace"), ("78/Jean-Luc d'Or_78_assignsubmission_file_week3", "Jean-Luc d'Or")]),
    (CANVAS, [("14/brienpat_14_text", "brienpat"), ("13/dorjeanluc_LATE_13_346_answer-1", "dorjeanluc"), ("12/lovelaceada_12_345_answer", "lovelaceada")]),
]  # fmt: skip


@pytest.mark.parametrize(("files", "who"), EXPORTS, ids=["gradescope", "moodle", "canvas"])
def test_an_export_says_who_handed_in_what(files, who, tmp_path: Path) -> None:
    root = laid(tmp_path / "box", files)
    root = root / "assignment_9_export" if files is GRADESCOPE else root
    as_folder = found(root, says=ASKED)
    as_archive = found(zipped(tmp_path / "export.zip", files), says=ASKED)
    for every in (as_folder, as_archive):
        assert sorted((one.id, one.data["student"]) for one in every) == sorted(who)
        assert {one.question for one in every} == {"x**2"}


def test_an_export_of_html_is_read_as_text(tmp_path: Path) -> None:
    answers = {one.id: one.answer for one in found(laid(tmp_path / "box", MOODLE), says=ASKED)}
    assert answers["77/onlinetext"] == "2·x"


def test_no_file_in_an_export_takes_anothers_name(tmp_path: Path) -> None:
    files = {
        "mallory_66_assignsubmission_file_/a.json": '{"id": "77/answer", "student": "Ada", "identifier": "77", "answer": "x"}',
        **MOODLE,
    }
    every = {one.id: one for one in found(laid(tmp_path / "box", files), says=ASKED)}
    assert (every["66/a"].data["student"], every["66/a"].data["identifier"], every["66/a"].data["id"]) == (
        "mallory",
        "66",
        "66/a",
    )


def test_metadata_of_gradescope_is_read_without_yaml() -> None:
    assert submitters(GRADESCOPE["assignment_9_export/submission_metadata.yml"]) == {
        "101": "Ada Lovelace",
        "102": "O'Brien, Pat, Bob",
    }
    assert submitters("submission_1:\n  - 3\n") == {} and submitters(": : :\n\x00") == {}


# ----- archives -----
@pytest.mark.parametrize("name", ["../../etc/x.txt", "a/../b.txt", "/etc/x.txt", "..\\x.txt", "C:\\x.txt"])
def test_an_archive_with_a_place_outside_it_is_refused(name: str, tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"good.txt": "2*x", name: "2*x"})
    [fault] = gathered([path], ASKED)
    assert isinstance(fault, Fault) and "refused" in fault.message


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE])
def test_an_archive_with_a_link_or_a_device_is_refused(kind: bytes, tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "a.tar.gz", "w:gz") as out:
        info = tarfile.TarInfo("evil.txt")
        info.type, info.linkname = kind, "/etc/passwd"
        out.addfile(info)
    [fault] = gathered([tmp_path / "a.tar.gz"], ASKED)
    assert isinstance(fault, Fault) and "refused" in fault.message


def test_a_link_in_a_zip_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as out:
        info = zipfile.ZipInfo("evil.txt")
        info.external_attr = 0o120777 << 16
        out.writestr(info, "/etc/passwd")
    [fault] = gathered([tmp_path / "a.zip"], ASKED)
    assert isinstance(fault, Fault) and "holds a link" in fault.message


def test_tar_is_read_and_nothing_is_unpacked(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "a.tgz", "w:gz") as out:
        for name in ("b/two.txt", "one.txt"):
            info = tarfile.TarInfo(name)
            info.size = 3
            out.addfile(info, io.BytesIO(b"2*x"))
    assert sorted(one.id for one in found(tmp_path / "a.tgz", says=ASKED)) == ["one", "two"]
    assert [p.name for p in tmp_path.iterdir()] == ["a.tgz"]


@pytest.mark.parametrize("data", [b"PK\x03\x04 no zip", b"", b"\x1f\x8b\x08\x00 no gzip"])
def test_a_broken_archive_is_one_fault(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(data)
    [fault] = gathered([tmp_path / "a.zip"], ASKED)
    assert isinstance(fault, Fault)


def test_an_archive_in_an_archive_and_a_bomb_are_faults(tmp_path: Path) -> None:
    inner = zipped(tmp_path / "inner.zip", {"a.txt": "2*x"}).read_bytes()
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("inner.zip", inner)
        out.writestr("bomb.txt", b"0" * 30_000_000)
        out.writestr("ok.txt", "2*x")
    every = list(gathered([tmp_path / "a.zip"], ASKED))
    assert sorted(str(one).split(": ")[1] for one in every if isinstance(one, Fault)) == [
        "holds more than 20,000,000 bytes; split it",
        "is an archive in an archive; unpack it",
    ]
    assert [one.id for one in every if isinstance(one, Submission)] == ["ok"]


# ----- documents -----
def notebook(*cells: dict) -> str:
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": list(cells)})


DOCUMENTS = {
    "ada.md": "# Homework 3\nwords\n## Exercise 1: power-rule\n$n x^{n-1}$\n\n### mse-dw0\n```\n2x_0(f-y)\n```\n## Thanks\nbye",
    "ada.markdown": "<!-- answer: power-rule -->\nn x^{n-1}\n<!-- answer: mse-dw0 -->\n$$2x_0(f-y)$$\n",
    "ada.tex": "\\documentclass{article}\\begin{document}\n\\section*{Exercise: power-rule}\n\\[ n x^{n-1} \\]\n\\begin{answer}{mse-dw0}\n\\(2x_0(f-y)\\) % done\n\\end{answer}\nmore\n\\end{document}",
    "bea.tex": "% answer: power-rule\n\\begin{equation}\nn x^{n-1}\n\\end{equation}\n\\subsection{Task 2: mse-dw0}\n$2x_0(f-y)$",
    "ada.html": "<html><style>p{}</style><h2>power-rule</h2><p>n x^{n-1}</p><h3>Question mse-dw0</h3><div>2x_0(f-y)</div>",
    "ada.ipynb": notebook(
        {"cell_type": "markdown", "metadata": {}, "source": ["# Homework\n", "all mine"]},
        {"cell_type": "code", "metadata": {}, "source": ["# answer: power-rule\n", "n x^{n-1}"]},
        {"cell_type": "markdown", "metadata": {"tags": ["answer:mse-dw0"]}, "source": "$2x_0(f-y)$"},
    ),
    "bea.ipynb": notebook(
        {"cell_type": "raw", "metadata": {"nbgrader": {"solution": True, "grade_id": "power-rule"}}, "source": "n x^{n-1}"},
        {"cell_type": "markdown", "metadata": {}, "source": "## Exercise: mse-dw0\n\n2x_0(f-y)"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_holds_several_answers(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(DOCUMENTS[name], "utf-8")
    every = found(tmp_path / name)
    assert {one.question: " ".join(one.answer.split()) for one in every} == RIGHT
    assert {one.data["student"] for one in every} == {Path(name).stem}
    [one] = found(tmp_path / name, says={"exercise": "mse-dw0"})
    assert (one.question, one.conflicts) == ("mse-dw0", ())


def test_lines_of_an_align_are_lines_and_inner_tables_stay(tmp_path: Path) -> None:
    text = "% answer: hinge-dw0\n\\begin{align*}\nL' &= -y x_0 \\\\[2pt]\n &= \\begin{cases} 0 & m > 1 \\\\ -y x_0 & m < 1 \\end{cases} \\nonumber\n\\end{align*}"
    (tmp_path / "a.tex").write_text(text, "utf-8")
    [one] = found(tmp_path / "a.tex")
    assert [" ".join(line.split()) for line in one.answer.split("\n")] == [
        "L' = -y x_0",
        "= \\begin{cases} 0 & m > 1 \\\\ -y x_0 & m < 1 \\end{cases}",
    ]


def test_code_in_a_notebook_is_code(tmp_path: Path) -> None:
    cells = [
        {"cell_type": "code", "metadata": {"tags": ["answer:code-dw0"]}, "source": text}
        for text in ("def f(x):\n    return x\n", "def dfn_w0(x):\n    return f(x)\n")
    ]
    (tmp_path / "a.ipynb").write_text(notebook(*cells), "utf-8")
    [one] = found(tmp_path / "a.ipynb")
    assert one.answer == {"code": "def f(x):\n    return x\n\n\ndef dfn_w0(x):\n    return f(x)\n"}


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "[]",
        "3",
        "nope",
        '{"cells": 3}',
        '{"cells": [3, {"source": 5, "metadata": 7}]}',
        '{"cells": [{"metadata": {"tags": "x", "nbgrader": []}}]}',
        '{"a":' * 3000,
    ],
)
def test_what_is_no_notebook_is_a_fault(text: str, tmp_path: Path) -> None:
    (tmp_path / "a.ipynb").write_text(text, "utf-8")
    [fault] = gathered([tmp_path / "a.ipynb"])
    assert isinstance(fault, Fault)


@pytest.mark.parametrize("name", ["plain.md", "plain.txt"])
def test_a_document_without_a_mark_is_one_answer(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("# Solution\n2*x\n", "utf-8")
    [one] = found(tmp_path / name, says=ASKED)
    assert one.answer == "# Solution\n2*x"


# ----- tables and results of a browser -----
def test_columns_say_what_a_tables_names_mean(tmp_path: Path) -> None:
    (tmp_path / "quiz.csv").write_text(
        "Surname,Email address,Response 1,Response 2\nL,ada@x.org,n x^{n-1},2x_0(f-y)\nO,bob@x.org,,x\n", "utf-8"
    )
    columns = {"Email address": "student", "Response 1": "answer:power-rule", "Response 2": "answer:mse-dw0"}
    every = found(tmp_path / "quiz.csv", columns=columns)
    assert [(one.data["student"], one.question, one.answer) for one in every] == [
        ("ada@x.org", "power-rule", "n x^{n-1}"), ("ada@x.org", "mse-dw0", "2x_0(f-y)"), ("bob@x.org", "mse-dw0", "x"),
    ]  # fmt: skip
    [fault] = gathered([tmp_path / "quiz.csv"], ASKED)
    assert "--columns answer=NAME says which holds it" in str(fault)


def test_a_browsers_results_are_attempts_and_answers(tmp_path: Path) -> None:
    lines = [
        {
            "student": "ada",
            "exercise": "power-rule",
            "answer": "x",
            "time": "2026-11-30T21:00:00Z",
            "shown": {"correct": False},
        },
        {"student": "ada", "exercise": "power-rule", "answer": "n x^{n-1}", "time": "2026-11-30T21:01:00Z"},
        {
            "student": "bob",
            "answers": {"power-rule": "x", "mse-dw0": ["2(f-y)", "= 2x_0(f-y)"]},
            "time": "2026-11-30T21:02:00Z",
        },
        {"student": "cyd", "exercise": "power-rule", "seed": "cyd", "answers": ["1", "2"]},
    ]
    (tmp_path / "lesson.jsonl").write_text("\n".join(map(json.dumps, lines)), "utf-8")
    every = found(tmp_path / "lesson.jsonl")
    assert [(one.data["student"], one.question) for one in every] == [("ada", "power-rule")] * 2 + [
        ("bob", "power-rule"),
        ("bob", "mse-dw0"),
    ] + [("cyd", "power-rule")] * 2
    assert len({one.id for one in every}) == 6


def test_json_lines_of_any_length_are_read_a_line_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "long.jsonl"
    with path.open("w", encoding="utf-8") as out:
        for k in range(300):
            out.write(
                json.dumps({"expression": "x**2", "wrt": "x", "answer": "2x", "note": "n" * 100_000, "id": k}) + "\n"
            )
    assert sum(1 for _ in gathered([path])) == 300  # 30 MB, more than a file of another kind may hold
