// Draw one bubble as a phone shows it, with its time and the raw parts behind it.

import { button, clock, element } from "/static/dom.js";
import { option, richText } from "/static/richtext.js";
import { get } from "/static/server.js";

export function drawBubble(bubble, onTap) {
  const body = element("div", { class: `bubble ${bubble.kind}` }, ...content(bubble, onTap));
  const foot = element("div", { class: "foot" }, element("time", {}, clock(bubble.at)));
  const row = element("li", { class: `row ${bubble.side}` });
  if (bubble.side !== "note") row.append(element("span", { class: "face", "aria-hidden": "true" }));
  row.append(element("div", { class: "stack" }, body, foot));
  if (bubble.raw) foot.append(rawToggle(bubble.raw, row));
  return row;
}

function content(bubble, onTap) {
  const given = bubble.content;
  if (bubble.kind === "news") return given.articles.map(article);
  if (bubble.kind === "template") return notice(given);
  if (bubble.kind === "msgmenu") return menu(given, onTap);
  if (given.media_id) return [`[${bubble.kind}]`];
  return bubble.side === "them" ? [richText(given.text ?? given.title ?? "", onTap)] : [given.text];
}

function menu(given, onTap) {
  const items = given.options.map((item) =>
    element("li", {}, option(item.content, () => onTap(item.content, item.id))));
  return [
    given.head ? element("p", {}, richText(given.head, onTap)) : null,
    element("ul", { class: "choices" }, ...items),
    given.tail ? element("p", {}, richText(given.tail, onTap)) : null,
  ].filter(Boolean);
}

function article(given) {
  const inside = [
    element("strong", {}, given.title),
    element("span", { class: "picture", "aria-hidden": "true" }),
    given.description ? element("span", { class: "quiet" }, given.description) : null,
  ];
  return opening(given.url, "article", inside);
}

function notice(given) {
  const rows = given.rows.flatMap(([label, value]) => [element("dt", {}, label), element("dd", {}, value)]);
  const inside = [
    element("strong", {}, given.title),
    element("dl", {}, ...rows),
    given.url ? element("span", { class: "more" }, "查看详情 ›") : null,
  ];
  return [opening(given.url, "notice", inside)];
}

function opening(url, name, inside) {
  const safe = /^https?:\/\//.test(url ?? "");
  const properties = safe ? { href: url, target: "_blank", rel: "noopener noreferrer" } : {};
  return element(safe ? "a" : "div", { class: `card ${name}`, ...properties }, ...inside);
}

function rawToggle(name, row) {
  let shown = null;
  const toggle = button("原文", async () => {
    if (shown) {
      shown.remove();
      shown = null;
    } else {
      const record = await get(`records/${name}`).catch(() => null);
      shown = element("pre", { class: "raw", tabIndex: 0 }, record ? readable(record) : "原文没有保留");
      row.append(shown);
    }
    toggle.setAttribute("aria-expanded", String(Boolean(shown)));
  }, { class: "raw-toggle", "aria-expanded": "false", "aria-label": "显示原始报文" });
  return toggle;
}

function readable(record) {
  if (record.path) {
    return `${record.method} ${record.path}\n\n${pretty(record.body)}\n\n→ ${JSON.stringify(record.answer, null, 2)}`;
  }
  const attempts = record.copies.flatMap((attempts, copy) => attempts.map((attempt, number) => [
    `── 第 ${copy + 1} 份，第 ${number + 1} 次，${clock(attempt.at)} ──`,
    `POST ${attempt.url}`, attempt.body, `→ ${attempt.status || "无应答"} ${attempt.problem ?? ""}`, attempt.answer,
  ].join("\n")));
  const same = record.copies.length > 1 ? `各份回复${record.same_answer ? "相同" : "不同"}\n\n` : "";
  return `${spread(record.sent)}\n\n→ ${spread(record.reply) || record.problem || "success（不回复）"}\n\n${same}${attempts.join("\n\n")}`;
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

const spread = (xml) => xml.replace(/(<xml>|<\/\w+>)(?=<)/g, "$1\n");
