// The OTP create of `functions/identification-otp-admin` in Node, as far as a fair comparison needs it: the
// token is verified against the issuer's keys, the body is validated, the destination is hashed with the key from Secrets
// Manager, the same four items are written in one transaction, the queue is kicked, and the answer is 201. Below it is a
// minimal runtime: ask for an event, answer it.
//
// It is written to start quickly: only the clients that it uses, no framework, the keys and the secret fetched
// concurrently and before the first event.

import { createHash, createHmac, randomUUID } from "node:crypto";
import http from "node:http";
import https from "node:https";
import { DynamoDBClient, TransactWriteItemsCommand } from "@aws-sdk/client-dynamodb";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { createLocalJWKSet, jwtVerify } from "jose";

const { ACREDITA_TABLE: TABLE, ACREDITA_QUEUE_URL: QUEUE_URL, ACREDITA_RETENTION_DAYS: RETENTION_DAYS } = process.env;
const DAY = 24 * 3600;

const dynamodb = new DynamoDBClient({});
const sqs = new SQSClient({ useQueueUrlAsEndpoint: false });

// --- Before the first event. ---

function get(url) {
  return new Promise((resolve, reject) => {
    const request = (url.startsWith("https:") ? https : http).get(url, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk) => (text += chunk));
      response.on("end", () => (response.statusCode === 200 ? resolve(text) : reject(new Error(`status ${response.statusCode}`))));
    });
    request.on("error", reject);
  });
}

async function issuerKeys() {
  return createLocalJWKSet(JSON.parse(await get(process.env.ACREDITA_JWKS_URL)));
}

async function codeKey() {
  const secret = await new SecretsManagerClient({}).send(new GetSecretValueCommand({ SecretId: process.env.ACREDITA_CODE_KEYS_SECRET }));
  return createHash("sha256").update(JSON.parse(secret.SecretString).newest).digest();
}

const [keys, key] = await Promise.all([issuerKeys(), codeKey()]);

// --- The request. ---

class Refused extends Error {
  constructor(status, details) {
    super(details);
    this.status = status;
  }
}

function words(claim) {
  return Array.isArray(claim) ? claim : String(claim ?? "").split(/\s+/);
}

async function authorize(event) {
  const org = /^\/v1\/orgs\/([a-z0-9_-]{1,64})\/identifications\/otp$/.exec(event.rawPath)?.[1];
  const [scheme, token] = (event.headers?.authorization ?? "").split(" ");
  if (!token || scheme.toLowerCase() !== "bearer") throw new Refused(401, "a bearer token is required");
  const { payload } = await jwtVerify(token, keys, { algorithms: ["ES256", "RS256", "EdDSA"], requiredClaims: ["exp"] }).catch(() => {
    throw new Refused(401, "the token is not good");
  });
  const orgs = payload.tenants_translation ?? [];
  if (!orgs.some((entry) => entry.org === org)) throw new Refused(401, "the token is not for this organisation");
  const allowed = words(payload.permissions).includes("identifications:admin") || words(payload.scope).includes("api:everything");
  if (!allowed) throw new Refused(401, "the token lacks the permission for this operation");
  return org;
}

const DURATION = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;

function seconds(text, faults) {
  const parts = DURATION.exec(text ?? "");
  const [weeks, days, hours, minutes, rest] = (parts ?? []).slice(1).map((part) => Number(part ?? 0));
  const sum = parts ? weeks * 7 * DAY + days * DAY + hours * 3600 + minutes * 60 + rest : 0;
  if (sum < 60 || sum > 30 * DAY) faults.push("/expires_in: is not a duration from PT1M to P30D");
  return sum;
}

function plainText(value, pointer, faults) {
  const text = typeof value === "string" ? value.trim() : "";
  if (!text || text.length > 256 || /\p{Cc}/u.test(text)) faults.push(`${pointer}: is not a text of 1 to 256 characters`);
  return text;
}

function validate(event) {
  const faults = [];
  let body;
  try {
    body = JSON.parse(event.isBase64Encoded ? Buffer.from(event.body, "base64").toString("utf8") : event.body);
  } catch {
    throw new Refused(400, "the body is not JSON");
  }
  const actor = body?.actor ?? {};
  const name = plainText(actor.name, "/actor/name", faults);
  const lastName = plainText(actor.last_name, "/actor/last_name", faults);
  const phone = String(actor.msisdn?.phone_number ?? "");
  const country = String(actor.msisdn?.country_code ?? "").replace(/^\+/, "");
  if (!/^\d{4,15}$/.test(phone) || !/^\d{1,3}$/.test(country)) faults.push("/actor/msisdn: is not a phone number");
  const language = (actor.language ?? "ES").toUpperCase();
  if (!["ES", "EN", "EU", "GL", "CA", "DE"].includes(language)) faults.push("/actor/language: is not a language");
  if (body?.channel?.type !== "SMS") faults.push("/channel/type: is not a channel of this stand-in");
  const life = seconds(body?.expires_in, faults);
  if (faults.length) throw new Refused(400, faults.join("; "));
  return { actor: { name, last_name: lastName, msisdn: { phone_number: phone, country_code: country }, language }, life };
}

