// The parts that views are made of.

import { Failure } from "./api.js";
import { h, fill, unique } from "./dom.js";
import { may } from "./session.js";
import { t, when, word } from "./texts.js";

/** @typedef {import("./dom.js").Child} Child */

const GOOD = ["VALIDATED", "SCORED", "DELIVERED", "ENABLED", "APPROVED", "PASS", "DONE"];
const BAD = ["FAILED", "REJECTED", "FAIL", "DISABLED"];
const WAITING = ["OPEN", "CLAIMED", "INCONCLUSIVE", "PENDING"];
const INFO = ["CREATED", "SENT", "RUNNING"];

/** A state in words. @param {string} group @param {string | undefined} name */
export function badge(group, name) {
  if (!name) return h("span", { class: "quiet" }, "–");
  const tones = { good: GOOD, bad: BAD, wait: WAITING, info: INFO };
  const tone = Object.entries(tones).find(([, names]) => names.includes(name))?.[0] ?? "";
  return h("span", { class: `badge ${tone}` }, word(group, name));
}

/** @param {string | undefined} moment */
export function time(moment) {
  if (!moment) return h("span", { class: "quiet" }, "–");
  return h("time", { datetime: moment, title: moment, class: "one-line" }, when(moment));
}

/** The head of a view, which is where the keyboard begins. @param {string} title @param {...Child} beside */
export const head = (title, ...beside) => h("div", { class: "head" }, h("h1", { tabindex: -1 }, title), beside);

/** A part with a title. @param {Child} title @param {Child | Child[]} content @param {...Child} beside */
export function card(title, content, ...beside) {
  return h("section", { class: "card" }, h("div", { class: "top" }, h("h2", {}, title), beside), content);
}

/** @param {[string, Child | Child[]][]} facts Those without a value are left out. */
export function facts(facts) {
  const shown = facts.filter(([, value]) => value !== undefined && value !== null && value !== false && value !== "");
  return h("dl", { class: "facts" }, shown.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));
}

/**
 * A table. A column is its title, its class, and what it shows of a row.
 * @template Row
 * @param {string} caption
 * @param {[string, string, (row: Row) => Child | Child[]][]} columns
 * @param {Row[]} rows
 */
export function table(caption, columns, rows) {
  const cells = (/** @type {Row} */ row) => columns.map(([, kind, show]) => h("td", { class: kind }, show(row)));
  const titles = columns.map(([title, kind]) => h("th", { scope: "col", class: kind }, title || h("span", { class: "unseen" }, t("column.actions"))));
  const body = h("tbody", {}, rows.map((row) => h("tr", {}, cells(row))));
  return scrolling(caption, h("table", { class: "table" }, h("caption", { class: "unseen" }, caption), h("thead", {}, h("tr", {}, titles)), body));
}

/** Where a table is wider than its place. The keyboard has to reach what it may scroll. @param {string} name @param {HTMLTableElement} table */
export function scrolling(name, table) {
  const reached = table.querySelector("a, button") !== null;
  return h("div", reached ? { class: "scrolls" } : { class: "scrolls", tabindex: 0, role: "region", "aria-label": name }, table);
}

/** @param {string} title @param {string} text @param {...Child} more */
export function empty(title, text, ...more) {
  return h("div", { class: "state" }, h("h2", {}, title), h("p", {}, text), more);
}

/** What is shown while something is fetched. */
export function loading() {
  const lines = Array.from({ length: 6 }, () => h("i"));
  return h("div", { class: "skeleton", role: "status" }, h("span", { class: "unseen" }, t("loading")), lines);
}

/** What went wrong, with everything that the API said about it. @param {unknown} error @param {() => void} [again] */
export function trouble(error, again) {
  const retry = again && h("div", {}, h("button", { type: "button", onclick: again }, t("retry")));
  if (!(error instanceof Failure)) {
    console.error(error);
    return notice("bad", t("error.page"), String(error instanceof Error ? error.message : error), retry);
  }
  if (error.permission) return needs(error.permission);
  const faults = error.faults.map((fault) => h("li", {}, h("code", {}, fault.code), " ", fault.details));
  const request = error.request && h("p", { class: "quiet" }, t("error.request"), " ", h("code", {}, error.request));
  const wait = error.retry && h("p", {}, t("error.wait", { seconds: error.retry }));
  return notice("bad", title(error.status), faults.length > 0 && h("ul", {}, faults), wait, request, retry);
}

