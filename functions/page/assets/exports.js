// Files of records: asked for, watched while they are made, and downloaded. Each link is an event with who got it.

import { get, post } from "./api.js";
import { h, fill } from "./dom.js";
import { badge, button, card, empty, field, head, needs, select, shown, submitted, table, time, trouble } from "./parts.js";
import { may, session } from "./session.js";
import { number, t, when, word } from "./texts.js";

/**
 * @typedef {{export_id: string, status: string, columns: string, created_from: string, created_to: string, expires_at: string,
 *            records: number, size_bytes: number, url?: string, url_expires_at?: string}} Export
 */

const NEEDS = "records:export";
const PERSONS = "records:read_personal";
const PATH = "record_exports";
/** How long to wait before one that is being made is looked at again. */
const PAUSE = 1500;

/** What was asked for since somebody signed in, the newest first: nobody else knows their ids. @type {WeakMap<object, Export[]>} */
const asked = new WeakMap();

/** @param {import("./app.js").Place} place @returns {import("./app.js").View} */
export function exports({ signal }) {
  const title = t("nav.exports");
  const top = h("div", {}, head(title), h("p", { class: "lead" }, t("exports.lead")));
  if (!may(NEEDS)) return { title, content: h("div", {}, top, needs(NEEDS)) };
  const list = asked.get(session()) ?? [];
  asked.set(session(), list);
  const place = h("div");
  const draw = () => fill(place, list.length > 0 ? rows_of(list) : empty(t("exports.none"), t("exports.none_text")));
  let is_watched = false;
  const watch = async () => {
    if (is_watched) return;
    is_watched = true;
    while (!signal.aborted && list.some(is_running)) {
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
      for (const one of list.filter(is_running)) await look(one, signal);
      if (!signal.aborted) draw();
    }
    is_watched = false;
  };
  const add = (/** @type {Export} */ one) => {
    list.unshift(one);
    draw();
    void watch();
  };
  draw();
  void watch();
  return { title, content: h("div", {}, top, card(t("exports.new"), form(add)), card(t("exports.list"), h("div", { "aria-live": "polite" }, place))) };
}

/** @param {Export} one */
const is_running = (one) => one.status === "RUNNING";

/** How far one is by now. What cannot be asked now is asked again. @param {Export} one @param {AbortSignal} [signal] */
async function look(one, signal) {
  try {
    Object.assign(one, await get(`${PATH}/${one.export_id}`, { needs: NEEDS, signal }));
  } catch (error) {
    if (!signal) throw error;
  }
}

/** @param {(one: Export) => void} add */
function form(add) {
  const today = new Date(Date.now() - new Date().getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
  const from = h("input", { type: "date", value: `${today.slice(0, 7)}-01`, required: true });
  const to = h("input", { type: "date", value: today, required: true });
  const names = may(PERSONS) ? ["PLAIN", "PERSONAL"] : ["PLAIN"];
  const columns = select(names.map((name) => /** @type {[string, string]} */ ([name, word("columns", name)])), "PLAIN");
  const place = h("div");
  const send = h("button", { type: "submit", class: "main-action" }, t("exports.start"));
  const onsubmit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    await submitted(box, send, place, async () => {
      const body = { created_from: day(from.value, 0), created_to: day(to.value, 1), columns: columns.value };
      add(await post(PATH, { needs: NEEDS, body }));
    });
  };
  const box = h("form", { class: "in form", novalidate: true, onsubmit, "aria-label": t("exports.new") },
    field(t("records.from"), from, { pointer: "/created_from" }), field(t("records.to"), to, { pointer: "/created_to" }),
    field(t("exports.columns"), columns, { hint: t("exports.recorded"), pointer: "/columns" }), h("div", {}, send), place);
  return box;
}

/** The beginning of a day here, or of the next one. What is no day is left to the service to refuse. @param {string} text @param {number} after */
function day(text, after) {
  const [year, month, date] = text.split("-").map(Number);
  return year && month && date ? new Date(year, month - 1, date + after).toISOString() : text;
}

/** @param {Export[]} list */
function rows_of(list) {
  return table(t("exports.list"), [
    [t("exports.time"), "", (one) => [h("strong", {}, days(one)), h("div", { class: "quiet" }, word("columns", one.columns))]],
    [t("column.status"), "", (one) => badge("export", one.status)],
    [t("exports.records"), "wide end", (one) => number(one.records)],
    [t("exports.size"), "wide end", (one) => size(one.size_bytes)],
    [t("exports.until"), "wide", (one) => time(one.expires_at)],
    ["", "end", (one) => one.status === "DONE" && button(t("exports.download"), () => download(one), { kind: "small", permission: NEEDS, name: days(one) })],
  ], list);
}

/** @param {number} bytes */
function size(bytes) {
  return bytes < 1e6 ? `${number(Math.ceil(bytes / 1e3))} kB` : `${number(bytes / 1e6, { maximumFractionDigits: 1 })} MB`;
}

/** The days of which one has the records. @param {Export} one */
function days(one) {
  const last = new Date(new Date(one.created_to).getTime() - 1).toISOString();
  return `${when(one.created_from, { dateStyle: "medium" })} – ${when(last, { dateStyle: "medium" })}`;
}

/** By the link that is there, or a new one. @param {Export} one */
async function download(one) {
  try {
    if (!one.url || new Date(one.url_expires_at ?? 0).getTime() < Date.now() + 5000) await look(one);
    if (one.url) h("a", { href: one.url, referrerpolicy: "no-referrer" }).click();
  } catch (error) {
    shown(t("error.action"), [trouble(error)]);
  }
}
