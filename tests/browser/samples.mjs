// Answers of the back office's operations (contract §12), with everything that a view has to show: the page is tested
// with states that take hours to reach.

import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";

const at = (minutes) => new Date(Date.UTC(2026, 10, 20, 8, 33) + minutes * 60_000).toISOString().replace(".000", "");

export const DOCUMENT = "0f8fad5b-d9cb-469f-a165-70867728950e";
export const CODE = "1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed";
export const CHAIN = "6ba7b810-9dad-41d1-80b4-00c04fd430c8";
export const ERASED = "9c858901-8a57-4791-81fe-4c455b099bc9";
export const REVIEW = "16fd2706-8baf-433b-82eb-8c7fada847da";
/** What a caller could write, and no page may run. */
export const HOSTILE = `<img src=x onerror="document.title='run'">`;

const kinds = ["IDENTITY_DOCUMENT", "OTP", "AGENT", "CHAIN", "SCORING"];
const statuses = ["CREATED", "VALIDATED", "CLOSED", "FAILED", "SCORED", "EXPIRED", "CANCELLED"];

export function rows(count) {
  const fixed = [
    { record_id: DOCUMENT, kind: "IDENTITY_DOCUMENT", status: "CREATED", created_at: at(0), expires_at: at(999), client_reference_id: HOSTILE, score: 0.62, review: "OPEN" },
    { record_id: CODE, kind: "OTP", status: "VALIDATED", created_at: at(-5), expires_at: at(55), client_reference_id: "order-4711" },
    { record_id: CHAIN, kind: "CHAIN", status: "CREATED", created_at: at(-9), expires_at: at(55) },
    { record_id: ERASED, kind: "AGENT", status: "CLOSED", created_at: at(-12), expires_at: at(55) },
  ];
  const more = Array.from({ length: count - fixed.length }, (_, n) => ({
    record_id: randomUUID(), kind: kinds[n % 5], status: statuses[n % 7], created_at: at(-20 - n), expires_at: at(600 - n),
    ...(n % 3 ? { client_reference_id: `order-${4700 - n}` } : {}), ...(n % 4 ? {} : { score: 0.89 }), ...(n % 9 ? {} : { review: "APPROVED" }),
  }));
  return [...fixed, ...more];
}

const event = (sequence, type, by, data = {}, subject = { kind: "IDENTIFICATION", identification_id: CODE, admin_identification_id: DOCUMENT }) =>
  ({ event_id: randomUUID(), type, created_at: at(sequence), sequence, subject, data, by, request_id: "r", previous_hash: null, hash: "00" });
const shop = { kind: "CLIENT", subject: "shop-17", client_id: "shop" };
const system = { kind: "SYSTEM" };

const actor = {
  name: "James", last_name: "Smith", email: "example@email.com", msisdn: "+34612345678", language: "ES",
  identity_document: { document_number: "12345678Z", document_type: "IDENTITY_CARD", country: "ES" },
};
const device = { installation_id: randomUUID(), fingerprint: "laptop", user_agent: "Mozilla/5.0", location: "40.4,-3.7", ip: "203.0.113.7" };

const breakdown = [
  { check: "MRZ_READ", result: "PASS", score: 0.98, details: "The zone was read." },
  { check: "DECLARED_MATCH", result: "FAIL", reason: "NUMBER_MISMATCH", advice: "FINAL", details: "The number is another one.", operator_details: "Declared 12345678Z, read 87654321X." },
  { check: "NAME_MATCH", result: "PASS", details: "The name is the declared one." },
  { check: "GLARE", result: "INCONCLUSIVE", score: 0.55, reason: "GLARE", advice: "RETRY", details: "A reflection hides a part.", operator_details: "Upper left of the front." },
  { check: "PORTRAIT_MATCH", result: "NOT_APPLICABLE", details: "There is no picture of the person." },
];

const decided = { decision: "APPROVE", reason: "DATA_CONFIRMED", decided_by: "eva@shop", decided_at: at(4), note: HOSTILE };
const reviewed = { review_id: REVIEW, status: "OPEN", opened_at: at(3), score: 0.62, reasons: ["NOT_CHECKED", "GLARE"], four_eyes: true, decisions: [decided] };

