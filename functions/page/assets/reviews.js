// The queue of reviews, and the decision on one: by mouse, or by keyboard alone.

import { get, post } from "./api.js";
import { h } from "./dom.js";
import { badge, button, card, copyable, dialog, empty, facts, field, head, needs, paged, say, select, shown, table, time, trouble } from "./parts.js";
import { parts } from "./record.js";
import { may, session } from "./session.js";
import { number, t, word } from "./texts.js";

/**
 * @typedef {{review_id: string, record_id: string, status: string, opened_at: string, claimed_by?: string,
 *            claimed_until?: string, score?: number, reasons?: string[]}} Review
 */

const NEEDS = "reviews:decide";
const STATUSES = ["OPEN", "CLAIMED", "APPROVED", "REJECTED", "WITHDRAWN"];
const APPROVE = ["DATA_CONFIRMED", "DOCUMENT_CONFIRMED", "OTHER"];
const REJECT = ["POOR_PICTURE", "NOT_THE_PERSON", "SUSPECTED_FORGERY", "OTHER"];
const KEYS = "acredita-keys";

/** @param {import("./app.js").Place} place @returns {import("./app.js").View} */
export function reviews({ query, signal }) {
  const title = t("nav.reviews");
  if (!may(NEEDS)) return { title, content: h("div", {}, head(title), needs(NEEDS)) };
  const status = query.get("status") ?? "OPEN";
  const fetch = async (/** @type {string | undefined} */ cursor) => {
    const page = await get("reviews", { needs: NEEDS, query: { status, cursor }, signal });
    return { rows: /** @type {Review[]} */ (page.reviews), next: page.next_cursor };
  };
  const states = select(STATUSES.map((name) => [name, word("review", name)]), status, { onchange: (/** @type {any} */ event) => { location.hash = `#/reviews?status=${event.target.value}`; } });
  const list = paged(fetch, queue, () => empty(t("reviews.none"), t("reviews.none_text")));
  const begin = button(t("reviews.next"), () => next(), { kind: "main-action", key: "n" });
  keys(signal, { n: () => next() });
  return { title, content: h("div", {}, head(title, begin, help()), h("p", { class: "lead" }, t("reviews.lead")), card(t("reviews.queue"), [h("div", { class: "filters" }, field(t("column.status"), states)), list])) };
}

/** @param {Review[]} rows */
function queue(rows) {
  return table(t("nav.reviews"), [
    [t("column.record"), "", (review) => h("a", { class: "row", href: `#/reviews/${review.review_id}` }, h("code", {}, review.record_id.slice(0, 8), "…"))],
    [t("column.status"), "", (review) => badge("review", review.status)],
    [t("column.score"), "end", (review) => (review.score === undefined ? "" : number(review.score, { minimumFractionDigits: 2 }))],
    [t("column.why"), "wide", (review) => why(review)],
    [t("column.claimed"), "wide", (review) => review.claimed_by ?? ""],
    [t("column.opened"), "", (review) => time(review.opened_at)],
  ], rows);
}

/** @param {Review} review */
const why = ({ reasons = [] }) => reasons.map((reason) => word("why", reason)).join(", ");

/** Opens the oldest that nobody has claimed. @param {string} [but] */
async function next(but) {
  try {
    const { reviews } = await get("reviews", { needs: NEEDS, query: { status: "OPEN", limit: "2" } });
    // The longest open comes first.
    const oldest = /** @type {Review[]} */ (reviews).find(({ review_id }) => review_id !== but);
    if (oldest) location.hash = `#/reviews/${oldest.review_id}`;
    else {
      say(t("reviews.none"));
      location.hash = "#/reviews";
    }
  } catch (error) {
    shown(t("error.action"), [trouble(error)]);
  }
}

/** One review of all of them. @param {string} id @param {AbortSignal} signal @returns {Promise<Review | undefined>} */
async function find(id, signal) {
  /** @type {string | undefined} */
  let cursor;
  do {
    const page = await get("reviews", { needs: NEEDS, query: { limit: "100", cursor }, signal });
    const found = page.reviews.find((/** @type {Review} */ review) => review.review_id === id);
    if (found) return found;
    cursor = page.next_cursor;
  } while (cursor);
  return undefined;
}

/** @param {import("./app.js").Place} place @returns {Promise<import("./app.js").View>} */
export async function review({ id, signal }) {
  const review = await find(id, signal);
  const crumb = h("p", { class: "crumb" }, h("a", { href: "#/reviews" }, t("nav.reviews")));
  if (!review) return { title: t("nav.reviews"), content: h("div", {}, crumb, head(t("nav.reviews")), empty(t("error.404"), t("reviews.gone"))) };
  const known = await get(`records/${encodeURIComponent(review.record_id)}`, { needs: "records:read", signal }).catch((error) => error);
  const read = known instanceof Error ? trouble(known) : parts(known, signal);
  const name = (!(known instanceof Error) && known.client_reference_id) || review.record_id;
  const about = card(t("reviews.review"), h("div", { class: "in" }, facts([
    [t("column.why"), why(review)], [t("column.opened"), time(review.opened_at)],
    [t("column.claimed"), review.claimed_by], [t("reviews.until"), review.claimed_until && time(review.claimed_until)],
    [t("column.id"), copyable(review.review_id)],
  ])));
  const title = head(name, badge("review", review.status), help());
  return { title: name, content: h("div", {}, crumb, title, about, read, bar(review, signal)) };
}

