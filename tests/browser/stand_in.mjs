// What the page is shown by in its tests: the running local server, an issuer of tokens, and a receiver of events. In
// front of the local server stands a proxy, so that a test can let an operation fail or answer what it needs.

import { createHash, createPrivateKey, generateKeyPairSync, randomUUID, sign } from "node:crypto";
import { createServer, request } from "node:http";
import { readFile } from "node:fs/promises";

const base64url = (value) => Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");

/** Listens on loopback, on a free port. */
async function listen(handler) {
  const server = createServer((incoming, answer) => {
    handler(incoming, answer).catch((error) => {
      console.error(error);
      answer.writeHead(500).end();
    });
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  return { server, origin: `http://127.0.0.1:${server.address().port}` };
}

async function body(incoming) {
  const parts = [];
  for await (const part of incoming) parts.push(part);
  return Buffer.concat(parts);
}

const json = (answer, status, value, headers = {}) =>
  answer.writeHead(status, { "content-type": "application/json", "cache-control": "no-store", ...headers }).end(value === undefined ? "" : JSON.stringify(value));

/** An OpenID provider that asks nobody for a password. `wrong` names what it does wrong. */
export async function issuer() {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256", privateKeyEncoding: { type: "pkcs8", format: "pem" } });
  const jwk = { ...publicKey.export({ format: "jwk" }), alg: "ES256", use: "sig", kid: "test" };
  const codes = new Map();
  const it = { wrong: "", permissions: "events:read webhooks:admin settings:admin", asked: [], jwks: JSON.stringify({ keys: [jwk] }), audience: "acredita" };
  const key = createPrivateKey(privateKey);
  const token = (claims) => {
    const text = `${base64url({ alg: "ES256", kid: "test", typ: "JWT" })}.${base64url(claims)}`;
    return `${text}.${sign("sha256", Buffer.from(text), { key, dsaEncoding: "ieee-p1363" }).toString("base64url")}`;
  };
  const soon = () => Math.floor(Date.now() / 1000) + 600;
  it.access = (more = {}) =>
    token({ iss: it.origin, aud: it.audience, sub: "ana@shop", exp: soon(), permissions: it.permissions, tenants_translation: [{ org: "demo" }, { org: "other" }], ...more });
  const { server, origin } = await listen(async (incoming, answer) => {
    const url = new URL(incoming.url, origin);
    const open = { "access-control-allow-origin": "*" };
    if (url.pathname === "/.well-known/openid-configuration") {
      return json(answer, 200, { issuer: it.wrong === "issuer" ? "https://other.example" : origin, authorization_endpoint: `${origin}/authorize`, token_endpoint: `${origin}/token` }, open);
    }
    if (url.pathname === "/authorize") {
      const asked = Object.fromEntries(url.searchParams);
      it.asked.push(asked);
      const code = randomUUID();
      codes.set(code, asked);
      const back = new URL(asked.redirect_uri);
      if (it.wrong === "denied") back.searchParams.set("error", "access_denied");
      else back.searchParams.set("code", code);
      back.searchParams.set("state", it.wrong === "state" ? "another" : asked.state);
      return answer.writeHead(302, { location: back.href }).end();
    }
    if (url.pathname === "/token") {
      const form = new URLSearchParams((await body(incoming)).toString());
      const asked = codes.get(form.get("code"));
      codes.delete(form.get("code"));
      const proof = createHash("sha256").update(form.get("code_verifier") ?? "").digest("base64url");
      const good = asked && proof === asked.code_challenge && form.get("redirect_uri") === asked.redirect_uri && form.get("client_id") === asked.client_id;
      if (!good) return json(answer, 400, { error: "invalid_grant" }, open);
      const id_token = token({ iss: origin, aud: it.wrong === "audience" ? "somebody" : asked.client_id, sub: "ana@shop", exp: soon(), nonce: it.wrong === "nonce" ? "another" : asked.nonce });
      return json(answer, 200, { token_type: "Bearer", access_token: it.access(), id_token }, open);
    }
    return answer.writeHead(404).end();
  });
  return Object.assign(it, { origin, stop: () => server.close() });
}

/** Receives events, and answers with `status`. */
export async function receiver() {
  const it = { status: 200, received: [] };
  const { server, origin } = await listen(async (incoming, answer) => {
    it.received.push({ headers: incoming.headers, body: JSON.parse((await body(incoming)).toString()) });
    answer.writeHead(it.status).end();
  });
  return Object.assign(it, { origin, stop: () => server.close() });
}

/**
 * Stands before the local server at `real`. What `answers` knows (`"GET /records"`) is answered by it: a function of the
 * request, or `[status, body, headers]`.
 */
export async function front(real, assets) {
  const it = { answers: new Map(), asked: [] };
  const { server, origin } = await listen(async (incoming, answer) => {
    const url = new URL(incoming.url, origin);
    const sent = await body(incoming);
    const path = url.pathname.replace(/^\/v1\/orgs\/[^/]+/, "");
    it.asked.push({ method: incoming.method, path, query: Object.fromEntries(url.searchParams), headers: incoming.headers, body: sent.toString() });
    for (const [name, known] of it.answers) {
      const [method, pattern] = name.split(" ");
      const found = method === incoming.method && new RegExp(`^${pattern}$`).exec(path);
      if (!found || path === url.pathname) continue;
      const [status, value, headers] = typeof known === "function" ? await known({ url, sent: sent.length > 0 ? JSON.parse(sent) : null, found }) : known;
      if (Buffer.isBuffer(value)) return answer.writeHead(status, headers).end(value);
      return json(answer, status, value, headers);
    }
    if (assets && url.pathname.startsWith("/office/") && !url.pathname.endsWith("config.json")) {
      const kind = { css: "text/css", svg: "image/svg+xml", js: "text/javascript" }[url.pathname.split(".").pop()];
      return answer.writeHead(200, { "content-type": kind }).end(await readFile(`${assets}/${url.pathname.slice(8)}`));
    }
    const { host: _, origin: __, ...headers } = incoming.headers;
    const passed = request(new URL(incoming.url, real), { method: incoming.method, headers }, (answered) => {
      answer.writeHead(answered.statusCode, answered.headers);
      answered.pipe(answer);
    });
    passed.on("error", () => answer.writeHead(502).end());
    passed.end(sent);
  });
  return Object.assign(it, { origin, stop: () => server.close() });
}
