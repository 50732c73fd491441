"""The import of tags in the console: hand in, look, set, take back; and what is refused."""

import io
import re

from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from app.core.access import Role
from app.deps import Deps
from app.services import tag_files
from app.tagging.sheets import MOST_BYTES
from tests.console import signed_in
from tests.integration.tags.people import a_person, holdings

IMPORTS = "/console/tags/imports/"
ANN = "oPrequalPersonNumberAnn00001"


def token(client: FlaskClient, url: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(url).text)
    assert found
    return found[1]


def upload(client: FlaskClient, content: bytes, name: str = "名单.csv") -> TestResponse:
    fields = {
        "csrf_token": token(client, IMPORTS),
        "reason": "展会名单",
        "file": FileStorage(io.BytesIO(content), name),
    }
    boundary, body = encode_multipart(fields)
    return client.post(IMPORTS, data=body, content_type=f"multipart/form-data; boundary={boundary}")


def press(client: FlaskClient, page: str, act: str, **fields: str) -> TestResponse:
    return client.post(f"{page}/{act}", data={"csrf_token": token(client, page), **fields})


def test_an_empty_list_says_what_to_do_next(deps: Deps) -> None:
    page = signed_in(deps, Role.OPERATOR).get(IMPORTS)
    assert "还没有导入过" in page.text


def test_a_file_is_handed_in_checked_set_and_taken_back(deps: Deps) -> None:
    person = a_person(deps, ANN)
    client = signed_in(deps, Role.OPERATOR)
    content = f"openid,标签,值\n{ANN},证照类型,合伙企业\noX,证照类型,合伙企业\n".encode("gb18030")
    page = upload(client, content).location
    assert "正在检查" in client.get(page).text
    tag_files.work(deps)
    checked = client.get(page).text
    assert "设置 1 行" in checked
    assert "没有这个用户，或已删除数据" in checked
    assert holdings(deps) == []
    assert press(client, page, "set").status_code == 303
    assert 'hx-trigger="every 1500ms"' in client.get(page).text
    tag_files.work(deps)
    assert holdings(deps, person) == [("attributes.firm.licence", "partnership", True)]
    assert press(client, page, "back", reason="").status_code == 422
    assert press(client, page, "back", reason="弄错了").status_code == 303
    tag_files.work(deps)
    assert "已撤销" in client.get(page).text
    assert "撤销这次导入" not in client.get(page).text


def test_no_page_shows_an_openid_of_the_file(deps: Deps) -> None:
    a_person(deps, ANN)
    client = signed_in(deps, Role.OPERATOR)
    page = upload(client, f"openid,标签,值\n{ANN},x,1\noSecretStranger,y,2\n".encode()).location
    tag_files.work(deps)
    assert ANN not in client.get(page).text
    assert "oSecretStranger" not in client.get(page).text


def test_ten_megabytes_are_taken_and_more_are_not(deps: Deps) -> None:
    client = signed_in(deps, Role.OPERATOR)
    line = f"{ANN},证照类型,合伙企业\n".encode()
    large = b"openid,tag,value\n" + line * (1_000_000 // len(line))
    assert upload(client, large).status_code == 303
    assert upload(client, b"x" * (MOST_BYTES + 1)).status_code == 422
    assert upload(client, b"x" * (MOST_BYTES + 200_000)).status_code == 413


def test_no_other_form_takes_a_large_body(deps: Deps) -> None:
    client = signed_in(deps, Role.OPERATOR)
    page = "/console/tags/new"
    data = {"csrf_token": token(client, page), "meaning": "x" * 100_000}
    assert client.post(page, data=data).status_code == 413


def test_a_file_that_cannot_be_used_says_why(deps: Deps) -> None:
    client = signed_in(deps, Role.OPERATOR)
    page = upload(client, b"\xd0\xcf\x11\xe0", "旧.xls").location
    tag_files.work(deps)
    assert "请另存为 XLSX 或 CSV" in client.get(page).text


def test_nothing_chosen_is_told_beside_the_field(deps: Deps) -> None:
    client = signed_in(deps, Role.OPERATOR)
    page = client.post(IMPORTS, data={"csrf_token": token(client, IMPORTS), "reason": "名单"})
    assert page.status_code == 422
    assert "请选择一个文件" in page.text


def test_the_name_of_a_file_is_words_and_no_markup(deps: Deps) -> None:
    client = signed_in(deps, Role.OPERATOR)
    upload(client, b"openid,tag,value\na,b,c\n", "<script>alert(1)</script>.csv")
    assert "<script>alert" not in client.get(IMPORTS).text


def test_an_auditor_reads_a_file_and_does_nothing_with_it(deps: Deps) -> None:
    page = upload(signed_in(deps, Role.OPERATOR), b"openid,tag,value\na,b,c\n").location
    auditor = signed_in(deps, Role.AUDITOR)
    assert auditor.get(page).status_code == 200
    assert auditor.get(IMPORTS).status_code == 403
    assert auditor.post(f"{page}/set").status_code == 403


def test_a_file_that_is_not_there_is_not_found(deps: Deps) -> None:
    assert signed_in(deps, Role.OPERATOR).get(f"{IMPORTS}999999").status_code == 404


def test_a_sample_can_be_downloaded_and_read_back(deps: Deps) -> None:
    sample = signed_in(deps, Role.OPERATOR).get(f"{IMPORTS}sample.csv")
    assert sample.mimetype == "text/csv"
    assert sample.data.decode("utf-8-sig").startswith("openid,标签,值")
