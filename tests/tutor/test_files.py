"""Files that are no files, too large, too deep or half there: a sentence and never a traceback, and the verdict all the same."""

from __future__ import annotations

import io
import os
import stat
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import graphtutor as gt
from graphtutor.errors import AuthorError, LearnerError
from graphtutor.tutor.course import course
from graphtutor.tutor.exercises import library, load
from graphtutor.tutor.judge import judge
from graphtutor.tutor.kinds import Exercise
from graphtutor.tutor.lesson import Lesson
from graphtutor.tutor.progress import Progress, due, reviewed
from graphtutor.tutor.store import Store

unix = pytest.mark.skipif(sys.platform == "win32", reason="pipes and links of Unix")
At = Callable[..., tuple[int, str, str]]


# ----- progress -----
@unix
@pytest.mark.parametrize("what", ["pipe", "folder", "/dev/full", "/dev/null"])
def test_progress_is_kept_in_regular_files_alone(what: str, tmp_path: Path, at: At) -> None:
    path = tmp_path / "p" if not what.startswith("/") else Path(what)
    if what == "pipe":
        os.mkfifo(path)
    elif what == "folder":
        path.mkdir()
    mode = path.stat().st_mode
    code, _, err = at("--progress", str(path), "next")
    assert code == 2
    assert "where your progress cannot be kept; set $GRAPHTUTOR_PROGRESS to a file" in err
    assert stat.S_IFMT(path.stat().st_mode) == stat.S_IFMT(mode)  # and it was not moved away


