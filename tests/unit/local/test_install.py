import pytest

from local import install


@pytest.mark.parametrize("version", [(3, 6, 15), (3, 10, 13), (3, 13, 0), (4, 0, 0)])
def test_a_python_that_is_too_old_or_too_new_is_named(version):
    problem = install.problem_with_python(version)
    assert "Python 3.11 or 3.12 is needed" in problem
    assert ".".join(map(str, version)) in problem


@pytest.mark.parametrize("version", [(3, 11, 2), (3, 12, 11)])
def test_a_python_that_will_do_passes(version):
    assert install.problem_with_python(version) == ""


def test_the_usual_machine_needs_no_servers():
    assert install.problem_with_machine("Linux", "x86_64", "") == ""


def test_another_machine_is_asked_for_the_servers_that_it_lacks():
    problem = install.problem_with_machine("Darwin", "arm64", "REDIS_URL=redis://r\nPATH=/bin\n")
    assert "Set DATABASE_URL in" in problem
    assert "REDIS_URL" not in problem


def test_another_machine_with_servers_passes():
    written = "export DATABASE_URL=postgresql+psycopg://d\n REDIS_URL = redis://r\n"
    assert install.problem_with_machine("Linux", "aarch64", written) == ""


def test_an_empty_address_is_no_address():
    problem = install.problem_with_machine("Linux", "aarch64", "DATABASE_URL=\nREDIS_URL= \n")
    assert "DATABASE_URL and REDIS_URL" in problem


def test_a_full_disk_is_told_before_pip_runs_into_it(tmp_path):
    assert "MB free" in install.problem_with_disk(tmp_path, needed_megabytes=10**12)
    assert install.problem_with_disk(tmp_path, needed_megabytes=0) == ""
