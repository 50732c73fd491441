"""Nothing in the repository names the machine that it was written on, or whence packages came."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SUFFIXES = {".py", ".md", ".txt", ".in", ".toml", ".ini", ".json", ".j2", ".html", ".js", ".css"}
LEFT_OUT = {".venv", ".git", "var", "results"}
OF_A_MACHINE = re.compile(
    r"/(?:home|Users)/[a-z]\w*/|/wor[k]/\w|/root/\w|--(?:extra-)?index-ur[l]|--find-link[s]"
    r"|files\.pythonhoste[d]\.|pypi\.or[g]|/simpl[e]/"
)


def texts():
    top = [one for one in ROOT.iterdir() if one.name not in LEFT_OUT and _may_be_ours(one)]
    files = [file for one in top for file in ([one] if one.is_file() else one.rglob("*"))]
    return [file for file in files if file.suffix in SUFFIXES or file.name in ("Makefile", "run")]


def _may_be_ours(path):
    return not path.name.startswith(".") or path.name == ".ci"


def test_nothing_names_a_machine_or_a_registry():
    files = texts()
    assert len(files) > 300
    told = {
        file.relative_to(ROOT).as_posix(): found[0]
        for file in files
        if (found := OF_A_MACHINE.search(file.read_text(encoding="utf-8")))
    }
    assert told == {}


@pytest.mark.parametrize("name", ["/" + "home/somebody/x", "https://pypi" + ".org/simple"])
def test_the_search_would_find_one(name):
    assert OF_A_MACHINE.search(name)
