// What a page of the console needs beyond HTML and htmx. Everything works without it, only slower.

const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

// The server's clock, which may be travelling in time; the browser's own is only for differences.
const ahead = Date.parse(document.body.dataset.now) - Date.now();
const now = () => Date.now() + ahead;

// ── htmx: what was not asked for by a person must not keep a session alive ──
document.body.addEventListener("htmx:configRequest", (event) => {
  if (!event.detail.triggeringEvent || event.detail.triggeringEvent.type === "load") {
    event.detail.headers["X-Poll"] = "1";
  }
});
document.body.addEventListener("htmx:responseError", (event) => {
  say(event.detail.xhr.status === 403 ? "没有权限，或登录已结束。" : "没有成功，请刷新后再试。");
});
document.body.addEventListener("htmx:sendError", () => say("网络断开了，正在等它恢复。"));
document.body.addEventListener("htmx:afterSettle", (event) => tick(event.detail.elt));

function say(words) {
  $("#announcer").textContent = words;
  const line = document.createElement("p");
  line.className = "toast-line tone-bad";
  line.textContent = words;
  $("#toasts").replaceChildren(line);
}

// ── Countdowns, and values that were shown for a minute ──
function left(milliseconds) {
  if (milliseconds <= 0) return "已到时";
  const minutes = Math.floor(milliseconds / 60_000);
  if (minutes < 1) return `还剩 ${Math.ceil(milliseconds / 1000)} 秒`;
  if (minutes < 60) return `还剩 ${minutes} 分`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `还剩 ${hours} 小时 ${minutes % 60} 分` : `还剩 ${Math.floor(hours / 24)} 天`;
}

function tick(root = document) {
  for (const clock of $$("[data-until]", root)) {
    const remains = Date.parse(clock.dataset.until) - now();
    clock.textContent = left(remains);
    clock.classList.toggle("is-near", remains > 0 && remains < 3_600_000);
    clock.classList.toggle("is-over", remains <= 0);
  }
  for (const shown of $$("[data-hide-after]", root)) {
    shown.dataset.hideAt ??= Date.now() + 1000 * Number(shown.dataset.hideAfter);
    const remains = Number(shown.dataset.hideAt) - Date.now();
    if (remains <= 0) shown.replaceWith(document.createTextNode("•••"));
    else if ($("small", shown)) $("small", shown).textContent = `${Math.ceil(remains / 1000)} 秒后隐藏`;
  }
}
setInterval(tick, 1000);
tick();

// ── Clicks ──
document.addEventListener("click", (event) => {
  const target = event.target.closest("[data-toggles], [data-opens], [data-closes], [data-theme-switch]");
  if (!target) return closeMenus(event);
  if (target.dataset.toggles) {
    const open = $(`#${target.dataset.toggles}`).classList.toggle("is-open");
    target.setAttribute("aria-expanded", open);
  }
  if (target.dataset.opens) openPalette();
  if ("closes" in target.dataset) target.parentElement.remove();
  if ("themeSwitch" in target.dataset) {
    const root = document.documentElement.dataset;
    root.bsTheme = root.bsTheme === "dark" ? "light" : "dark";
    localStorage.setItem("theme", root.bsTheme);
  }
});

