"""What the documents say of the tree, the tables, the metrics and the commands is so."""

import re
from pathlib import Path

import pytest

from app.bootstrap import build_deps
from app.store.tables import metadata
from handlers.factory import create_app
from tests.builders import some_settings

ROOT = Path(__file__).parents[2]
TOP_PACKAGES = {
    "app", "benchmarks", "handlers", "local", "migrations", "scoring", "simulator", "tests",
    "workers",
}  # fmt: skip
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
# Made by running or by the tools, and in .gitignore.
MADE_HERE = {"var", "htmlcov", ".venv", "results", "__pycache__", ".env", ".coverage"}


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def is_ours(path):
    is_hidden = path.name.startswith(".") and path.name not in (".ci", ".env.example", ".gitignore")
    return not is_hidden and path.name not in MADE_HERE and not path.name.endswith(".egg-info")


def holds_something(folder):
    return any(one.is_file() and is_ours(one.parent) for one in folder.rglob("*"))


def folders_in(folder):
    return [one for one in folder.iterdir() if one.is_dir() and is_ours(one)]


def folders_on_disk():
    top = [folder for folder in folders_in(ROOT) if holds_something(folder)]
    below = [inner for outer in top for inner in folders_in(outer) if holds_something(inner)]
    return {folder.relative_to(ROOT).as_posix() for folder in [*top, *below]}


def files_on_disk():
    return {one.name for one in ROOT.iterdir() if one.is_file() and is_ours(one)}


def tree():
    """Return the paths drawn in docs/architecture.md, folders with a slash at their end."""
    drawn = re.search(r"```text\n\.\n(.*?)```", read("docs/architecture.md"), re.DOTALL)
    paths, parents = set(), {}
    for line in drawn[1].splitlines():
        branch = re.match(r"^((?:│   |    )*)[├└]── (\S+)", line)
        if branch is None:
            continue
        depth = len(branch[1]) // 4
        parents[depth] = branch[2].rstrip("/")
        slash = "/" if branch[2].endswith("/") else ""
        paths.add("/".join(parents[level] for level in range(depth + 1)) + slash)
    return paths


def test_the_tree_draws_every_folder_two_levels_deep():
    drawn = {path.rstrip("/") for path in tree() if path.endswith("/")}
    assert folders_on_disk() - drawn == set()


def test_the_tree_draws_every_file_at_the_top():
    assert files_on_disk() - tree() == set()


def test_the_tree_draws_nothing_that_is_not_there():
    assert {path for path in tree() if not (ROOT / path).exists()} == set()


def test_top_level_packages_are_exactly_the_listed_ones():
    with_code = {folder.name for folder in folders_in(ROOT) if any(folder.rglob("*.py"))}
    assert with_code == TOP_PACKAGES


def test_every_table_and_every_sealed_column_is_in_the_page_on_data():
    page = read("docs/data.md")
    tables = metadata.sorted_tables
    named = [table.name for table in tables] + [
        column.name for table in tables for column in table.columns if "_sealed" in column.name
    ]
    assert [name for name in named if f"`{name}`" not in page] == []


def test_every_metric_is_in_the_runbook():
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "app").rglob("*.py")]
    metrics = {name for text in sources for name in re.findall(r'"(prequal_[a-z_]+)"', text)}
    told = set(re.findall(r"`(prequal_[a-z_]+)", read("docs/runbook.md")))
    told = {name.removesuffix("_total") for name in told}
    assert {name.removesuffix("_total") for name in metrics} == told


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_between_documents_leads_somewhere(document):
    text = document.read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", text)
    links += re.findall(r'src="([^"]+)"', text)
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_every_flask_command_that_is_written_down_exists():
    groups = create_app(build_deps(some_settings())).cli.commands
    known = set(groups)
    for name, group in groups.items():
        known |= {f"{name} {inner}" for inner in getattr(group, "commands", {})}
    text = "\n".join(document.read_text(encoding="utf-8") for document in DOCUMENTS)
    written = re.findall(r"`(?:make shell CMD=\")?flask ([a-z][a-z-]*(?: [a-z][a-z-]*)?)", text)
    assert len(written) > 5
    assert set(written) - known == set()


def test_every_make_target_that_is_written_down_exists():
    targets = set(re.findall(r"^([a-z-]+):", read("Makefile"), re.MULTILINE))
    text = "\n".join(document.read_text(encoding="utf-8") for document in DOCUMENTS)
    assert set(re.findall(r"`make ([a-z-]+)", text)) - targets == set()


def test_both_readmes_name_the_same_commands_and_settings():
    def named(name):
        pattern = r"`((?:make|flask|granian|python) [^`]+|[A-Z]+_[A-Z_]+)`"
        return set(re.findall(pattern, read(name)))

    assert named("README.md") == named("README.zh-CN.md")
    assert len(named("README.md")) > 5
