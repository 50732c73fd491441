"""Outcomes and the monitor in the console: hand in, look, write; and plots of how the cards do."""

import io
import re
from pathlib import Path

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from app.core.access import Role
from app.deps import Deps
from app.services import monitoring, outcomes
from app.store.enquiries import Enquiry
from app.store.outcomes import Outcome
from handlers.factory import create_app
from tests.builders import finish
from tests.console import an_operator, signed_in
from tests.integration.outcomes.test_monitoring import lived

LIST = "/console/outcomes/"


def token(client: FlaskClient, url: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(url).text)
    assert found
    return found[1]


def upload(client: FlaskClient, lines: str, **fields: str) -> TestResponse:
    content = ("编号,结果,观察日\n" + lines).encode()
    form = {
        "csrf_token": token(client, LIST),
        "reason": "月末回传",
        "file": FileStorage(io.BytesIO(content), "表现.csv"),
        **fields,
    }
    boundary, body = encode_multipart(form)
    return client.post(LIST, data=body, content_type=f"multipart/form-data; boundary={boundary}")


def press(client: FlaskClient, page: str, act: str) -> TestResponse:
    return client.post(f"{page}/{act}", data={"csrf_token": token(client, page)})


def an_enquiry(deps: Deps) -> str:
    finish(deps)
    with deps.sessions() as session:
        return str(session.scalar(select(Enquiry.id)))


def test_a_file_is_handed_in_checked_and_written(deps: Deps) -> None:
    enquiry = an_enquiry(deps)
    day = deps.clock.now().date().isoformat()
    client = signed_in(deps, Role.OPERATOR)
    assert "还没有导入过" in client.get(LIST).text
    page = upload(client, f"{enquiry},good,{day}\n77,good,{day}\n").location
    assert "正在检查" in client.get(page).text
    outcomes.work(deps)
    checked = client.get(page).text
    assert "写入 1 笔" in checked
    assert "没有这个编号，或本人已删除数据" in checked
    assert "还没满观察期" in checked
    assert press(client, page, "apply").status_code == 303
    outcomes.work(deps)
    assert "已写入" in client.get(page).text
    with deps.sessions() as session:
        assert session.scalar(select(Outcome.outcome)) == "good"
    assert "表现.csv" in client.get(LIST).text


def test_all_or_nothing_offers_only_to_drop_it(deps: Deps) -> None:
    client = signed_in(deps, Role.RISK)
    day = deps.clock.now().date().isoformat()
    page = upload(client, f"{an_enquiry(deps)},bad,{day}\n77,good,{day}\n", is_whole="y").location
    outcomes.work(deps)
    assert "全不写" in client.get(page).text
    assert press(client, page, "apply").status_code == 422
    assert press(client, page, "drop").status_code == 303
    assert "已放弃" in client.get(page).text


def test_who_only_looks_is_offered_no_form(deps: Deps) -> None:
    client = signed_in(deps, Role.AUDITOR)
    assert "上传文件" not in client.get(LIST).text
    assert client.get(LIST + "sample.csv").status_code == 200


def test_a_form_without_file_is_sent_back(deps: Deps) -> None:
    client = signed_in(deps, Role.OPERATOR)
    answer = client.post(LIST, data={"csrf_token": token(client, LIST), "reason": ""})
    assert answer.status_code == 422
    assert "请选择文件" in answer.text


def test_the_monitor_says_when_there_is_nothing_yet(deps: Deps) -> None:
    assert "还没有监控结果" in signed_in(deps, Role.RISK).get("/console/monitoring/").text


def test_the_monitor_shows_its_plots_and_what_is_out_of_bounds(deps: Deps) -> None:
    lived(deps, worse=0.8)
    monitoring.monitor_cards(deps)
    page = signed_in(deps, Role.OPERATOR).get("/console/monitoring/").text
    assert "超出正常波动" in page
    assert "整体违约率" in page
    assert page.count('<svg role="img"') >= 4


def test_outcomes_come_by_command_with_every_bad_line_in_words(deps: Deps, tmp_path: Path) -> None:
    name = an_operator(deps, Role.OPERATOR).name
    day = deps.clock.now().date().isoformat()
    file = tmp_path / "表现.csv"
    file.write_text(f"reference,outcome,observed_on\n{an_enquiry(deps)},good,{day}\nx,good,{day}\n")
    run = create_app(deps).test_cli_runner().invoke
    tried = run(args=["outcomes", "import", str(file), "--by", name, "--dry-run"])
    assert tried.exit_code == 1
    assert "3: 编号: 没有这个编号，或本人已删除数据" in tried.output
    assert "Nothing written; it would be: 1 new, 0 corrected" in tried.output
    done = run(args=["outcomes", "import", str(file), "--by", name])
    assert "Written: 1 new" in done.output
    again = run(args=["outcomes", "import", str(file), "--by", name])
    assert "Written: 0 new, 0 corrected, 1 known already, 1 bad of 2" in again.output
    page = run(args=["scoring", "monitor", "--out", str(tmp_path / "out")])
    assert (page.exit_code, (tmp_path / "out" / "index.html").exists()) == (0, True)
