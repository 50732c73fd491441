// Keep the page in step with the simulator: one long poll, drawn again when something is new.

import { button, toast } from "/static/dom.js";
import { Drawer } from "/static/drawer.js";
import { PhoneView } from "/static/phone.js";
import { post } from "/static/server.js";

const KEPT = "open-phones";
const MOST_OPEN = 6;
const views = new Map();
const columns = document.getElementById("phones");
const tabs = document.getElementById("tabs");
const toolsButton = document.getElementById("tools");
const drawerRoot = document.getElementById("drawer");
const drawer = new Drawer(drawerRoot);
let open = JSON.parse(localStorage.getItem(KEPT) ?? "[]");
let latest = null;
let waiting = null;

function draw(state) {
  latest = state;
  const known = state.phones.map((phone) => phone.id);
  open = open.filter((number) => known.includes(number));
  if (!open.length && known.length) open = known.slice(0, 1);
  localStorage.setItem(KEPT, JSON.stringify(open));
  for (const [number, view] of views) if (!open.includes(number)) { view.root.remove(); views.delete(number); }
  for (const phone of state.phones.filter((each) => open.includes(each.id))) {
    if (!views.has(phone.id)) {
      views.set(phone.id, new PhoneView(phone.id));
      columns.append(views.get(phone.id).root);
    }
    views.get(phone.id).update(phone, state);
  }
  drawTabs(state.phones);
  drawer.update(state);
}

function drawTabs(phones) {
  tabs.replaceChildren(...phones.map((phone) => button(phone.name, () => toggle(phone.id), {
    "aria-pressed": String(open.includes(phone.id)), class: phone.is_following ? "tab following" : "tab",
  })));
}

function toggle(number) {
  const isNarrow = window.matchMedia("(max-width: 700px)").matches;
  if (isNarrow) open = [number];
  else if (open.includes(number)) open = open.filter((each) => each !== number);
  else open = [...open, number].slice(-MOST_OPEN);
  refresh();
}

function refresh() {
  latest = null;
  waiting?.abort();
}

async function follow() {
  for (;;) {
    waiting = new AbortController();
    const since = latest?.version ?? 0;
    try {
      const answer = await fetch(`/sim/state?since=${since}&wait=20&open=${open.join(",")}`, { signal: waiting.signal });
      if (answer.status === 200) {
        const isFirst = !open.length;
        draw(await answer.json());
        if (isFirst) latest = null;  // The first answer knew of no open phone: ask for its bubbles.
      }
    } catch (error) {
      if (error.name === "AbortError") continue;
      toast("模拟器没有应答，正在重试");
      latest = null;
      await new Promise((resolve) => { setTimeout(resolve, 1500); });
    }
  }
}

document.getElementById("add").addEventListener("click", async () => {
  const phone = await post("phones");
  const isNarrow = window.matchMedia("(max-width: 700px)").matches;
  open = isNarrow ? [phone.id] : [...open, phone.id].slice(-MOST_OPEN);
  refresh();
});

function showTools(isShown) {
  drawerRoot.hidden = !isShown;
  toolsButton.setAttribute("aria-expanded", String(isShown));
  if (isShown) drawer.loadCalls();
}

toolsButton.addEventListener("click", () => showTools(drawerRoot.hidden));
document.addEventListener("keydown", (event) => { if (event.key === "Escape") showTools(false); });
setInterval(() => {
  if (!latest) return;
  const now = drawer.tick();
  for (const view of views.values()) view.tick(now);
}, 1000);
follow();
