// One record: what was asked, who was declared, what was read, what was decided, and everything that happened.

import { get } from "./api.js";
import { h } from "./dom.js";
import { timeline } from "./events.js";
import { badge, card, copyable, facts, head, needs, notice, scrolling, table, time } from "./parts.js";
import { pictures } from "./pictures.js";
import { number, t, when, word } from "./texts.js";

/** @typedef {Record<string, any>} Known A record, as `GET /records/{record_id}` answers it. */

const READ = "records:read";

/** What a level asks for at least. */
const LEVELS = { LOW: 0.5, MEDIUM: 0.7, HIGH: 0.9 };

/** @param {import("./app.js").Place} place @returns {Promise<import("./app.js").View>} */
export async function record({ id, signal }) {
  const known = await get(`records/${encodeURIComponent(id)}`, { needs: READ, signal });
  const name = known.client_reference_id ?? known.record_id;
  const crumb = h("p", { class: "crumb" }, h("a", { href: "#/records" }, t("nav.records")));
  const open = known.review && ["OPEN", "CLAIMED"].includes(known.review.status);
  const to_review = open && known.review.review_id && h("a", { class: "button", href: `#/reviews/${known.review.review_id}` }, t("record.to_review"));
  const title = head(name, badge("status", known.status), known.review && h("span", {}, t("column.review"), " ", badge("review", known.review.status)), to_review);
  return { title: name, content: h("div", {}, crumb, title, parts(known, signal)) };
}

/** All parts of a record: beside each other where there is room. @param {Known} known @param {AbortSignal} signal */
export function parts(known, signal) {
  if (known.status === "ERASED") return h("div", {}, notice("info", t("record.erased"), h("p", {}, t("record.erased_text"), " ", when(known.erased_at))), happened(known));
  const masked = known.personal === false && needs("records:read_personal");
  const beside = h("div", {}, about(known), known.review && decisions(known.review), happened(known));
  if (!known.steps) return h("div", {}, masked, seen(known, signal), h("div", { class: "split" }, h("div", {}, decided(known)), beside));
  const steps = known.steps.map((/** @type {Known} */ step, /** @type {number} */ at) => h("section", {},
    h("div", { class: "step" }, h("h2", {}, t("record.step", { step: at + 1, kind: word("kind", step.kind) })), badge("status", step.status)), seen(step, signal), decided(step)));
  return h("div", {}, masked, h("div", { class: "split" }, h("div", {}, steps), beside));
}

/** The pictures, beside what was read off them. @param {Known} known @param {AbortSignal} signal */
function seen(known, signal) {
  const kept = known.scoring || known.validation?.agent?.picture || known.method?.two_factor_type === "PERSONAL_DOCUMENT_IMAGE";
  return kept ? h("div", { class: "pair" }, pictures(known.record_id, signal), known.scoring && compare(known)) : null;
}

/** What else one identification, or one step of a chain, has. @param {Known} known */
function decided(known) {
  return [
    known.scoring && scored(known),
    known.scoring?.breakdown && checks(known.scoring.breakdown),
    known.actor && card(t("record.declared"), h("div", { class: "in" }, actor(known.actor))),
    known.deliveries && deliveries(known),
    known.validation && validation(known.validation),
  ];
}

/** @param {Known} known */
function happened(known) {
  const list = known.timeline ?? [];
  return card(t("record.timeline"), h("div", { class: "in" }, list.length > 0 ? timeline(list) : h("p", { class: "quiet" }, t("events.none"))));
}

/** @param {Known} known */
function about(known) {
  const method = known.method ?? {};
  const metadata = Object.entries(known.metadata ?? {});
  return card(t("record.about"), h("div", { class: "in form" }, facts([
    [t("column.kind"), word("kind", known.kind)],
    [t("column.status"), badge("status", known.status)],
    [t("record.level"), method.configuration_name && word("level", method.configuration_name)],
    [t("record.channel"), method.channel && [word("channel", method.channel.type), method.channel.external ? ` · ${t("record.external")}` : ""]],
    [t("record.second"), method.two_factor_type && word("factor", method.two_factor_type)],
    [t("record.midni"), method.midni && word("midni", method.midni)],
    [t("record.provider"), method.provider],
    [t("column.created"), time(known.created_at)],
    [t("record.expires"), known.expires_at && time(known.expires_at)],
    [t("record.ended"), known.ended_at && time(known.ended_at)],
    [t("record.wrong_tries"), known.wrong_tries !== undefined && number(known.wrong_tries)],
    [t("record.reason"), known.reason],
    [t("records.reference"), known.client_reference_id],
    ...metadata.map(([name, value]) => /** @type {[string, any]} */ ([name, String(value)])),
    [t("record.admin_id"), copyable(known.record_id)],
    [t("record.actor_id"), copyable(known.identification_id ?? known.identification_chain_id)],
    [t("record.scoring_id"), known.scoring?.scoring_id !== known.record_id && copyable(known.scoring?.scoring_id)],
  ])));
}

