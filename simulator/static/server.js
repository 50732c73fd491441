// Talk to the simulator's control API; a refusal becomes a short line at the foot of the page.

import { toast } from "/static/dom.js";

async function ask(method, path, body) {
  const options = { method };
  if (body !== undefined) {
    options.headers = { "Content-Type": "application/json" };
    options.body = JSON.stringify(body);
  }
  const answer = await fetch(`/sim/${path}`, options);
  const told = answer.status === 204 ? null : await answer.json().catch(() => ({}));
  if (!answer.ok) {
    toast(typeof told.error === "string" ? told.error : `没有成功（${answer.status}）`);
    throw new Error(path);
  }
  return told;
}

export const get = (path) => ask("GET", path);
export const post = (path, body = {}) => ask("POST", path, body);
export const remove = (path) => ask("DELETE", path);
export const act = (phone, verb, body = {}) => post(`phones/${phone}/${verb}`, body).catch(() => null);
