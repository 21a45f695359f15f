"""<pl-graphtutor answers-name="dw0" expression="(w*x - y)**2" wrt="w">: a derivative, as an expression or line by line."""

import html
from html.parser import HTMLParser

import graphtutor as gt


class First(HTMLParser):
    """The attributes of the first tag."""

    def __init__(self, text):
        super().__init__()
        self.found = None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found = self.found or dict(attrs)


def question(element_html):
    told = First(element_html).found
    asked = {key: told[key] for key in ("exercise", "expression", "wrt", "assume") if told.get(key)}
    return told["answers-name"], asked, int(told.get("weight", 1))


def prepare(element_html, data):
    name, asked, _ = question(element_html)
    if not ("exercise" in asked or "expression" in asked):
        raise ValueError(f"pl-graphtutor '{name}' needs exercise, or expression with wrt")


def render(element_html, data):
    name, _, _ = question(element_html)
    given = html.escape(str(data["raw_submitted_answers"].get(name, "")))
    if data["panel"] == "question":
        off = "" if data["editable"] else " disabled"
        return f'<textarea class="form-control" rows="4" name="{html.escape(name)}" spellcheck="false"{off}>{given}</textarea>'
    error = data["format_errors"].get(name)
    said = error or data["partial_scores"].get(name, {}).get("feedback", "")
    return f"<pre>{given}</pre><p>{html.escape(str(said))}</p>" if data["panel"] == "submission" else ""


def parse(element_html, data):
    """Grade already here: what cannot be read or decided is a format error, which costs no attempt."""
    name, asked, _ = question(element_html)
    answer = data["submitted_answers"].get(name) or ""
    [result] = gt.grade_many([{**asked, "answer": answer}], jobs=1)
    if result["correct"] is None:
        data["format_errors"][name] = result["message"]
    else:
        data["submitted_answers"][f"{name}-graded"] = {"score": result["score"], "feedback": result["message"]}


def grade(element_html, data):
    name, _, weight = question(element_html)
    found = data["submitted_answers"].get(f"{name}-graded")
    if found:
        data["partial_scores"][name] = {**found, "weight": weight}