@unix
def test_a_link_stays_a_link(tmp_path: Path) -> None:
    real, link = tmp_path / "real.json", tmp_path / "link.json"
    Store(real).change(lambda p: Progress(current="sum-rule"))
    link.symlink_to(real)
    Store(link).change(lambda p: Progress(current="power-rule"))
    assert link.is_symlink() and Store(real).read().current == "power-rule"


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, '{"format_version": 1e400}', "\x00", '{"format_version":1,"current":5}'])  # fmt: skip
def test_a_damaged_progress_file_is_set_aside(text: str, tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    path.write_text(text, "utf-8")
    said: list[str] = []
    assert Store(path, said.append).read() == Progress()
    assert "Your progress file was damaged" in said[0]
    assert any(p.read_text("utf-8") == text for p in tmp_path.glob("p.damaged-*"))


@pytest.mark.parametrize("when", ["zzz", "", "2026-99-99T00:00:00Z"])
def test_a_card_without_a_time_is_due(when: str, tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    path.write_text(f'{{"format_version":1,"cards":{{"a":{{"misconception":"a","exercise":"power-rule","box":-7,"due":"{when}"}}}}}}', "utf-8")  # fmt: skip
    progress = Store(path).read()
    assert [c.misconception for c in due(progress, "2026-01-01T00:00:00Z")] == ["a"]
    assert reviewed(progress, "a", True, "2026-01-01T00:00:00Z").cards["a"].due > "2026-01-01"


class Full(Store):
    """A store on a full disk."""

    def write(self, progress: Progress) -> None:
        raise self.unkept(OSError(28, "No space left on device"))


class Quiet:
    width, notation = 80, "plain"

    def __init__(self, *typed: str) -> None:
        self.typed, self.said = iter(typed), list[str]()

    def say(self, text: str = "", style: str = "") -> None:
        self.said.append(text)

    def ask(self, prompt: str, before: str = "") -> str:
        return next(self.typed)


def test_on_a_full_disk_the_lesson_goes_on_and_says_once_that_nothing_is_kept(tmp_path: Path) -> None:
    complaints: list[str] = []
    screen = Quiet("n*x**n", "n*x**(n-1)", "", "quit")
    Lesson(course(), Full(tmp_path / "p.json", complaints.append, lenient=True), screen, judge).run()
    assert len(complaints) == 1 and "No space left on device" in complaints[0]
    assert any(s.startswith("Not yet.") for s in screen.said) and "Right." in screen.said
    assert any("Constant multiple (constant-multiple)" in s for s in screen.said)


@unix
@pytest.mark.skipif(not os.path.exists("/proc/self"), reason="a place nobody may write")
def test_a_verdict_is_given_although_it_cannot_be_kept(at: At) -> None:
    code, out, err = at("--progress", "/proc/nowhere/p.json", "answer", "power-rule", "n*x**n")
    assert code == 1 and out.startswith("Not yet.")
    assert err.count("cannot write your progress") == 1


# ----- exercises and courses -----
DEEP = {
    "x = " + "[" * 100_000: "nested too deeply",
    "x = " + "{a=" * 20_000: "nested too deeply",
    ".".join(["a"] * 100_000) + " = 1": "nested too deeply",
    "x = " + "9" * 5000: "too many digits",
    "x = " + "'a'" * 400_000: "holds more than 1,000,000 bytes",
}


@pytest.mark.parametrize(("text", "said"), DEEP.items(), ids=range(len(DEEP)))
def test_what_no_author_writes_is_an_authors_error(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "01-a.toml").write_text("format_version = 1\n" + text, "utf-8")
    with pytest.raises(AuthorError, match=said):
        load(tmp_path / "01-a.toml")
    (tmp_path / "01-a.toml").rename(tmp_path / "course.toml")
    with pytest.raises(AuthorError, match=said):
        course(tmp_path)


def test_a_course_that_is_no_utf8_says_so(tmp_path: Path) -> None:
    (tmp_path / "course.toml").write_bytes(b"title = '\xff'")
    with pytest.raises(AuthorError, match=r"course.toml cannot be read: it is not UTF-8 text"):
        course(tmp_path)


# ----- data -----
def zipped(path: Path, data: bytes, flag: int = 0) -> Path:
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("x.npy", data)
    if flag:
        raw = bytearray(path.read_bytes())
        raw[6] |= flag
        raw[raw.find(b"PK\x01\x02") + 8] |= flag
        path.write_bytes(raw)
    return path


def saved_array(array: np.ndarray) -> bytes:
    out = io.BytesIO()
    np.save(out, array, allow_pickle=True)
    return out.getvalue()


@pytest.mark.parametrize("what", ["renamed .npy", "encrypted", "huge", "objects", "no array", "cut off", "text"])
def test_what_is_no_npz_of_plain_arrays_says_how_to_write_one(what: str, tmp_path: Path) -> None:
    path, plain = tmp_path / "a.npz", saved_array(np.zeros(4))
    head = "{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,), }".ljust(117).encode() + b"\n"
    if what in ("renamed .npy", "text"):
        path.write_bytes(plain if what != "text" else b"x,y\n1,2\n")
    else:
        data = {"huge": b"\x93NUMPY\x01\x00v\x00" + head, "objects": saved_array(np.array([{}], dtype=object)), "no array": b"", "cut off": plain[:-8]}  # fmt: skip
        zipped(path, data.get(what, plain), flag=what == "encrypted")
    with pytest.raises(
        LearnerError, match=r"is no \.npz of plain arrays; write it with np\.savez\('a\.npz', x=…, y=…\)"
    ):
        gt.load(path)


def test_a_cell_that_is_no_number_is_named_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("x,y,kind\n1,2,a\nNA,3,b\n4,5,1_0\n", "utf-8")
    table = gt.load(path)
    assert table["x"].tolist() == ["1", "NA", "4"] and table["y"].tolist() == [2, 3, 5]
    assert table["kind"].tolist() == ["a", "b", "1_0"]
    with pytest.raises(LearnerError, match="the data 'x' hold 'NA' at point 2, which is no number"):
        gt.train("(w*x - y)**2", {"x": table["x"], "y": table["y"]})


def test_a_header_of_many_names_is_read_in_a_moment(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(",".join(f"x{k}" for k in range(20_000)) + "\n" + ",".join(["1"] * 20_000) + "\n", "utf-8")
    assert len(gt.load(path)) == 20_000


def test_a_file_that_is_watched_is_bounded(tmp_path: Path, at: At) -> None:
    with (tmp_path / "big.txt").open("wb") as file:
        file.truncate(2_000_000_000)
    code, _, err = at("watch", str(tmp_path / "big.txt"), "power-rule", "--once")
    assert code == 2 and "holds more than 1,000,000 bytes; expected one answer" in err


def test_a_label_with_control_characters_leaves_a_plot_well_formed(tmp_path: Path) -> None:
    import xml.dom.minidom

    rows = np.array([[1.0, 2], [2, -1], [-1, 1], [0, 3]])
    h = gt.train(
        "L = cross_entropy(W@x + b, y)", {"x": rows, "y": np.array(["a\x1b[31m", "b\x07", "a\x1b[31m", "b\x07"])},
        shapes={"W": (2, 2), "x": 2, "b": 2, "y": 2}, epochs=2,
    )  # fmt: skip
    assert xml.dom.minidom.parseString(h.plot("regions").bytes())


def test_every_kind_has_its_own_tag() -> None:
    assert len({k.__struct_config__.tag for k in Exercise.__subclasses__()}) == len(Exercise.__subclasses__())


def test_a_folder_too_large_to_be_one_of_exercises_is_refused_and_what_is_hidden_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.toml", ".b.toml", "c.txt", "course.toml", ".git/d.toml", "e/f.toml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    assert list(library(tmp_path).paths) == ["a", "f"]
    monkeypatch.setattr("graphtutor.tutor.exercises.MOST_FILES", 3)
    with pytest.raises(LearnerError, match="holds more than 3 files; give the folder of exercises itself"):
        _ = library(tmp_path).paths


@pytest.mark.parametrize(
    ("name", "text", "args", "said"),
    [
        ("s.csv", "x+" * 70_000, ["grade", "s.csv", "--expression", "x", "--wrt", "x"], "cannot be read as a table"),
        ("d.json", "[" * 100_000, ["grade", "s.csv", "--expression", "x", "--wrt", "x", "--reviews", "d.json"], "is no file of decisions"),
        ("s.csv", "", ["grade", "--diff", "\ud800", "\udfff+1"], "an argument holds half a character"),
        ("s.csv", "", ["list", "--progress", "\ud800"], "an argument holds half a character"),
        ("b.txt", "\udcff", ["watch", "b.txt", "power-rule", "--once"], "is not UTF-8 text; save it as UTF-8"),
        ("b.txt", " \n", ["watch", "b.txt", "power-rule", "--once"], "is empty"),
        (".x", "", ["watch", ".", "power-rule", "--once"], "is no file that can be saved"),
    ],
)  # fmt: skip
def test_files_and_words_that_cannot_be_taken_end_in_one_sentence(
    name: str, text: str, args: list[str], said: str, at: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(text.encode("utf-8", "surrogateescape"))
    code, _, err = at(*args)
    assert code in (2, 3)
    assert said in " ".join(err.split())
    assert "Traceback" not in err