/** A value, or that it is not shown. @param {unknown} value */
function value(value) {
  if (value === undefined || value === null || value === "") return false;
  return value === "***" ? h("span", { class: "masked" }, t("record.masked")) : String(value);
}

/** What reviewers decided. @param {Known} review */
function decisions({ decisions }) {
  const made = /** @type {Known[]} */ (decisions ?? []).map((made) => facts([
    [t("column.status"), badge("review", made.decision === "APPROVE" ? "APPROVED" : "REJECTED")],
    [t("reviews.reason"), word("decision", made.reason)], [t("column.who"), made.decided_by],
    [t("column.when"), time(made.decided_at)], [t("reviews.note"), value(made.note)],
  ]));
  return made.length > 0 && card(t("reviews.decision"), h("div", { class: "in" }, made));
}

/** @param {Known} actor */
function actor(actor) {
  const document = actor.identity_document ?? {};
  return facts([
    [t("person.name"), value(actor.name)], [t("person.last_name"), value(actor.last_name)],
    [t("person.document"), value(document.document_number)],
    [t("person.type"), document.document_type && `${word("document", document.document_type)} · ${document.country}`],
    [t("person.phone"), value(actor.msisdn)], [t("person.email"), value(actor.email)],
    [t("language"), actor.language && word("language", actor.language)],
  ]);
}

/** The score, and what its level asks for. @param {Known} known */
function scored({ scoring, method }) {
  const level = /** @type {keyof typeof LEVELS | undefined} */ (method?.configuration_name);
  const asked = level && LEVELS[level];
  const content = scoring.score === undefined
    ? h("p", { class: "quiet" }, t("record.not_scored"))
    : h("div", { class: "score" }, h("span", { class: "big" }, number(scoring.score, { minimumFractionDigits: 2 })), bar(scoring.score, asked),
      h("p", { class: "quiet" }, asked ? t(scoring.score >= asked ? "record.reaches" : "record.misses", { level: word("level", level), asked: number(asked, { minimumFractionDigits: 2 }) }) : "",
        scoring.coverage === undefined ? "" : ` ${t("record.coverage", { coverage: number(scoring.coverage, { style: "percent" }) })}`));
  const more = facts([
    [t("record.provider"), scoring.provider], [t("record.scored_at"), scoring.scored_at && time(scoring.scored_at)],
    [t("record.retries"), scoring.retries && t("record.of", { used: scoring.retries.used, max: scoring.retries.max })],
  ]);
  return card(t("record.score"), h("div", { class: "in form" }, content, more), badge("status", scoring.status));
}

/** @param {number} score @param {number | undefined} asked */
function bar(score, asked) {
  const svg = (/** @type {string} */ name, /** @type {Record<string, string | number>} */ attributes) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
    return element;
  };
  const drawing = svg("svg", { viewBox: "0 0 100 6", preserveAspectRatio: "none", "aria-hidden": "true" });
  drawing.append(svg("rect", { width: score * 100, height: 6, class: asked !== undefined && score < asked ? "low" : "" }));
  if (asked !== undefined) drawing.append(svg("line", { x1: asked * 100, x2: asked * 100, y1: 0, y2: 6 }));
  return h("div", { class: "bar" }, drawing);
}

