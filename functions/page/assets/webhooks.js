// The endpoints that events are delivered to, and what was delivered.

import { get, post, ask } from "./api.js";
import { h, fill } from "./dom.js";
import { badge, button, card, copyable, dialog, empty, facts, field, head, needs, paged, say, shown, table, time, trouble } from "./parts.js";
import { may } from "./session.js";
import { number, t, when, word } from "./texts.js";

/**
 * @typedef {{endpoint_id: string, url: string, event_types: string[], description?: string, status: string, created_at: string,
 *            secret?: string}} Endpoint
 * @typedef {{event_id: string, type: string, attempt: number, created_at: string, http_status?: number, error?: string,
 *            milliseconds: number}} Delivery
 */

const NEEDS = "webhooks:admin";
const PATHS = "webhook_endpoints";

/** @param {import("./app.js").Place} place @returns {Promise<import("./app.js").View>} */
export async function webhooks({ signal }) {
  const title = t("nav.webhooks");
  const add = button(t("webhooks.add"), () => create(), { kind: "main-action", permission: NEEDS });
  const top = h("div", {}, head(title, add), h("p", { class: "lead" }, t("webhooks.lead")));
  if (!may(NEEDS)) return { title, content: h("div", {}, top, needs(NEEDS)) };
  /** @type {Endpoint[]} */
  const list = (await get(PATHS, { needs: NEEDS, signal })).webhook_endpoints;
  const rows = table(title, [
    [t("column.url"), "", (endpoint) => [h("a", { class: "row", href: `#/webhooks/${endpoint.endpoint_id}` }, endpoint.url), endpoint.description && h("div", { class: "quiet" }, endpoint.description)]],
    [t("column.types"), "wide", (endpoint) => endpoint.event_types.map((type) => [h("code", {}, type), " "]).flat()],
    [t("column.status"), "", (endpoint) => badge("endpoint", endpoint.status)],
    [t("column.created"), "wide", (endpoint) => time(endpoint.created_at)],
  ], list);
  const none = empty(t("webhooks.none"), t("webhooks.none_text"));
  return { title, content: h("div", {}, top, card(t("webhooks.list"), list.length > 0 ? rows : none)) };
}

/** @param {Endpoint} [endpoint] */
function fields(endpoint) {
  const url = h("input", { type: "url", value: endpoint?.url ?? "https://", autocomplete: "off", spellcheck: "false", required: true });
  const types = h("input", { value: endpoint?.event_types.join(" ") ?? "*", autocomplete: "off", spellcheck: "false", class: "code" });
  const description = h("input", { value: endpoint?.description ?? "", autocomplete: "off" });
  const read = () => ({
    url: url.value.trim(),
    event_types: types.value.split(/[\s,]+/).filter(Boolean),
    ...(description.value.trim() ? { description: description.value.trim() } : {}),
  });
  const shown = [
    field(t("webhooks.url"), url, { hint: t("webhooks.url_hint"), pointer: "/url" }),
    field(t("webhooks.types"), types, { hint: t("webhooks.types_hint"), pointer: "/event_types" }),
    field(t("webhooks.description"), description, { pointer: "/description" }),
  ];
  return { shown, read };
}

function create() {
  const { shown, read } = fields();
  const submit = async () => {
    const created = await post(PATHS, { needs: NEEDS, body: read() });
    location.hash = `#/webhooks/${created.endpoint_id}`;
    setTimeout(() => show_secret(created.secret));
  };
  dialog(t("webhooks.add"), shown, { action: t("webhooks.create"), submit });
}

/** Its only sight. @param {string} secret */
function show_secret(secret) {
  shown(t("webhooks.secret"), [h("p", {}, t("webhooks.secret_text")), h("code", { class: "secret" }, secret), h("div", {}, button(t("copy"), async () => {
    await navigator.clipboard.writeText(secret);
    say(t("copied"));
  }))]);
}

/** @param {import("./app.js").Place} place @returns {Promise<import("./app.js").View>} */
export async function webhook({ id, signal }) {
  const path = `${PATHS}/${encodeURIComponent(id)}`;
  const place = h("div");
  const list = h("div");
  const show = (/** @type {Endpoint} */ endpoint) => fill(place, about(endpoint, path, change, deliver));
  const change = async (/** @type {unknown} */ body) => {
    const { data } = await ask("PATCH", path, { needs: NEEDS, body });
    show(data);
    say(t("saved"));
  };
  const deliver = () => fill(list, deliveries(path, id, signal, deliver));
  const endpoint = await get(path, { needs: NEEDS, signal });
  show(endpoint);
  deliver();
  const again = button(t("refresh"), deliver, { kind: "small" });
  const crumb = h("p", { class: "crumb" }, h("a", { href: "#/webhooks" }, t("nav.webhooks")));
  return { title: endpoint.url, content: h("div", {}, crumb, place, card(t("webhooks.deliveries"), list, again)) };
}

/**
 * @param {Endpoint} endpoint @param {string} path
 * @param {(body: unknown) => Promise<void>} change @param {() => void} deliver
 */
