// The list of records, and the search for a person by an exact value.

import { get, post } from "./api.js";
import { h, fill } from "./dom.js";
import { badge, card, clear_faults, empty, field, head, needs, paged, select, show_faults, table, time } from "./parts.js";
import { may } from "./session.js";
import { number, t, when, word } from "./texts.js";

/**
 * @typedef {{record_id: string, kind: string, status: string, created_at: string, expires_at: string,
 *            client_reference_id?: string, score?: number, review?: string}} Row
 */

const LIST = "records:list";
const SEARCH = "records:search";
const KINDS = ["AGENT", "OTP", "IDENTITY_DOCUMENT", "CHAIN", "SCORING"];
const STATUSES = ["CREATED", "SCORED", "VALIDATED", "CLOSED", "CANCELLED", "FAILED", "EXPIRED"];
const REVIEWS = ["OPEN", "CLAIMED", "APPROVED", "REJECTED", "WITHDRAWN"];
const FILTERS = ["kind", "status", "review", "client_reference_id", "from", "to"];

/** @param {import("./app.js").Place} place @returns {import("./app.js").View} */
export function records({ query, signal }) {
  const title = t("nav.records");
  const chosen = Object.fromEntries(FILTERS.map((name) => [name, query.get(name) ?? ""]));
  const fetch = async (/** @type {string | undefined} */ cursor) => {
    const { from, to, ...filter } = chosen;
    const page = await get("records", { needs: LIST, signal, query: { ...filter, created_from: day(from, 0), created_to: day(to, 1), cursor } });
    return { rows: /** @type {Row[]} */ (page.records), next: page.next_cursor };
  };
  const none = () => empty(t("records.none"), t("records.none_text"));
  const list = may(LIST) ? paged(fetch, rows_of, none) : h("div", { class: "in" }, needs(LIST));
  const content = h("div", {}, head(title), search(signal), card(t("events.list"), [filters(chosen), list]));
  return { title, content };
}

/** The beginning of a day here, or of the next one. @param {string | undefined} text @param {number} after */
function day(text, after) {
  const [year, month, date] = (text ?? "").split("-").map(Number);
  return year && month && date ? new Date(year, month - 1, date + after).toISOString() : undefined;
}

/** The name of a record in a list: its reference, or the beginning of its id. @param {Row} row */
const named = (row) => row.client_reference_id ?? row.record_id.slice(0, 8);

/** @param {Row[]} rows */
export function rows_of(rows) {
  return table(t("nav.records"), [
    [t("column.record"), "", (row) => h("a", { class: "row", href: `#/records/${row.record_id}` }, row.client_reference_id ? named(row) : h("code", {}, named(row), "…"))],
    [t("column.kind"), "words", (row) => word("kind", row.kind)],
    [t("column.status"), "", (row) => badge("status", row.status)],
    [t("column.score"), "wide end", (row) => (row.score === undefined ? "" : number(row.score, { minimumFractionDigits: 2 }))],
    [t("column.review"), "wide", (row) => row.review && badge("review", row.review)],
    [t("column.created"), "wide", (row) => time(row.created_at)],
  ], rows);
}

/** @param {Record<string, string>} chosen */
function filters(chosen) {
  const options = (/** @type {string} */ group, /** @type {string[]} */ names) => [["", t("all")], ...names.map((name) => [name, word(group, name)])];
  const of_names = (/** @type {string} */ name, /** @type {string} */ group, /** @type {string[]} */ names) => select(/** @type {[string, string][]} */ (options(group, names)), chosen[name] ?? "", { name });
  const input = (/** @type {string} */ name, /** @type {string} */ type) => h("input", { name, type, value: chosen[name], autocomplete: "off", spellcheck: "false" });
  const onsubmit = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const data = [...new FormData(/** @type {HTMLFormElement} */ (event.target))].filter(([, value]) => value !== "");
    location.hash = `#/records?${new URLSearchParams(/** @type {[string, string][]} */ (data))}`;
  };
  const clear = FILTERS.some((name) => chosen[name]) && h("a", { class: "button", href: "#/records" }, t("records.clear"));
  return h("form", { class: "filters", onsubmit, "aria-label": t("filter") },
    field(t("column.kind"), of_names("kind", "kind", KINDS)), field(t("column.status"), of_names("status", "status", STATUSES)),
    field(t("column.review"), of_names("review", "review", REVIEWS)), field(t("records.reference"), input("client_reference_id", "text")),
    field(t("records.from"), input("from", "date")), field(t("records.to"), input("to", "date")),
    h("div", { class: "actions" }, h("button", { type: "submit" }, t("filter")), clear));
}

/** What is looked for stays out of the address, which browsers remember. @param {AbortSignal} signal */
function search(signal) {
  if (!may(SEARCH)) return h("details", { class: "card" }, h("summary", { class: "in" }, t("records.find")), h("div", { class: "in" }, needs(SEARCH)));
  const by = select([["document_number", t("records.by_document")], ["phone", t("records.by_phone")], ["email", t("records.by_email")], ["client_reference_id", t("records.by_reference")]], "document_number");
  const value = h("input", { autocomplete: "off", spellcheck: "false", autocapitalize: "none", required: true });
  const country = h("input", { value: "34", inputmode: "numeric", autocomplete: "off" });
  const with_country = field(t("records.country_code"), country, { pointer: "/phone/country_code" });
  const what = field(t("records.value"), value, { hint: t("records.exact") });
  const kind = () => {
    with_country.hidden = by.value !== "phone";
    value.inputMode = by.value === "phone" ? "tel" : by.value === "email" ? "email" : "text";
    what.dataset.pointer = by.value === "phone" ? "/phone/phone_number" : `/${by.value}`;
  };
  by.addEventListener("change", kind);
  kind();
  const found = h("div", { "aria-live": "polite" });
  const place = h("div");
  const onsubmit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    clear_faults(form, place);
    const text = value.value.trim();
    const body = by.value === "phone" ? { phone: { phone_number: text, country_code: country.value.trim() } } : { [by.value]: text };
    const fetch = async (/** @type {string | undefined} */ cursor) => {
      const page = await post("record_searches", { needs: SEARCH, signal, query: { cursor }, body });
      return { rows: /** @type {Row[]} */ (page.records), next: page.next_cursor, since: page.complete_since };
    };
    try {
      const first = await fetch(undefined);
      const pages = [first];
      // Before 1970 nothing was created: then all that is kept is found.
      const since = Date.parse(first.since) > 0 && h("p", { class: "in quiet" }, t("records.complete", { since: when(first.since) }));
      fill(found, paged(async (cursor) => pages.shift() ?? fetch(cursor), rows_of, () => empty(t("records.not_found"), t("records.not_found_text"))), since);
    } catch (error) {
      fill(found);
      show_faults(form, place, error);
    }
  };
  const form = h("form", { class: "find", novalidate: true, onsubmit, role: "search", "aria-label": t("records.find") },
    field(t("records.by"), by), h("div", { class: "form" }, with_country, what), h("button", { type: "submit" }, t("records.find_action")));
  const box = h("details", { class: "card" }, h("summary", { class: "in" }, t("records.find")), h("div", { class: "in" }, form, place), found);
  return box;
}
