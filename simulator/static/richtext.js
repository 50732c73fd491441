// Show a text with its line breaks; only the links that the real phone knows become links.

import { element } from "/static/dom.js";

const LINK = /<a\s+href="([^"<>]*)"[^<>]*>([^<>]*)<\/a>/g;

export function richText(text, onTap) {
  const line = element("span", { class: "rich" });
  let end = 0;
  for (const match of text.matchAll(LINK)) {
    line.append(text.slice(end, match.index), link(match, onTap));
    end = match.index + match[0].length;
  }
  line.append(text.slice(end));
  return line;
}

function link([whole, address, label], onTap) {
  if (address.startsWith("weixin://bizmsgmenu?")) {
    const given = parameters(address);
    return option(label, () => onTap(given.msgmenucontent ?? label, given.msgmenuid ?? ""));
  }
  if (/^https?:\/\//.test(address)) {
    return element("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, label);
  }
  return document.createTextNode(whole);
}

export function option(label, onclick) {
  return element("button", { type: "button", class: "option", onclick }, label);
}

function parameters(address) {
  const pairs = address.slice(address.indexOf("?") + 1).split("&").map((part) => {
    const [name, value = ""] = part.split("=");
    return [name, decoded(value)];
  });
  return Object.fromEntries(pairs);
}

function decoded(value) {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