function about(endpoint, path, change, deliver) {
  const on = endpoint.status === "ENABLED";
  const edit = () => {
    const { shown, read } = fields(endpoint);
    dialog(t("webhooks.edit"), shown, { action: t("save"), submit: () => change(read()) });
  };
  const switched = async () => tried(() => change({ status: on ? "DISABLED" : "ENABLED" }));
  const ping = async () => tried(async () => {
    await post(`${path}/ping`, { needs: NEEDS });
    say(t("webhooks.pinged"));
    setTimeout(deliver, 1500);
  });
  const actions = h("div", { class: "actions" },
    button(t("webhooks.ping"), ping, { permission: NEEDS }), button(t("webhooks.edit"), edit, { permission: NEEDS }),
    button(on ? t("webhooks.disable") : t("webhooks.enable"), switched, { permission: NEEDS }),
    button(t("webhooks.rotate"), () => rotate(path), { permission: NEEDS }), button(t("webhooks.recover"), () => recover(path, deliver), { permission: NEEDS }),
    button(t("delete"), () => remove(path, endpoint.url), { kind: "danger", permission: NEEDS }));
  const known = facts([
    [t("column.status"), badge("endpoint", endpoint.status)],
    [t("webhooks.description"), endpoint.description],
    [t("column.types"), endpoint.event_types.map((type) => [h("code", {}, type), " "]).flat()],
    [t("column.created"), time(endpoint.created_at)],
    [t("column.id"), copyable(endpoint.endpoint_id)],
  ]);
  return h("div", {}, head(endpoint.url), card(t("webhooks.about"), h("div", { class: "in form" }, known, actions)));
}

/** An action whose failure is shown in a dialog. @param {() => Promise<unknown>} action */
async function tried(action) {
  try {
    await action();
  } catch (error) {
    shown(t("error.action"), [trouble(error)]);
  }
}

/** @param {string} path */
function rotate(path) {
  const overlap = h("input", { value: "PT24H", spellcheck: "false", class: "code" });
  const submit = async () => {
    const { secret } = await post(`${path}/rotate_secret`, { needs: NEEDS, body: { overlap: overlap.value.trim() } });
    setTimeout(() => show_secret(secret));
  };
  dialog(t("webhooks.rotate"), [h("p", {}, t("webhooks.rotate_text")), field(t("webhooks.overlap"), overlap, { hint: t("webhooks.overlap_hint"), pointer: "/overlap" })], { action: t("webhooks.rotate"), submit });
}

/** @param {string} path @param {() => void} deliver */
function recover(path, deliver) {
  const local = (/** @type {number} */ before) => new Date(Date.now() - before - new Date().getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
  const since = h("input", { type: "datetime-local", value: local(86_400_000) });
  const until = h("input", { type: "datetime-local", value: local(0) });
  const submit = async () => {
    const body = { since: new Date(since.value).toISOString(), until: new Date(until.value).toISOString() };
    await post(`${path}/recover`, { needs: NEEDS, body });
    say(t("webhooks.recovering"));
    setTimeout(deliver, 1500);
  };
  dialog(t("webhooks.recover"), [h("p", {}, t("webhooks.recover_text")), field(t("webhooks.since"), since, { pointer: "/since" }), field(t("webhooks.until"), until, { pointer: "/until" })], { action: t("webhooks.recover"), submit });
}

/** @param {string} path @param {string} url */
function remove(path, url) {
  const submit = async () => {
    await ask("DELETE", path, { needs: NEEDS });
    location.hash = "#/webhooks";
    say(t("deleted"));
  };
  dialog(t("webhooks.delete"), [h("p", {}, t("webhooks.delete_text")), h("code", {}, url)], { action: t("delete"), kind: "danger", submit });
}

/** @param {string} path @param {string} endpoint_id @param {AbortSignal} signal @param {() => void} again */
function deliveries(path, endpoint_id, signal, again) {
  const fetch = async (/** @type {string | undefined} */ cursor) => {
    const page = await get(`${path}/deliveries`, { needs: NEEDS, query: { cursor }, signal });
    return { rows: /** @type {Delivery[]} */ (page.deliveries), next: page.next_cursor };
  };
  const resend = (/** @type {Delivery} */ delivery) => tried(async () => {
    await post(`events/${delivery.event_id}/resend`, { needs: NEEDS, body: { endpoint_id } });
    say(t("webhooks.resent"));
    setTimeout(again, 1500);
  });
  const outcome = (/** @type {Delivery} */ { http_status, error }) => {
    const good = http_status !== undefined && http_status >= 200 && http_status < 300;
    return h("span", { class: `badge ${good ? "good" : "bad"}` }, http_status ?? word("delivery_error", error));
  };
  // A ping is no event, and there is nothing to send again.
  const action = (/** @type {Delivery} */ delivery) => delivery.type !== "webhook_endpoint.ping" && button(t("webhooks.resend"), () => resend(delivery), { kind: "small", permission: NEEDS, name: `${word("event", delivery.type)}, ${when(delivery.created_at)}` });
  const show = (/** @type {Delivery[]} */ rows) => table(t("webhooks.deliveries"), [
    [t("column.event"), "", (delivery) => [h("strong", {}, word("event", delivery.type)), h("div", { class: "quiet" }, time(delivery.created_at))]],
    [t("column.id"), "wide", (delivery) => copyable(delivery.event_id)],
    [t("column.outcome"), "", outcome],
    [t("column.attempt"), "wide end", (delivery) => number(delivery.attempt)],
    [t("column.took"), "wide end", (delivery) => `${number(delivery.milliseconds)} ms`],
    ["", "end", action],
  ], rows);
  return paged(fetch, show, () => empty(t("webhooks.no_deliveries"), t("webhooks.no_deliveries_text")));
}
