// One phone: its screen, its keyboard, its menu, and the sheet with what only a tester does.

import { drawBubble } from "/static/bubbles.js";
import { button, element, toast } from "/static/dom.js";
import { act } from "/static/server.js";

const EXTRAS = { location: "位置", image: "图片", voice: "语音", video: "视频", sticker: "表情", link: "链接", miniprogrampage: "小程序" };
const TRIGGERS = { message: "消息", click: "菜单", scan: "扫码", follow: "关注" };

export class PhoneView {
  constructor(number) {
    this.number = number;
    this.drawn = new Map();
    this.isTyping = true;
    this.hasMenu = false;
    this.title = element("h2", {});
    this.status = element("p", { class: "status" });
    this.list = element("ol", { class: "bubbles", "aria-live": "polite", "aria-label": "聊天记录" });
    this.hint = element("p", { class: "hint" }, "还没有关注。点下面的“关注”，看看会收到什么；填了场景值再点，就等于扫了带参数的二维码。");
    this.screen = element("div", { class: "screen", tabIndex: 0 }, this.hint, this.list);
    this.sheet = element("div", { class: "sheet", hidden: true });
    this.footer = element("footer", {});
    const more = button("⋯", () => this.toggleSheet(), { class: "plain", "aria-label": "更多操作" });
    const heading = element("div", { class: "heading" }, this.title, this.status);
    this.root = element("section", { class: "phone", id: `phone-${number}` },
      element("header", {}, heading, more), this.sheet, this.screen, this.footer);
  }

  update(phone, state) {
    this.title.textContent = state.account.name;
    this.told = phone;
    this.tick(state.now);
    this.root.setAttribute("aria-label", phone.name);
    this.hint.hidden = phone.is_following || phone.bubbles.length > 0;
    this.drawBubbles(phone.bubbles);
    const shape = JSON.stringify([phone.is_following, phone.blocks_messages, state.menu]);
    if (shape === this.shape) return;
    this.shape = shape;
    this.phone = phone;
    this.menu = state.menu?.button ?? [];
    // As in the real app, an account with a menu opens with the menu.
    if (this.hasMenu !== this.menu.length > 0) this.isTyping = !this.menu.length;
    this.hasMenu = this.menu.length > 0;
    this.drawFooter();
    this.drawSheet();
  }

  tick(now) {
    const { told } = this;
    this.status.textContent = `${told.name} · ${told.is_following ? windows(told, now) : "未关注"}`;
  }

  drawBubbles(bubbles) {
    const known = new Set(bubbles.map((bubble) => bubble.id));
    for (const [id, row] of this.drawn) if (!known.has(id)) { row.remove(); this.drawn.delete(id); }
    const fresh = bubbles.filter((bubble) => !this.drawn.has(bubble.id));
    for (const bubble of fresh) {
      const row = drawBubble(bubble, (content, id) => act(this.number, "tap", { content, id }));
      this.drawn.set(bubble.id, row);
      this.list.append(row);
    }
    if (fresh.length) this.screen.scrollTop = this.screen.scrollHeight;
  }

  drawFooter() {
    if (!this.phone.is_following) this.footer.replaceChildren(this.followCard());
    else this.footer.replaceChildren(this.isTyping ? this.keyboard() : this.menuBar(), this.popup());
    this.screen.scrollTop = this.screen.scrollHeight;
  }

  followCard() {
    const scene = element("input", { placeholder: "二维码场景值（可空）", "aria-label": "二维码场景值", maxLength: 64 });
    const submit = (event) => {
      event.preventDefault();
      act(this.number, "follow", { scene: scene.value.trim() });
    };
    return element("form", { class: "follow", onsubmit: submit }, scene,
      element("button", { class: "primary" }, "关注"));
  }