// --- The stored items. ---

const text = (value) => ({ S: String(value) });
const number = (value) => ({ N: String(value) });

function shard(id) {
  let hash = 0;
  for (const byte of Buffer.from(id)) hash = (Math.imul(hash, 31) + byte) >>> 0;
  return text(hash % 8);
}

function put(item) {
  return {
    Put: { TableName: TABLE, Item: item, ConditionExpression: "attribute_not_exists(#pk)", ExpressionAttributeNames: { "#pk": "pk" } },
  };
}

function countSend(org, digest, now) {
  return {
    Update: {
      TableName: TABLE,
      Key: { pk: text(`DST#${org}#${digest}`), sk: text("A") },
      UpdateExpression:
        "SET #schema = :schema, #ttl = :ttl, #s1 = :now, #s2 = if_not_exists(#s1, :never), #s3 = if_not_exists(#s2, :never), " +
        "#s4 = if_not_exists(#s3, :never), #s5 = if_not_exists(#s4, :never)",
      ConditionExpression: "attribute_not_exists(#s5) OR #s5 <= :cutoff",
      ExpressionAttributeNames: { "#schema": "schema", "#ttl": "ttl", "#s1": "s1", "#s2": "s2", "#s3": "s3", "#s4": "s4", "#s5": "s5" },
      ExpressionAttributeValues: {
        ":schema": number(1),
        ":ttl": number(Math.floor(now / 1000) + 600 + 3600),
        ":now": number(now),
        ":never": number(0),
        ":cutoff": number(now - 600_000),
      },
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    },
  };
}

async function create(org, { actor, life }) {
  const now = Date.now();
  const expiresAt = now + life * 1000;
  const [id, adminId, messageId] = [randomUUID(), randomUUID(), randomUUID()];
  const address = `+${actor.msisdn.country_code}${actor.msisdn.phone_number}`;
  const digest = createHmac("sha256", key).update(`${org}\n${address}`).digest("hex");
  const ttl = number(Math.floor(expiresAt / 1000) + (Number(RETENTION_DAYS) + 7) * DAY);
  const identification = {
    pk: text(`IDN#${id}`), sk: text("A"), schema: number(1), org: text(org), admin_id: text(adminId), created_at: number(now),
    expires_at: number(expiresAt), actor: text(JSON.stringify(actor)),
    method: text(JSON.stringify({ OTP: { delivery: { SMS: actor.msisdn }, second_factor: null } })), tries: number(0), generation: number(1),
    sends: number(1), last_send_at: number(now), status: text("CREATED"), due_shard: shard(id), due_at: number(expiresAt), ttl,
  };
  const pointer = { pk: text(`ADM#${adminId}`), sk: text("A"), schema: number(1), org: text(org), identification_id: text(id), ttl };
  const message = {
    pk: text(`IDN#${id}`), sk: text(`OBX#${messageId}`), schema: number(1), org: text(org), state: text("PENDING"), generation: number(1),
    attempts: number(0), due_shard: shard(messageId), due_at: number(now + 60_000), ttl: number(Math.floor(now / 1000) + 30 * DAY + 3600),
  };
  const writes = [put(identification), put(pointer), put(message), countSend(org, digest, now)];
  await dynamodb.send(new TransactWriteItemsCommand({ TransactItems: writes }));
  const kick = JSON.stringify({ message_id: messageId, identification_id: id });
  await sqs.send(new SendMessageCommand({ QueueUrl: QUEUE_URL, MessageBody: kick }));
  const time = (at) => new Date(at).toISOString();
  return { admin_identification_id: adminId, identification_id: id, status: "CREATED", created_at: time(now), expires_at: time(expiresAt) };
}

function answer(statusCode, body) {
  return { statusCode, headers: { "content-type": "application/json" }, body: JSON.stringify(body), isBase64Encoded: false };
}

async function handle(event) {
  try {
    const org = await authorize(event);
    return answer(201, await create(org, validate(event)));
  } catch (error) {
    if (error instanceof Refused) return answer(error.status, { errors: [{ details: error.message }] });
    console.error(error);
    return answer(500, { errors: [{ details: error.name }] });
  }
}

// --- The runtime. ---

const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

function call(method, path, body) {
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { "content-length": Buffer.byteLength(body) };
    const request = http.request({ host, port, agent, method, path: `/2018-06-01/runtime/invocation/${path}`, headers }, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () => resolve({ headers: response.headers, body: Buffer.concat(chunks).toString("utf8") }));
    });
    request.on("error", reject);
    request.end(body);
  });
}

for (;;) {
  const next = await call("GET", "next");
  const answered = JSON.stringify(await handle(JSON.parse(next.body)));
  await call("POST", `${next.headers["lambda-runtime-aws-request-id"]}/response`, answered);
}