/** @param {number} status */
function title(status) {
  if (status === 0) return t("error.offline");
  if (status === 401) return t("error.401");
  if (status === 404) return t("error.404");
  if (status === 409) return t("error.409");
  if (status === 412) return t("error.412");
  if (status === 429) return t("error.429");
  return status >= 500 ? t("error.500") : t("error.400");
}

/** Which permission a view or an action needs. @param {string} permission */
export function needs(permission) {
  return notice("wait", t("needs.title"), h("p", {}, t("needs.text"), " ", h("code", {}, permission)));
}

/** @param {"bad" | "wait" | "good" | "info"} tone @param {string} title @param {...Child} content */
export function notice(tone, title, ...content) {
  return h("div", { class: `notice ${tone}`, role: tone === "bad" ? "alert" : "status" }, h("p", { class: "title" }, title), content);
}

/** A line that appears for a moment, and is read out. @param {string} text */
export function say(text) {
  const place = document.querySelector(".toast");
  if (!place) return;
  const line = h("p", {}, text);
  fill(place, line);
  setTimeout(() => line.remove(), 6000);
}

/**
 * A button that waits for what it does, and can't be pressed meanwhile. Without the permission it says which one it needs.
 * @param {string} label
 * @param {() => unknown} action
 * @param {{kind?: string, permission?: string, key?: string, name?: string}} [options]
 */
export function button(label, action, { kind = "", permission, key, name } = {}) {
  const forbidden = permission !== undefined && !may(permission);
  const hint = forbidden ? t("needs.short", { permission: permission ?? "" }) : undefined;
  const attributes = { type: "button", class: kind, "aria-disabled": forbidden ? "true" : undefined, title: hint };
  const text = name && h("span", { class: "unseen" }, ` ${name}`);
  const element = h("button", { ...attributes, "aria-keyshortcuts": key, onclick: press }, label, text, key && h("kbd", { "aria-hidden": "true" }, key));
  async function press() {
    if (forbidden) return say(hint ?? "");
    if (element.getAttribute("aria-busy") === "true") return;
    element.setAttribute("aria-busy", "true");
    try {
      await action();
    } finally {
      element.removeAttribute("aria-busy");
    }
  }
  return element;
}

/**
 * A field with its label, and a place for what is wrong with it. `pointer` is where its value is in the body.
 * @param {string} label
 * @param {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} control
 * @param {{hint?: Child, pointer?: string}} [options]
 */
export function field(label, control, { hint, pointer } = {}) {
  control.id ||= unique("field");
  const hint_id = `${control.id}-hint`, fault_id = `${control.id}-fault`;
  control.setAttribute("aria-describedby", hint ? `${hint_id} ${fault_id}` : fault_id);
  const fault = h("span", { class: "fault", id: fault_id });
  return h("div", { class: "field", "data-pointer": pointer }, h("label", { for: control.id }, label), control,
    hint && h("span", { class: "hint", id: hint_id }, hint), fault);
}

/**
 * @param {string} label @param {HTMLInputElement} control @param {Child} [hint]
 */
export function check(label, control, hint) {
  control.type = "checkbox";
  return h("label", { class: "check" }, control, h("span", {}, label, hint && h("span", { class: "hint" }, hint)));
}

/** @param {[string, string][]} options @param {string} chosen @param {Record<string, import("./dom.js").Value>} [attributes] */
export function select(options, chosen, attributes = {}) {
  return h("select", attributes, options.map(([value, label]) => h("option", { value, selected: value === chosen }, label)));
}

/**
 * Shows the faults of a request at their fields, and the rest of them before the form. The first field gets the focus.
 * @param {HTMLElement} form @param {HTMLElement} place @param {unknown} error
 */
export function show_faults(form, place, error) {
  clear_faults(form, place);
  const fields = /** @type {HTMLElement[]} */ ([...form.querySelectorAll("[data-pointer]")]);
  let first;
  for (const fault of error instanceof Failure ? error.faults : []) {
    const at = fields.find((field) => fault.details.startsWith(`${field.dataset.pointer}:`) || fault.details.startsWith(`${field.dataset.pointer}/`));
    const control = at?.querySelector("input, select, textarea");
    if (!at || !(control instanceof HTMLElement)) continue;
    control.setAttribute("aria-invalid", "true");
    fill(/** @type {Element} */ (at.querySelector(".fault")), fault.details.slice(fault.details.indexOf(":") + 1).trim());
    first ??= control;
  }
  fill(place, trouble(error));
  first?.focus();
}

