// Everything that happened, the newest first; and how one event is told.

import { get } from "./api.js";
import { h } from "./dom.js";
import { card, copyable, empty, head, paged, select, table, time } from "./parts.js";
import { t, word } from "./texts.js";

/**
 * @typedef {{event_id: string, type: string, created_at: string, sequence: number, subject: Record<string, string>,
 *            data: Record<string, any>, by: {kind: string, subject?: string, client_id?: string}}} Event
 */

const NEEDS = "events:read";
const TYPES = ["identification.created", "identification.sent", "identification.undelivered", "identification.validated", "identification.cancelled",
  "identification.closed", "identification.failed", "identification.expired", "identification.deleted", "scoring.scored", "chain.validated",
  "pictures.viewed", "webhook_endpoint.created", "webhook_endpoint.updated", "webhook_endpoint.disabled", "settings.updated"];

/** Who did it. @param {Event["by"]} by */
export function who(by) {
  const name = by.subject ?? by.client_id;
  return name ? `${word("by", by.kind)} · ${name}` : word("by", by.kind);
}

/** The id by which the record of an event is found, if it has one. @param {Event} event */
export function record_of({ subject }) {
  if (subject.kind === "IDENTIFICATION") return subject.admin_identification_id;
  if (subject.kind === "CHAIN") return subject.admin_identification_chain_id;
  return subject.kind === "SCORING" ? subject.scoring_id : undefined;
}

/** @param {Event} event */
export const tone = ({ type }) => (/\.(validated|delivered|approved)$/.test(type) ? "good" : /\.(failed|undelivered|rejected|disabled)$/.test(type) ? "bad" : "");

/** @param {Event[]} list */
export function timeline(list) {
  const item = (/** @type {Event} */ event) => h("li", { class: tone(event) },
    h("div", { class: "what" }, word("event", event.type)), h("div", {}, time(event.created_at)), h("div", { class: "who" }, who(event.by), reason(event)));
  return h("ol", { class: "timeline" }, list.map(item));
}

/** @param {Event} event */
function reason({ data }) {
  return typeof data?.reason === "string" ? ` · ${word("reason", data.reason)}` : "";
}

/** @param {import("./app.js").Place} place @returns {import("./app.js").View} */
export function events({ query, signal }) {
  const type = query.get("type") ?? "", subject = query.get("subject_id") ?? "";
  const types = select([["", t("all")], .../** @type {[string, string][]} */ (TYPES.map((type) => [type, word("event", type)]))], type);
  const id = h("input", { value: subject, spellcheck: "false", autocomplete: "off" });
  types.id = "event-type";
  id.id = "event-subject";
  const onsubmit = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    location.hash = `#/events?${new URLSearchParams({ type: types.value, subject_id: id.value.trim() })}`;
  };
  const filters = h("form", { class: "filters", onsubmit },
    h("div", { class: "field" }, h("label", { for: types.id }, t("events.type")), types),
    h("div", { class: "field" }, h("label", { for: id.id }, t("events.subject")), id),
    h("div", { class: "actions" }, h("button", { type: "submit" }, t("filter"))));
  const fetch = async (/** @type {string | undefined} */ cursor) => {
    const page = await get("events", { needs: NEEDS, query: { type, subject_id: subject, cursor }, signal });
    return { rows: page.events, next: page.next_cursor };
  };
  const list = paged(fetch, (rows) => table(t("nav.events"), columns(), rows), () => empty(t("events.none"), t("events.none_text")));
  const content = h("div", {}, head(t("nav.events")), h("p", { class: "lead" }, t("events.lead")), card(t("events.list"), [filters, list]));
  return { title: t("nav.events"), content };
}

/** @returns {[string, string, (event: Event) => import("./dom.js").Child | import("./dom.js").Child[]][]} */
function columns() {
  return [
    [t("column.what"), "", (event) => [h("strong", {}, word("event", event.type)), reason(event)]],
    [t("column.about"), "", about],
    [t("column.who"), "wide", (event) => who(event.by)],
    [t("column.when"), "", (event) => time(event.created_at)],
  ];
}

/** @param {Event} event */
function about(event) {
  const id = Object.entries(event.subject).find(([name]) => name !== "kind" && name !== "identification_id")?.[1] ?? "";
  return [word("subject", event.subject.kind), h("br"), copyable(id)];
}