export function document(personal = true, review = {}) {
  const extracted = { document_number: "87654321X", name: "JAMES", last_name: "SMITH", nationality: "ESP", birth_date: "1980-01-01", expiry_date: "2030-01-01", sex: "M" };
  const hidden = { ...actor, name: "***", last_name: "***", email: "***", msisdn: "***", identity_document: { ...actor.identity_document, document_number: "***" } };
  return {
    record_id: DOCUMENT, kind: "IDENTITY_DOCUMENT", status: "CREATED", created_at: at(0), expires_at: at(999), identification_id: CODE, scoring_id: REVIEW,
    client_reference_id: HOSTILE, metadata: { shop: "Gran Vía 1", note: HOSTILE }, method: { type: "IDENTITY_DOCUMENT", configuration_name: "MEDIUM", provider: "INTERNAL" },
    personal, actor: personal ? actor : hidden, review: { ...reviewed, ...review }, links: [],
    scoring: {
      scoring_id: REVIEW, status: "SCORED", document: { type: "IDENTITY_CARD", country: "ES" }, provider: "INTERNAL", score: 0.62, coverage: 0.82, breakdown,
      ...(personal ? { extracted } : {}), retries: { used: 1, max: 5 }, created_at: at(0), expires_at: at(999), scored_at: at(2),
    },
    timeline: [event(1, "identification.created", shop), event(2, "scoring.scored", shop), event(3, "review.opened", system), event(4, "record.viewed", { kind: "CLIENT", subject: "ana@shop" })],
  };
}

export const code = () => ({
  record_id: CODE, kind: "OTP", status: "VALIDATED", created_at: at(-5), expires_at: at(55), identification_id: REVIEW, client_reference_id: "order-4711",
  method: { type: "OTP", channel: { type: "SMS", external: false }, two_factor_type: "DOCUMENT_NUMBER", sends: 2 }, personal: true, actor, wrong_tries: 1,
  deliveries: [{ generation: 1, channel: "SMS", status: "FAILED", updated_at: at(-4), reason: "UNREACHABLE" }, { generation: 2, channel: "EMAIL", status: "DELIVERED", updated_at: at(-3) }],
  validation: { validated_at: at(-1), device }, links: [],
  timeline: [event(1, "identification.created", shop), event(2, "identification.undelivered", system, { reason: "UNREACHABLE" }), event(3, "identification.validated", { kind: "CLIENT" })],
});

export function chain() {
  const { timeline: _, links: __, review, ...step } = document();
  const { timeline: ___, links: ____, ...first } = code();
  return { record_id: CHAIN, kind: "CHAIN", status: "CREATED", created_at: at(-9), expires_at: at(55), identification_chain_id: REVIEW, personal: true, actor, current_step: 1, steps: [first, step], review, links: [], timeline: [event(1, "chain.created", shop)] };
}

export const erased = () => ({ record_id: ERASED, kind: "AGENT", status: "ERASED", erased_at: at(9), links: [], timeline: [event(1, "identification.created", shop), event(2, "identification.deleted", shop)] });

export const pictures = (origin) => ({
  pictures: ["FRONT", "BACK"].map((side) => ({ of: "SCORING", side, content_type: "image/jpeg", size_bytes: 1, sha256: "00", captured_at: at(1), url: `${origin}/v1/orgs/demo/picture/${side}`, url_expires_at: at(6) })),
});

export const picture = async (side) => [200, await readFile(new URL(`../fixtures/dni-${side.toLowerCase()}.jpg`, import.meta.url)), { "content-type": "image/jpeg", "content-disposition": "attachment" }];

export const review = (more = {}) => ({ review_id: REVIEW, record_id: DOCUMENT, status: "OPEN", opened_at: at(3), score: 0.62, reasons: ["NOT_CHECKED", "GLARE"], ...more });

/** A queue that claims, releases and decides, for one person. */
export function queue(subject) {
  const known = [review(), review({ review_id: randomUUID(), record_id: CODE, opened_at: at(7), score: 0.55 })];
  const decisions = [];
  const act = ({ found, sent }) => {
    const one = known.find(({ review_id }) => review_id === found[1]);
    if (!one) return [404, { errors: [] }];
    const is_mine = one.status === "CLAIMED" && one.claimed_by === subject;
    const conflict = [409, { errors: [{ code: "MDOC_005", title: "CONFLICT", ref: "x", details: "another has claimed this review" }] }];
    if (found[2] === "claim") {
      if (one.status !== "OPEN") return conflict;
      Object.assign(one, { status: "CLAIMED", claimed_by: subject, claimed_until: at(18) });
    } else {
      if (!is_mine) return conflict;
      if (found[2] === "release") Object.assign(one, { status: "OPEN", claimed_by: undefined });
      else Object.assign(one, { status: sent.decision === "APPROVE" ? "APPROVED" : "REJECTED", claimed_by: undefined });
      if (found[2] === "decision") decisions.push({ review_id: one.review_id, ...sent });
    }
    return [204];
  };
  const list = ({ url }) => [200, { reviews: known.filter(({ status }) => !url.searchParams.has("status") || status === url.searchParams.get("status")) }];
  return { known, decisions, act, list };
}