/** @param {HTMLElement} form @param {HTMLElement} place */
export function clear_faults(form, place) {
  fill(place);
  for (const control of form.querySelectorAll("[aria-invalid]")) control.removeAttribute("aria-invalid");
  for (const fault of form.querySelectorAll(".fault")) fill(fault);
}

/**
 * Submits a form, once at a time, and shows what is wrong with it at its fields.
 * @param {HTMLElement} form
 * @param {HTMLElement} send its button
 * @param {HTMLElement} place for what is wrong with no field
 * @param {() => Promise<unknown>} submit
 */
export async function submitted(form, send, place, submit) {
  if (send.getAttribute("aria-busy") === "true") return;
  send.setAttribute("aria-busy", "true");
  clear_faults(form, place);
  try {
    await submit();
  } catch (error) {
    show_faults(form, place, error);
  } finally {
    send.removeAttribute("aria-busy");
  }
}

/**
 * A dialog with a form. It closes when `submit` is done, and stays open with what is wrong otherwise.
 * @param {string} title
 * @param {Child[]} content
 * @param {{action: string, kind?: string, submit: () => Promise<unknown>}} options
 */
export function dialog(title, content, { action, kind = "main-action", submit }) {
  const id = unique("dialog");
  const place = h("div");
  const send = h("button", { type: "submit", class: kind }, action);
  const cancel = h("button", { type: "button", onclick: () => box.close() }, t("cancel"));
  const form = h("form", { novalidate: true, onsubmit }, h("h2", { id }, title), place, content, h("div", { class: "actions" }, cancel, send));
  const box = open(h("dialog", { "aria-labelledby": id }, form));
  /** @param {Event} event */
  async function onsubmit(event) {
    event.preventDefault();
    await submitted(form, send, place, async () => {
      await submit();
      box.close();
    });
  }
  return box;
}

/** A dialog that only shows something. @param {string} title @param {Child[]} content @param {string} [kind] */
export function shown(title, content, kind = "") {
  const id = unique("dialog");
  const close = h("button", { type: "button", class: "main-action", onclick: () => box.close() }, t("close"));
  const box = open(h("dialog", { class: kind, "aria-labelledby": id }, h("div", { class: "in" }, h("h2", { id }, title), content, h("div", { class: "actions" }, close))));
  return box;
}

/** Opens a dialog; the focus goes back to where it was. @param {HTMLDialogElement} box */
function open(box) {
  const before = document.activeElement;
  box.addEventListener("close", () => {
    box.remove();
    if (before instanceof HTMLElement && before.isConnected) before.focus();
  });
  document.body.append(box);
  box.showModal();
  return box;
}

/** An id that can be copied. @param {string | undefined} id */
export function copyable(id) {
  if (!id) return null;
  const copy = async () => {
    await navigator.clipboard.writeText(id);
    say(t("copied"));
  };
  return h("span", {}, h("code", {}, id), " ", button(t("copy"), copy, { kind: "plain small above", name: id }));
}

/**
 * A list that is fetched page by page.
 * @template Row
 * @param {(cursor: string | undefined) => Promise<{rows: Row[], next: string | undefined}>} fetch
 * @param {(rows: Row[]) => Child} show
 * @param {() => Child} none
 */
export function paged(fetch, show, none) {
  const place = h("div", {}, loading());
  /** @type {Row[]} */
  let rows = [];
  /** @type {string | undefined} */
  let next;
  async function more() {
    try {
      // A filter may give an empty page that goes on.
      for (let tries = 0, found = 0; tries < 10 && found === 0; tries += 1) {
        const page = await fetch(next);
        [rows, next, found] = [[...rows, ...page.rows], page.next, page.rows.length];
        if (!next) break;
      }
      const on = next && h("div", { class: "more" }, button(t("more"), more));
      fill(place, rows.length > 0 || next ? show(rows) : none(), on);
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") return;
      fill(place, rows.length > 0 && show(rows), h("div", { class: "in" }, trouble(error, more)));
    }
  }
  void more();
  return place;
}