function closeMenus(event) {
  for (const menu of $$("details.me[open], details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
  const nav = $("#nav");
  if (nav && !nav.contains(event.target)) nav.classList.remove("is-open");
}

document.addEventListener("submit", (event) => {
  const question = event.target.dataset.confirm;
  if (question && !confirm(question)) return event.preventDefault();
  if (!event.target.hasAttribute("hx-post")) {
    // Twice pressed is once sent.
    for (const button of $$("button[type=submit], button:not([type])", event.target)) {
      setTimeout(() => (button.disabled = true));
    }
  }
});
addEventListener("pageshow", () => $$("button[disabled]:not([data-off])").forEach((b) => (b.disabled = false)));

// ── Where to go: Ctrl K, arrows, Enter ──
function openPalette() {
  const palette = $("#palette");
  if (!palette || palette.open) return;
  palette.showModal();
  const input = $("input", palette);
  input.value = "";
  filter(input);
  input.focus();
}

function filter(input) {
  const words = input.value.trim().toLowerCase();
  for (const item of $$(`#${input.dataset.filters} > li`)) {
    item.hidden = !item.textContent.toLowerCase().includes(words);
  }
}

document.addEventListener("input", (event) => {
  if (event.target.dataset.filters) filter(event.target);
  if (event.target.dataset.quick) insertQuick(event.target);
});

// ── Answers given often: /shortcut and a space become the words ──
function insertQuick(box) {
  const typed = box.value.slice(0, box.selectionStart);
  const named = typed.match(/(?:^|\s)\/([a-z0-9\u4e00-\u9fff]{1,24})\s$/);
  const found = named && $$(`#${box.dataset.quick} [data-shortcut]`).find((one) => one.dataset.shortcut === named[1]);
  if (found) box.setRangeText(found.dataset.words, typed.length - named[1].length - 2, typed.length, "end");
}

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    return openPalette();
  }
  if (event.key === "Escape") $$("details[open].me, details[open].menu").forEach((menu) => (menu.open = false));
  const palette = event.target.closest("#palette");
  if (palette) return walk(event, $$("li:not([hidden]) a", palette));
  if (event.target.closest("input, textarea, select, [contenteditable]") || event.ctrlKey || event.metaKey || event.altKey) return;
  // A page names its own keys: <a data-key="n">, <button data-key="d">.
  const wanted = $$("[data-key]").find((one) => one.dataset.key === event.key && one.offsetParent);
  if (wanted) {
    event.preventDefault();
    wanted.matches("input, textarea, select") ? wanted.focus() : wanted.click();
  }
});

function walk(event, links) {
  const at = links.indexOf(document.activeElement);
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    event.preventDefault();
    links[(at + step + links.length) % links.length]?.focus();
  }
  if (event.key === "Enter" && at < 0 && links[0]) {
    event.preventDefault();
    links[0].click();
  }
}

// ── A conversation that is going on: stay at its end, or where the reader is ──
function toEnd(box) {
  box.scrollTop = box.scrollHeight;
}
$$("[data-live]").forEach(toEnd);
document.body.addEventListener("htmx:beforeSwap", (event) => {
  const box = event.detail.target.closest?.("[data-live]");
  if (!box) return;
  box.dataset.wasAtEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 80 ? "1" : "";
  box.dataset.wasAt = box.scrollTop;
});
document.body.addEventListener("htmx:afterSettle", () => {
  for (const box of $$("[data-live][data-was-at]")) {
    box.dataset.wasAtEnd ? toEnd(box) : (box.scrollTop = Number(box.dataset.wasAt));
    delete box.dataset.wasAt;
    $("#announcer").textContent = "对话有了新内容。";
  }
});

// ── A list to walk with j and k; what a page holds is let go of when it is left ──
document.addEventListener("keydown", (event) => {
  const step = { j: 1, k: -1 }[event.key];
  if (!step || event.ctrlKey || event.metaKey || event.target.closest("input, textarea, select")) return;
  const links = $$("[data-walk] tbody th a");
  const at = links.indexOf(document.activeElement);
  links[at < 0 ? 0 : Math.min(Math.max(at + step, 0), links.length - 1)]?.focus();
});
addEventListener("pagehide", () => {
  for (const one of $$("[data-leaves]")) {
    fetch(one.dataset.leaves, {
      method: "POST",
      keepalive: true,
      redirect: "manual",
      headers: JSON.parse(document.body.getAttribute("hx-headers")),
      body: new URLSearchParams({ held_until: one.dataset.heldUntil }),
    });
  }
});