/** What was declared beside what was read, and where they differ. @param {Known} known */
function compare({ scoring, actor = {}, personal }) {
  if (!scoring.extracted) {
    if (personal === false || scoring.score === undefined) return null;
    return card(t("record.compare"), h("p", { class: "in quiet" }, t("record.nothing_read")));
  }
  const read = scoring.extracted, document = actor.identity_document ?? {};
  const rows = /** @type {[string, unknown, unknown, string | undefined][]} */ ([
    [t("person.document"), document.document_number, read.document_number, "DECLARED_MATCH"],
    [t("person.name"), actor.name, read.name, "NAME_MATCH"],
    [t("person.last_name"), actor.last_name, read.last_name, "NAME_MATCH"],
    [t("person.nationality"), undefined, read.nationality, undefined],
    [t("person.birth"), undefined, read.birth_date, undefined],
    [t("person.sex"), undefined, read.sex, undefined],
    [t("person.support"), undefined, read.support_number, undefined],
    [t("person.expiry"), undefined, read.expiry_date, "NOT_EXPIRED"],
  ]).filter(([, declared, found]) => declared || found);
  const cells = rows.map(([name, declared, found, check]) => {
    const verdict = agreement(declared, found, scoring.breakdown?.find((/** @type {Known} */ line) => line.check === check)?.result);
    return h("tr", {}, h("th", { scope: "row" }, name), h("td", {}, value(declared) || "–"), h("td", { class: verdict.tone }, value(found) || "–"), h("td", { class: verdict.tone }, verdict.text));
  });
  const titles = [t("column.field"), t("record.declared_short"), t("record.read"), t("record.agreement")].map((title) => h("th", { scope: "col" }, title));
  const content = h("table", { class: "table compare" }, h("caption", { class: "unseen" }, t("record.compare")), h("thead", {}, h("tr", {}, titles)), h("tbody", {}, cells));
  return card(t("record.compare"), scrolling(t("record.compare"), content));
}

/** What the check says counts; where there is none, the texts themselves. @param {unknown} declared @param {unknown} found @param {string | undefined} result */
function agreement(declared, found, result) {
  const same = plain(declared) === plain(found);
  if (result === "FAIL" && !(declared && same)) return { tone: "differs", text: t("record.differs") };
  if (result === "INCONCLUSIVE" && !same) return { tone: "doubt", text: t("record.doubtful") };
  if (!declared || !found || declared === "***") return { tone: "", text: result === "PASS" ? t("record.agrees") : "" };
  if (result === "PASS" || same) return { tone: "", text: t("record.agrees") };
  return { tone: "differs", text: t("record.differs") };
}

/** @param {unknown} text */
const plain = (text) => String(text ?? "").normalize("NFD").replace(/[^\p{L}\p{N}]/gu, "").toUpperCase();

/** What there is to say about a check: of one that passed, only what it measured. @param {Known} line @returns {string | undefined} */
const said = (line) => line.operator_details ?? (line.result === "PASS" ? undefined : line.details);

/** What failed comes first. @param {Known[]} breakdown */
function checks(breakdown) {
  const order = ["FAIL", "INCONCLUSIVE", "PASS", "NOT_APPLICABLE"];
  const sorted = [...breakdown].sort((a, b) => order.indexOf(a.result) - order.indexOf(b.result));
  const item = (/** @type {Known} */ line) => h("li", {}, h("div", {}, badge("result", line.result)),
    h("div", {}, h("strong", {}, word("check", line.check)), line.score === undefined ? "" : ` · ${number(line.score, { minimumFractionDigits: 2 })}`,
      line.reason && line.result !== "PASS" ? ` · ${word("why", line.reason)}` : ""),
    said(line) && h("p", {}, said(line)));
  return card(t("record.checks"), h("ul", { class: "check-list" }, sorted.map(item)));
}

/** @param {Known} known */
function deliveries({ deliveries }) {
  return card(t("record.deliveries"), table(t("record.deliveries"), [
    [t("column.attempt"), "end", (row) => number(row.generation)],
    [t("record.channel"), "", (row) => word("channel", row.channel)],
    [t("column.status"), "", (row) => [badge("sending", row.status), row.reason ? ` ${word("reason", row.reason)}` : ""]],
    [t("column.when"), "", (row) => time(row.updated_at)],
  ], /** @type {Known[]} */ (deliveries)));
}

/** @param {Known} validation */
function validation({ validated_at, device = {}, agent, score, scoring_version }) {
  const midni = agent?.midni;
  return card(t("record.validation"), h("div", { class: "in" }, facts([
    [t("column.when"), time(validated_at)],
    [t("record.relied"), score !== undefined && t("record.relied_on", { score: number(score, { minimumFractionDigits: 2 }), version: scoring_version ?? 1 })],
    [t("record.agent"), value(agent?.agent)],
    [t("record.midni"), midni && `${word("midni_kind", midni.kind)} · ${word("result", midni.document_number)}`],
    [t("device.ip"), value(device.ip)], [t("device.location"), value(device.location)], [t("device.agent"), value(device.user_agent)],
    [t("device.installation"), value(device.installation_id)], [t("device.fingerprint"), value(device.fingerprint)],
  ])));
}