  keyboard() {
    const input = element("textarea", { rows: 1, "aria-label": "输入消息", enterKeyHint: "send" });
    const send = element("button", { class: "primary send" }, "发送");
    const plus = button("＋", () => this.openPopup(this.extras()), { class: "round", "aria-label": "更多消息类型" });
    const submit = async (event) => {
      event.preventDefault();
      const content = input.value.trim();
      if (!content) return;
      input.value = "";
      grow();
      input.focus();
      if (!await act(this.number, "text", { content })) { input.value = content; grow(); }
    };
    const grow = () => {
      input.style.height = "auto";
      input.style.height = `${Math.min(input.scrollHeight, 110)}px`;
      send.hidden = !input.value.trim();
      plus.hidden = !send.hidden;
    };
    const form = element("form", { class: "keyboard", onsubmit: submit });
    input.addEventListener("input", grow);
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) submit(event);
    });
    send.hidden = true;
    form.append(...(this.menu.length ? [this.switcher("☰", "切换到菜单")] : []), input, plus, send);
    return form;
  }

  menuBar() {
    const buttons = this.menu.map((item, index) => item.sub_button?.length
      ? button(`≡ ${item.name}`, () => this.openPopup(this.subMenu(item, index)), { "aria-haspopup": "true" })
      : button(item.name, () => this.press(item, [index])));
    return element("div", { class: "menu-bar" }, this.switcher("⌨", "切换到键盘"), ...buttons);
  }

  subMenu(item, index) {
    const entries = item.sub_button.map((entry, place) =>
      button(entry.name, () => this.press(entry, [index, place])));
    return element("div", { class: "sub-menu", "data-key": String(index), style: `--place: ${index}; --count: ${this.menu.length}` }, ...entries);
  }

  extras() {
    const entries = Object.entries(EXTRAS).map(([kind, label]) => button(label, () => {
      this.closePopup();
      act(this.number, "message", { kind });
    }));
    return element("div", { class: "extras", "data-key": "extras" }, ...entries);
  }

  press(item, path) {
    this.closePopup();
    // Opened before the request: browsers allow a new tab only inside the click itself.
    if (item.type === "view") window.open(item.url, "_blank", "noopener");
    act(this.number, "menu", { path });
  }

  popup() {
    this.holder = element("div", { class: "popup", hidden: true });
    return this.holder;
  }

  openPopup(inside) {
    const isSame = !this.holder.hidden && this.holder.firstChild?.dataset.key === inside.dataset.key;
    this.holder.replaceChildren(inside);
    this.holder.hidden = isSame;
    if (!isSame) inside.querySelector("button")?.focus();
  }

  closePopup() {
    if (this.holder) this.holder.hidden = true;
  }

  switcher(sign, label) {
    return button(sign, () => { this.isTyping = !this.isTyping; this.drawFooter(); }, { class: "round", "aria-label": label });
  }

  toggleSheet() {
    this.sheet.hidden = !this.sheet.hidden;
  }

  drawSheet() {
    const { phone } = this;
    const scene = element("input", { placeholder: "场景值", "aria-label": "扫码场景值", maxLength: 64 });
    const done = (verb, body) => () => { this.sheet.hidden = true; act(this.number, verb, body?.()); };
    const scan = done("follow", () => ({ scene: scene.value.trim() }));
    const copy = () => navigator.clipboard?.writeText(phone.openid).then(() => toast("已复制"));
    this.sheet.replaceChildren(
      element("div", { class: "line" }, scene, button("扫一扫", scan)),
      phone.is_following
        ? button("取消关注", done("unfollow"), { class: "danger" })
        : button("关注", done("follow")),
      button(phone.blocks_messages ? "恢复接收消息" : "拒收消息", done("block", () => ({ on: !phone.blocks_messages }))),
      button(phone.openid, copy, { class: "quiet", title: "复制 openid" }),
    );
  }
}

function windows(phone, now) {
  const open = phone.windows.filter((window) => window.remaining > 0 && window.expires_at > now);
  if (!open.length) return "没有客服窗口";
  const told = open.map((window) => `${TRIGGERS[window.trigger]}${window.remaining}/${left(window.expires_at - now)}`);
  return `可收 ${told.join(" · ")}`;
}

function left(seconds) {
  if (seconds > 3600) return `${Math.floor(seconds / 3600)}时`;
  return seconds > 60 ? `${Math.floor(seconds / 60)}分` : `${Math.max(0, Math.floor(seconds))}秒`;
}
