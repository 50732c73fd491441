// The tester's tools: connection, clock, deliveries, faults, events, calls.

import { button, clock, element, toast } from "/static/dom.js";
import { act, get, post, remove } from "/static/server.js";

const STEPS = [["＋1 分钟", 60], ["＋20 分钟", 1200], ["＋1 小时", 3600], ["＋1 天", 86400], ["＋2 天", 172800]];
const PATHS = [["全部接口", ""], ["custom/send", "/cgi-bin/message/custom/send"], ["template/send", "/cgi-bin/message/template/send"],
  ["stable_token", "/cgi-bin/stable_token"], ["mass/send", "/cgi-bin/message/mass/send"], ["mass/sendall", "/cgi-bin/message/mass/sendall"],
  ["user/info", "/cgi-bin/user/info"], ["user/get", "/cgi-bin/user/get"], ["menu/create", "/cgi-bin/menu/create"]];
const KINDS = [["变慢（毫秒）", "slow"], ["受理后才慢（毫秒）", "slow_after"], ["返回错误码", "errcode"], ["受理后返回错误码", "errcode_after"], ["应答前断开", "drop_before"], ["受理后断开", "drop_after"]];
const EVENTS = ["LOCATION", "scancode_waitmsg", "pic_weixin", "location_select", "view_miniprogram", "user_authorization_revoke",
  "user_authorization_cancellation", "user_info_modified", "verify_expired", "debug_demo", "card_pass_check"];

export class Drawer {
  constructor(root) {
    this.root = root;
    this.time = element("output", { class: "time" });
    this.connection = element("p", { class: "quiet" });
    this.faults = element("ul", { class: "faults" });
    this.calls = element("ul", { class: "calls" });
    this.who = element("select", { "aria-label": "哪部手机" });
    this.copies = choice("每条投递几次", [["一次", "1"], ["两次", "2"], ["三次", "3"]], (value) => post("switches", { copies: Number(value) }));
    this.taps = choice("点选项算作", [["点菜单（3 条 / 1 分钟）", "menu"], ["发消息（5 条 / 48 小时）", "message"]], (value) => post("switches", { tap_opens: value }));
    this.order = element("input", { type: "checkbox", onchange: (event) => post("switches", { out_of_order: event.target.checked }) });
    root.append(
      section("连接", this.connection, button("重新验证网址", async () => toast((await post("verify")).state === "ok" ? "验证通过" : "没有通过"))),
      section("时钟", this.time, element("div", { class: "buttons" }, ...STEPS.map(([label, seconds]) =>
        button(label, () => post("clock", { advance_seconds: seconds }))), button("回到现在", () => post("clock", { offset_seconds: 0 })))),
      section("投递", labelled("每条投递几次", this.copies), labelled("点选项算作", this.taps),
        element("label", { class: "check" }, this.order, "乱序：先送后一条")),
      section("接口故障", this.faultForm(), this.faults, element("div", { class: "buttons" },
        button("清除故障", () => remove("faults")), button("令牌立即过期", () => post("tokens/expire").then(() => toast("令牌已过期"))))),
      section("事件与自定义报文", labelled("手机", this.who), this.events(), this.rawForm()),
      section("最近的接口调用", this.calls),
      section("重来", button("清空全部手机", () => window.confirm("清空全部手机和数据？") && post("reset"), { class: "danger" })),
    );
  }

  update(state) {
    this.base = { server: state.now, local: performance.now() / 1000, offset: state.offset_seconds };
    this.tick();
    const { verification, mode, webhook_url: address } = state.account;
    const words = { ok: "已验证", waiting: "等待应答", failed: "没有通过" }[verification.state];
    this.connection.textContent = `${address} · ${mode} · ${words}${verification.detail ? `（${verification.detail}）` : ""}`;
    this.copies.value = String(state.switches.copies);
    this.taps.value = state.switches.tap_opens;
    this.order.checked = state.switches.out_of_order;
    this.faults.replaceChildren(...state.faults.map((fault) =>
      element("li", {}, `${fault.path || "全部"} · ${fault.kind} ${fault.value || ""} · 剩 ${fault.calls} 次`)));
    const chosen = this.who.value;
    this.who.replaceChildren(...state.phones.map((phone) => element("option", { value: phone.id }, phone.name)));
    if (state.phones.some((phone) => String(phone.id) === chosen)) this.who.value = chosen;
    if (!this.root.hidden) this.loadCalls();
  }

  tick() {
    const now = this.base.server + performance.now() / 1000 - this.base.local;
    this.time.textContent = `${clock(now, true)}${this.base.offset ? `（偏移 ${this.base.offset} 秒）` : ""}`;
    return now;
  }

  async loadCalls() {
    const { calls } = await get("calls");
    this.calls.replaceChildren(...calls.slice(-20).reverse().map((call) => {
      const code = call.answer.errcode ?? (call.answer.dropped ? "断开" : 0);
      const summary = element("summary", {}, `${clock(call.at)} ${call.path.replace("/cgi-bin/", "")} → ${code}`);
      return element("li", {}, element("details", {}, summary,
        element("pre", { class: "raw" }, `${call.body}\n→ ${JSON.stringify(call.answer, null, 2)}`)));
    }));
  }

  faultForm() {
    const path = choice("接口", PATHS);
    const kind = choice("怎样出错", KINDS);
    const value = element("input", { type: "number", value: "45015", "aria-label": "毫秒或错误码" });
    const calls = element("input", { type: "number", value: "1", min: "1", "aria-label": "影响几次调用" });
    kind.value = "errcode";
    const submit = (event) => {
      event.preventDefault();
      post("faults", { path: path.value, kind: kind.value, value: Number(value.value), calls: Number(calls.value) });
    };
    return element("form", { class: "grid", onsubmit: submit }, labelled("接口", path), labelled("怎样", kind),
      labelled("毫秒/错误码", value), labelled("次数", calls), element("button", { class: "primary" }, "添加故障"));
  }

  events() {
    const event = choice("事件", EVENTS.map((name) => [name, name]));
    return element("div", { class: "line" }, event, button("触发", () => act(this.who.value, "event", { event: event.value })));
  }

  rawForm() {
    const xml = element("textarea", { rows: 4, "aria-label": "自定义 XML", placeholder: "<xml>…</xml> 原样签名、加密并投递", spellcheck: false });
    return element("div", { class: "stacked" }, xml, button("投递", () => act(this.who.value, "raw", { xml: xml.value })));
  }
}

function section(title, ...inside) {
  return element("section", {}, element("h2", {}, title), ...inside);
}

function labelled(words, field) {
  return element("label", {}, element("span", {}, words), field);
}

function choice(label, options, onchosen) {
  const select = element("select", { "aria-label": label }, ...options.map(([words, value]) => element("option", { value }, words)));
  if (onchosen) select.addEventListener("change", () => onchosen(select.value));
  return select;
}
