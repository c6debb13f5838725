// Who is signed in. The token is in this module's memory and nowhere else: a reload forgets it. During the way to the
// issuer and back, the verifier and the state are in `sessionStorage`.

/**
 * @typedef {{sign_in: "TOKEN" | "OIDC", issuer?: string, client_id?: string, scopes?: string, audience?: string | null,
 *            claims: {organisations: string, permissions: string}}} Config
 * @typedef {{token: string, org: string, orgs: string[], permissions: string[], subject: string, expires: number}} Session
 */

const PENDING = "acredita-sign-in";
/** How long the way to the issuer and back may take. */
const PATIENCE = 15 * 60 * 1000;

/** @type {Session | null} */
let now = null;
/** @type {() => void} */
let on_end = () => {};
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

/** Why nobody could be signed in; its message is a key of the texts. */
export class SignInError extends Error {
  /** @param {import("./texts.js").Key} key @param {string} [details] */
  constructor(key, details = "") {
    super(key);
    this.key = key;
    this.details = details;
  }
}

/** Only for views, which are not shown to anybody else. @returns {Session} */
export function session() {
  if (!now) throw new Error("nobody is signed in");
  return now;
}

export const is_signed_in = () => now !== null;

/** @param {string} permission */
export const may = (permission) => now?.permissions.includes(permission) ?? false;

/** @param {string} org */
export function choose(org) {
  if (now?.orgs.includes(org)) now = { ...now, org };
}

/** What happens when the token is no longer good. @param {() => void} listener */
export function when_ended(listener) {
  on_end = listener;
}

/** Forgets the token. */
export function leave() {
  clearTimeout(timer);
  now = null;
}

export function ended() {
  if (!now) return;
  leave();
  on_end();
}

/**
 * Signs in with a token.
 * @param {string} text
 * @param {Config} config
 */
export function enter(text, config) {
  const token = text.trim().replace(/^Bearer\s+/i, "");
  const claims = payload(token);
  if (!claims) throw new SignInError("sign_in.not_a_token");
  const orgs = organisations(claims[config.claims.organisations]);
  if (orgs.length === 0) throw new SignInError("sign_in.no_organisation", config.claims.organisations);
  const expires = typeof claims.exp === "number" ? claims.exp * 1000 : 0;
  if (expires <= Date.now()) throw new SignInError("sign_in.expired");
  const permissions = words(claims[config.claims.permissions]);
  // As the API names whoever acts.
  const subject = String(claims.sub ?? claims.client_id ?? claims.azp ?? "");
  now = { token, orgs, org: /** @type {string} */ (orgs[0]), permissions, subject, expires };
  clearTimeout(timer);
  // Timers count in 32 bits.
  timer = setTimeout(ended, Math.min(expires - Date.now(), 2 ** 31 - 1));
}

/** The claims of a token, without a look at its signature: the API verifies it. @param {string} token @returns {any} */
function payload(token) {
  const [, body, signature] = token.split(".");
  if (!body || !signature) return null;
  try {
    const bytes = Uint8Array.from(atob(body.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0));
    const claims = JSON.parse(new TextDecoder().decode(bytes));
    return claims && typeof claims === "object" ? claims : null;
  } catch {
    return null;
  }
}

/** `[{"org":"yoigo"}]`, `["yoigo"]` or `"yoigo"`. @param {unknown} claim @returns {string[]} */
function organisations(claim) {
  const items = Array.isArray(claim) ? claim : [claim];
  const names = items.map((item) => (item && typeof item === "object" ? /** @type {any} */ (item).org : item));
  return [...new Set(names.filter((name) => typeof name === "string" && name !== ""))];
}

/** @param {unknown} claim @returns {string[]} */
function words(claim) {
  const items = Array.isArray(claim) ? claim : [claim];
  return items.filter((item) => typeof item === "string").flatMap((item) => item.split(/\s+/)).filter(Boolean);
}

// --- OpenID Connect: authorization code with PKCE ---

/** @param {Config} config @returns {Promise<{issuer: string, authorization_endpoint: string, token_endpoint: string}>} */
async function discover(config) {
  const issuer = config.issuer ?? "";
  let found;
  try {
    const response = await fetch(`${issuer.replace(/\/+$/, "")}/.well-known/openid-configuration`, { credentials: "omit" });
    found = await response.json();
  } catch {
    throw new SignInError("sign_in.no_issuer", issuer);
  }
  const good = [found?.authorization_endpoint, found?.token_endpoint].every(is_safe);
  // Otherwise one issuer could pose as another (OpenID Connect Discovery §4.3).
  if (found?.issuer !== issuer || !good) throw new SignInError("sign_in.other_issuer", issuer);
  return found;
}