/** What can be done with a review, at the end of the window. @param {Review} review @param {AbortSignal} signal */
function bar(review, signal) {
  const path = `reviews/${encodeURIComponent(review.review_id)}`;
  const mine = review.status === "CLAIMED" && review.claimed_by === session().subject;
  const open = review.status === "OPEN" || mine;
  const again = () => dispatchEvent(new HashChangeEvent("hashchange"));
  const told = (/** @type {import("./texts.js").Key} */ key, /** @type {() => Promise<unknown>} */ action) => async () => {
    try {
      await action();
      say(t(key));
      again();
    } catch (error) {
      const box = shown(t("error.action"), [trouble(error)]);
      box.addEventListener("close", again);
    }
  };
  const claim = told("reviews.claimed", () => post(`${path}/claim`, { needs: NEEDS }));
  const release = told("reviews.released", () => post(`${path}/release`, { needs: NEEDS }));
  const approve = () => decide(review, "APPROVE", APPROVE);
  const reject = () => decide(review, "REJECT", REJECT);
  const after = () => next(review.review_id);
  /** @type {Record<string, () => unknown>} */
  const actions = { n: after };
  if (review.status === "OPEN") actions.c = claim;
  if (mine) Object.assign(actions, { u: release, a: approve, r: reject });
  keys(signal, actions);
  const buttons = [
    review.status === "OPEN" && button(t("reviews.claim"), claim, { kind: "main-action", key: "c" }),
    mine && button(t("reviews.approve"), approve, { kind: "main-action", key: "a" }),
    mine && button(t("reviews.reject"), reject, { kind: "danger", key: "r" }),
    mine && button(t("reviews.release"), release, { key: "u" }),
    button(t("reviews.next"), after, { key: "n" }),
  ];
  const state = mine ? t("reviews.yours") : open ? t("reviews.claim_first") : review.status === "CLAIMED" ? t("reviews.anothers", { by: review.claimed_by ?? "" }) : t("reviews.over");
  return h("div", { class: "decide", role: "group", "aria-label": t("reviews.decision") }, h("p", { class: "grow" }, state), buttons);
}

/** @param {Review} review @param {"APPROVE" | "REJECT"} decision @param {string[]} reasons */
function decide(review, decision, reasons) {
  const reason = select(reasons.map((name) => [name, word("decision", name)]), reasons[0] ?? "");
  const note = h("textarea", { maxlength: 1000 });
  const submit = async () => {
    const text = note.value.trim();
    await post(`reviews/${encodeURIComponent(review.review_id)}/decision`, { needs: NEEDS, body: { decision, reason: reason.value, ...(text ? { note: text } : {}) } });
    say(t(decision === "APPROVE" ? "reviews.approved" : "reviews.rejected"));
    await next(review.review_id);
  };
  const approve = decision === "APPROVE";
  dialog(t(approve ? "reviews.approve_title" : "reviews.reject_title"), [
    h("p", {}, t(approve ? "reviews.approve_text" : "reviews.reject_text")),
    field(t("reviews.reason"), reason, { pointer: "/reason" }), field(t("reviews.note"), note, { hint: t("reviews.note_hint"), pointer: "/note" }),
  ], { action: t(approve ? "reviews.approve" : "reviews.reject"), kind: approve ? "main-action" : "danger", submit });
}

// --- The keyboard. Single keys can be switched off (WCAG 2.1.4), and never act while something is typed. ---

const on = () => localStorage.getItem(KEYS) !== "off";

/** @param {AbortSignal} signal @param {Record<string, () => unknown>} actions */
function keys(signal, actions) {
  addEventListener("keydown", (event) => {
    const typing = event.target instanceof Element && event.target.closest("input, select, textarea, dialog");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || event.repeat || !on()) return;
    if (event.key === "?") explain();
    else if (!Object.hasOwn(actions, event.key)) return;
    else void actions[event.key]?.();
    event.preventDefault();
  }, { signal });
}

const help = () => button(t("keys.title"), explain, { kind: "plain", key: "?" });

function explain() {
  const list = /** @type {[string, import("./texts.js").Key][]} */ ([["n", "reviews.next"], ["c", "reviews.claim"], ["a", "reviews.approve"], ["r", "reviews.reject"], ["u", "reviews.release"], ["?", "keys.title"]]);
  const box = h("input", { type: "checkbox", checked: on(), onchange: (/** @type {any} */ event) => localStorage.setItem(KEYS, event.target.checked ? "on" : "off") });
  const known = h("dl", { class: "facts" }, list.flatMap(([key, name]) => [h("dt", {}, h("kbd", {}, key)), h("dd", {}, t(name))]));
  shown(t("keys.title"), [known, h("label", { class: "check" }, box, t("keys.on"))]);
}