/** @param {unknown} text */
function is_safe(text) {
  if (typeof text !== "string" || !URL.canParse(text)) return false;
  const url = new URL(text);
  const loopback = ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
  return url.protocol === "https:" || (url.protocol === "http:" && loopback);
}

/** @param {ArrayBuffer | Uint8Array} bytes */
function base64url(bytes) {
  const text = String.fromCharCode(...new Uint8Array(bytes));
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

const random = () => base64url(crypto.getRandomValues(new Uint8Array(32)));
const redirect_uri = () => location.origin + location.pathname;

/** Leads to the issuer. @param {Config} config */
export async function go_to_issuer(config) {
  const { authorization_endpoint } = await discover(config);
  const pending = { state: random(), nonce: random(), verifier: random(), hash: location.hash, at: Date.now() };
  sessionStorage.setItem(PENDING, JSON.stringify(pending));
  const challenge = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(pending.verifier));
  const url = new URL(authorization_endpoint);
  const asked = {
    response_type: "code",
    client_id: config.client_id ?? "",
    redirect_uri: redirect_uri(),
    scope: config.scopes ?? "openid",
    state: pending.state,
    nonce: pending.nonce,
    code_challenge: base64url(challenge),
    code_challenge_method: "S256",
    ...(config.audience ? { audience: config.audience } : {}),
  };
  for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value);
  location.assign(url);
}

/** Whether the issuer has sent somebody back here. */
export const is_back = () => /[?&](code|error)=/.test(location.search) && /[?&]state=/.test(location.search);

/** Takes what the issuer sent: once, and only what was asked for here. @param {Config} config */
export async function come_back(config) {
  const answer = new URLSearchParams(location.search);
  const pending = JSON.parse(sessionStorage.getItem(PENDING) ?? "null");
  sessionStorage.removeItem(PENDING);
  history.replaceState(null, "", location.pathname + (pending?.hash ?? ""));
  const fresh = pending && Date.now() - pending.at < PATIENCE;
  if (!fresh || answer.get("state") !== pending.state) throw new SignInError("sign_in.not_asked");
  const named = answer.get("iss");
  if (named !== null && named !== config.issuer) throw new SignInError("sign_in.other_issuer", named);
  const error = answer.get("error");
  if (error) throw new SignInError("sign_in.refused", answer.get("error_description") ?? error);
  const { token_endpoint } = await discover(config);
  const tokens = await exchange(token_endpoint, answer.get("code") ?? "", pending.verifier, config);
  check_identity(payload(String(tokens.id_token ?? "")), pending.nonce, config);
  enter(String(tokens.access_token ?? ""), config);
}

/** @param {string} endpoint @param {string} code @param {string} verifier @param {Config} config @returns {Promise<any>} */
async function exchange(endpoint, code, verifier, config) {
  const form = new URLSearchParams({
    grant_type: "authorization_code",
    code,
    redirect_uri: redirect_uri(),
    client_id: config.client_id ?? "",
    code_verifier: verifier,
  });
  let tokens, response;
  try {
    response = await fetch(endpoint, { method: "POST", body: form, credentials: "omit" });
    tokens = await response.json();
  } catch {
    throw new SignInError("sign_in.no_issuer", endpoint);
  }
  if (!response.ok) throw new SignInError("sign_in.refused", String(tokens?.error_description ?? tokens?.error ?? ""));
  return tokens;
}

/**
 * The identity token came from the issuer itself over TLS, so that its claims are checked and not its signature (OpenID
 * Connect Core §3.1.3.7).
 * @param {any} claims
 * @param {string} nonce
 * @param {Config} config
 */
function check_identity(claims, nonce, config) {
  const audience = [claims?.aud].flat();
  const ours = audience.includes(config.client_id) && (audience.length === 1 || claims.azp === config.client_id);
  const good = claims?.iss === config.issuer && claims.nonce === nonce && ours && claims.exp * 1000 > Date.now();
  if (!good) throw new SignInError("sign_in.bad_identity");
}
