// Walks through the operator's page in Chromium: see `office`. What takes hours to happen comes from `samples.mjs`; the
// rest is the running service.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import * as samples from "./samples.mjs";
import { front, issuer, receiver } from "./stand_in.mjs";

const { ACREDITA, ASSETS, CHROME, MODULES, SHOTS } = process.env;
const require = createRequire(`${MODULES}/`);
const { chromium } = require("playwright-core");
const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const ALL = "events:read webhooks:admin settings:admin records:list records:read records:read_personal records:search records:export reviews:decide";

let browser, here, sent_to, login, signed;
const running = [];

/** A local server, with what it says at its start. */
async function serve(...options) {
  const folder = mkdtempSync(join(tmpdir(), "acredita-"));
  const child = spawn(ACREDITA, ["serve", "--listen", "127.0.0.1:0", "--data-dir", folder, ...options], { stdio: ["ignore", "pipe", "inherit"], env: { ...process.env, RUST_LOG: "warn" } });
  running.push(child);
  let greeting = "";
  for await (const chunk of child.stdout) {
    greeting += chunk;
    if (greeting.includes("Ctrl-C")) break;
  }
  child.stdout.resume();
  const url = /Acredita runs at\s+(\S+)/.exec(greeting)?.[1];
  assert.ok(url, greeting);
  const token = (permissions, org = "demo") => execFileSync(ACREDITA, ["token", "--org", org, "--data-dir", folder, "--permissions", permissions, "--scope", "api:everything"]).toString().trim();
  return { url, token, printed: /^ +token +(\S+)/m.exec(greeting)?.[1] };
}

before(async () => {
  login = await issuer();
  const jwks = join(mkdtempSync(join(tmpdir(), "acredita-")), "jwks.json");
  writeFileSync(jwks, login.jwks);
  [here, signed] = await Promise.all([serve(), serve("--jwks", jwks, "--issuer", login.origin, "--audience", login.audience, "--office-client-id", "office")]);
  sent_to = await receiver();
  browser = await chromium.launch({ executablePath: CHROME, args: ["--no-sandbox"] });
});

after(async () => {
  await browser?.close();
  login?.stop();
  sent_to?.stop();
  for (const child of running) child.kill();
});

/** A page of its own, which may complain about nothing but answers that are no success. */
async function open(t, { real = here, locale = "en-GB", width = 1280, ...more } = {}) {
  const proxy = await front(real.url, ASSETS);
  const context = await browser.newContext({ locale, viewport: { width, height: 900 }, permissions: ["clipboard-write"], ...more });
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (line) => ["error", "warning"].includes(line.type()) && !/Failed to load resource/.test(line.text()) && complaints.push(line.text()));
  t.after(async () => {
    await context.close();
    proxy.stop();
    if (!page.is_forbidden) assert.deepEqual(complaints, []);
  });
  page.proxy = proxy;
  await page.goto(`${proxy.origin}/office`);
  await page.waitForSelector("h1");
  return page;
}

async function enter(page, token) {
  await page.fill("textarea", token);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.waitForSelector(".frame");
}

async function entered(t, { permissions = ALL, org = "demo", ...options } = {}) {
  const page = await open(t, options);
  await enter(page, here.token(permissions, org));
  return page;
}

/** Shows a view, and waits until it is there. */
async function show(page, hash) {
  await page.evaluate((hash) => { location.hash = hash; }, hash);
  await settled(page);
}

async function settled(page) {
  await page.waitForTimeout(60);
  await page.waitForFunction(() => document.querySelector("h1") && !document.querySelector(".skeleton, [aria-busy='true']"));
}

/** No violation, and nothing that sticks out: wide and narrow, in light and in dark. */
async function holds(page, name) {
  for (const [width, colorScheme] of [[1280, "light"], [360, "light"], [360, "dark"]]) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme });
    await page.evaluate(AXE);
    const violations = await page.evaluate((tags) => window.axe.run(document, { runOnly: { type: "tag", values: tags }, resultTypes: ["violations"] }).then(({ violations }) => violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 200)}`)), TAGS);
    assert.deepEqual(violations, [], `${name}, ${colorScheme}, ${width}`);
    const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    assert.ok(over <= 0, `${name} is ${over} pixels wider than ${width}`);
    if (SHOTS) await page.screenshot({ path: join(SHOTS, `${name}-${colorScheme}-${width}.png`), fullPage: true });
  }
  await page.setViewportSize({ width: 1280, height: 900 });
}

/** Presses Tab until an element that fits has the focus. */
async function tab_to(page, role, name) {
  for (let presses = 0; presses < 120; presses += 1) {
    await page.keyboard.press("Tab");
    const target = page.getByRole(role, { name }).and(page.locator(":focus"));
    if ((await target.count()) > 0) return target;
  }
  throw new Error(`the keyboard does not reach the ${role} ${name}`);
}

/** Closes a dialog: where the keyboard was before is known again once it is gone. */
async function escape(page) {
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => !document.querySelector("dialog"));
}

const stored = (page) => page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }) + document.cookie);

/** Answers of the back office as it will be. */
function with_samples(page, { personal = true, subject = "local" } = {}) {
  const { answers, origin } = page.proxy;
  const queue = samples.queue(subject);
  const known = { [samples.DOCUMENT]: () => samples.document(personal, queue.known[0]), [samples.CODE]: samples.code, [samples.CHAIN]: samples.chain, [samples.ERASED]: samples.erased };
  answers.set("GET /records", ({ url }) => [200, url.searchParams.has("cursor") ? { records: samples.rows(9).slice(4) } : { records: samples.rows(30), next_cursor: "more" }]);
  answers.set("GET /records/(.+)", ({ found }) => (known[found[1]] ? [200, known[found[1]]()] : [404, { errors: [] }]));
  answers.set("GET /record_pictures/(.+)", () => [200, samples.pictures(origin)]);
  answers.set("GET /picture/(.+)", ({ found }) => samples.picture(found[1]));
  answers.set("POST /record_searches", ({ sent }) => [200, { records: sent.document_number ? samples.rows(4).slice(0, 1) : [], complete_since: "2026-11-01T00:00:00Z" }]);
  answers.set("GET /reviews", queue.list);
  answers.set("POST /reviews/([^/]+)/(\\w+)", queue.act);
  return queue;
}

// --- Signing in ---

test("a token opens the page, is kept nowhere, and is gone after a reload", async (t) => {
  const page = await open(t);
  await holds(page, "door");
  await page.fill("textarea", "nothing");
  await page.click("button[type=submit]");
  await page.getByRole("alert").getByText("This is no token").waitFor();
  await enter(page, here.printed);
  await page.getByText("demo").first().waitFor();
  assert.ok(!(await stored(page)).includes(here.printed.slice(0, 20)), "the token is in a storage");
  assert.ok(!page.url().includes(here.printed.slice(0, 20)));
  await page.reload();
  await page.waitForSelector("textarea");
});

test("a token that the service refuses leads back to the door", async (t) => {
  const page = await open(t);
  const forged = here.printed.replace(/.{8}$/, "AAAAAAAA");
  await page.evaluate(() => { location.hash = "#/events"; });
  await page.fill("textarea", forged);
  await page.click("button[type=submit]");
  await page.getByText("You are signed out").waitFor();
});

test("people sign in at the issuer with PKCE, come back to where they were, and change organisations", async (t) => {
  const page = await open(t, { real: signed });
  await page.evaluate(() => { location.hash = "#/settings"; });
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { level: 1, name: "Settings" }).waitFor();
  assert.equal(new URL(page.url()).search, "", "the code is still in the address");
  const asked = login.asked.at(-1);
  assert.equal(asked.code_challenge_method, "S256");
  assert.ok(asked.nonce.length >= 43 && asked.state.length >= 43 && asked.nonce !== asked.state);
  assert.equal(asked.audience, login.audience);
  assert.equal(await stored(page), "{}", "something of the way is left in a storage");
  await page.getByText("ana@shop").waitFor();
  await page.getByLabel("Organisation").selectOption("other");
  await page.waitForFunction(() => document.querySelector("form input")?.value === "other");
});

for (const [wrong, said] of [
  ["state", "did not begin here"], ["nonce", "not for this sign-in"], ["audience", "not for this sign-in"],
  ["issuer", "not the issuer that the page knows"], ["denied", "refused to sign you in"],
]) {
  test(`an issuer with a wrong ${wrong} signs nobody in`, async (t) => {
    const page = await open(t, { real: signed });
    login.wrong = wrong;
    t.after(() => { login.wrong = ""; });
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("alert").getByText(said).waitFor();
    assert.equal(await page.locator(".frame").count(), 0);
  });
}

test("an answer that nobody asked for signs nobody in", async (t) => {
  const page = await open(t, { real: signed });
  await page.goto(`${page.proxy.origin}/office?code=stolen&state=made-up`);
  await page.getByRole("alert").getByText("did not begin here").waitFor();
  assert.equal(new URL(page.url()).search, "");
});

// --- What runs today ---

test("an endpoint is added, tried, changed and deleted by keyboard alone, and its secret is shown once", async (t) => {
  const page = await entered(t);
  await show(page, "#/webhooks");
  await page.getByText("No endpoints yet").waitFor();
  await holds(page, "webhooks-empty");
  await (await tab_to(page, "button", "Add endpoint")).press("Enter");
  await (await tab_to(page, "textbox", "Address")).fill("ftp://nowhere");
  await page.keyboard.press("Enter");
  await page.locator("dialog .fault").filter({ hasText: /\S/ }).waitFor();
  assert.equal(await page.locator(":focus").getAttribute("aria-invalid"), "true", "the focus is at what is wrong");
  await holds(page, "webhooks-wrong");
  await page.locator(":focus").fill(`${sent_to.origin}/hooks`);
  await page.keyboard.press("Enter");
  const secret = await page.locator("dialog .secret").textContent();
  assert.match(secret, /^whsec_/);
  await holds(page, "webhooks-secret");
  await escape(page);
  await page.getByRole("heading", { level: 1, name: "/hooks" }).waitFor();
  await (await tab_to(page, "button", "Send a test")).press("Enter");
  await page.getByText("The test is on its way").waitFor();
  await page.getByRole("row", { name: /^Test/ }).getByText("200").waitFor();
  assert.ok(sent_to.received.length >= 1);
  await (await tab_to(page, "button", "Disable")).press("Enter");
  await page.locator("dl .badge").getByText("Disabled").waitFor();
  await (await tab_to(page, "button", "Send a test")).press("Enter");
  await page.getByRole("alert").getByText("MDOC_005").waitFor();
  await escape(page);
  await (await tab_to(page, "button", "Enable")).press("Enter");
  await page.locator("dl .badge").getByText("Enabled").waitFor();
  await holds(page, "webhook");
  await show(page, "#/webhooks");
  assert.ok(!(await page.content()).includes(secret), "the secret is shown again");
  await holds(page, "webhooks");
  await (await tab_to(page, "link", "/hooks")).press("Enter");
  await (await tab_to(page, "button", "Delete")).press("Enter");
  await (await tab_to(page, "button", "Delete")).press("Enter");
  await page.getByText("No endpoints yet").waitFor();
});

test("a file of records is asked for by keyboard alone, is made, and is downloaded", async (t) => {
  const page = await entered(t);
  const headers = { authorization: `Bearer ${here.printed}`, "content-type": "application/json" };
  const body = JSON.stringify({ actor: { name: "=Ana", last_name: "García" }, expires_in: "PT1H" });
  assert.equal((await fetch(`${here.url}/v1/orgs/demo/identifications/agent`, { method: "POST", headers, body })).status, 201);
  await show(page, "#/exports");
  await page.getByText("No exports yet").waitFor();
  await holds(page, "exports-empty");
  await (await tab_to(page, "textbox", "To")).fill("2020-01-01");
  await (await tab_to(page, "button", "Make the file")).press("Enter");
  await page.locator("form .fault").filter({ hasText: /\S/ }).waitFor();
  await page.locator(":focus").fill("2100-01-01");
  await (await tab_to(page, "combobox", "Columns")).selectOption("PERSONAL");
  await (await tab_to(page, "button", "Make the file")).press("Enter");
  await page.getByRole("row").getByText("Done").waitFor();
  await holds(page, "exports");
  const coming = page.waitForEvent("download");
  await (await tab_to(page, "button", "Download")).press("Enter");
  const file = await coming;
  assert.equal(file.suggestedFilename(), "records.csv");
  const lines = readFileSync(await file.path(), "utf8").split("\r\n");
  assert.ok(lines[0].startsWith('\ufeff"record_id"'), lines[0]);
  assert.ok(lines.some((line) => line.includes(`"'=Ana","García"`)), "nothing in it is a formula");
  await show(page, "#/events");
  await page.getByText("Records exported").first().waitFor();
});

test("who may not export is told which permission it takes", async (t) => {
  const page = await entered(t, { permissions: "records:list" });
  await show(page, "#/exports");
  await page.getByText("records:export").waitFor();
  assert.equal(await page.locator("main form").count(), 0);
});

test("an event that an endpoint did not take is sent again from the list of deliveries", async (t) => {
  const page = await entered(t);
  const path = "/v1/orgs/demo/webhook_endpoints";
  const headers = { authorization: `Bearer ${here.printed}`, "content-type": "application/json" };
  const ask = (path, body) => fetch(`${here.url}${path}`, { method: "POST", headers, body: JSON.stringify(body) }).then((answer) => answer.json());
  const { endpoint_id } = await ask(path, { url: `${sent_to.origin}/again`, event_types: ["identification.created"] });
  sent_to.status = 500;
  t.after(async () => {
    sent_to.status = 200;
    await fetch(`${here.url}${path}/${endpoint_id}`, { method: "DELETE", headers });
  });
  await ask("/v1/orgs/demo/identifications/agent", { actor: { name: "James", last_name: "Smith" }, expires_in: "PT1H" });
  await show(page, `#/webhooks/${endpoint_id}`);
  const refused = page.locator("td .badge.bad").getByText("500");
  while ((await refused.count()) === 0) {
    await page.getByRole("button", { name: "Refresh" }).click();
    await page.waitForTimeout(300);
  }
  sent_to.status = 200;
  await page.getByRole("button", { name: /^Resend Identification created/ }).first().click();
  await page.locator("td .badge.good").getByText("200").waitFor();
  await holds(page, "deliveries");
});

test("settings are previewed as they arrive, saved with their version, and faults stand at their fields", async (t) => {
  const page = await entered(t, { locale: "es-ES" });
  await show(page, "#/settings");
  await page.getByRole("heading", { level: 1, name: "Ajustes" }).waitFor();
  const sms = page.getByRole("textbox", { name: "SMS" });
  await page.getByText("1 SMS, GSM-7").first().waitFor();
  await sms.fill("{name}: tu código es {code}");
  await page.getByText("UCS-2").first().waitFor();
  assert.match(await page.locator(".bubble").first().textContent(), /^demo: tu código es \w{6}$/);
  await holds(page, "settings");
  await sms.fill("sin nada");
  await page.getByRole("button", { name: "Guardar" }).click();
  await page.locator(".fault").filter({ hasText: "lacks {code}" }).waitFor();
  await holds(page, "settings-wrong");
  await sms.fill("{name}: {code} es tu clave, de {minutes} minutos");
  await page.getByLabel("Longitud de los códigos").fill("6");
  await page.keyboard.press("Enter");
  await page.getByText("Guardado.").waitFor();
  assert.equal(await sms.inputValue(), "{name}: {code} es tu clave, de {minutes} minutos");
  const other = await entered(t, { locale: "es-ES" });
  await show(other, "#/settings");
  for (const [one, name] of [[page, "Uno"], [other, "Otro"]]) {
    await one.getByLabel("Nombre en los mensajes").fill(name);
    await one.getByRole("button", { name: "Guardar" }).click();
  }
  const won = page.getByText("Guardado."), lost = other.getByRole("alert").getByText("Alguien lo ha cambiado");
  await Promise.all([won.waitFor(), lost.waitFor()]);
});

test("a language is reached by arrows, and the tabs say which one is shown", async (t) => {
  const page = await entered(t);
  await show(page, "#/settings");
  await page.getByRole("tab", { name: "Spanish" }).focus();
  await page.keyboard.press("ArrowRight");
  assert.equal(await page.getByRole("tab", { name: "English" }).getAttribute("aria-selected"), "true");
  await page.getByRole("tabpanel", { name: "English" }).getByText("your code is").first().waitFor();
});

test("events are listed with who did what, and filtered", async (t) => {
  const page = await entered(t);
  await fetch(`${here.url}/v1/orgs/demo/identifications/agent`, { method: "POST", headers: { authorization: `Bearer ${here.printed}`, "content-type": "application/json" }, body: JSON.stringify({ actor: { name: "James", last_name: "Smith" }, expires_in: "PT1H" }) });
  await show(page, "#/events");
  await page.getByText("Identification created").nth(1).waitFor();
  await holds(page, "events");
  await page.getByLabel("Type").selectOption("identification.failed");
  await (await tab_to(page, "button", "Filter")).press("Enter");
  await page.getByText("No events").waitFor();
  await holds(page, "events-empty");
});

// --- The back office ---

test("records are listed, filtered and gone on with, and what a caller wrote is only text", async (t) => {
  const page = await entered(t);
  with_samples(page);
  await show(page, "#/records");
  await page.getByRole("link", { name: samples.HOSTILE }).waitFor();
  assert.equal(await page.locator("img[src='x']").count(), 0);
  assert.equal(await page.locator("tbody tr").count(), 30);
  await holds(page, "records");
  await (await tab_to(page, "button", "Load more")).press("Enter");
  await page.waitForFunction(() => document.querySelectorAll("tbody tr").length === 35);
  await page.getByLabel("Status").selectOption("FAILED");
  await page.getByLabel("From").fill("2026-11-20");
  await page.getByRole("button", { name: "Filter" }).click();
  await settled(page);
  const { query } = page.proxy.asked.findLast(({ path }) => path === "/records");
  assert.equal(query.status, "FAILED");
  assert.ok(query.created_from.endsWith("Z") && !query.cursor);
  await page.getByRole("link", { name: "Clear" }).click();
  await (await tab_to(page, "link", "order-4711")).press("Enter");
  await page.getByRole("heading", { level: 1, name: "order-4711" }).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement?.tagName), "H1", "the focus is where reading begins");
  assert.ok((await page.title()).startsWith("order-4711"));
});

test("a person is found by an exact value, which stays out of the address", async (t) => {
  const page = await entered(t);
  with_samples(page);
  await show(page, "#/records");
  await page.getByText("Find a person").click();
  await page.getByLabel("Exact value").fill("12345678Z");
  await page.keyboard.press("Enter");
  await page.locator("details tbody tr").waitFor();
  assert.equal(await page.locator("details tbody tr").count(), 1);
  await page.getByText("Complete since 1 Nov 2026").waitFor();
  assert.deepEqual(JSON.parse(page.proxy.asked.findLast(({ path }) => path === "/record_searches").body), { document_number: "12345678Z" });
  assert.ok(!page.url().includes("12345678Z") && !(await stored(page)).includes("12345678Z"));
  await holds(page, "search");
  await page.getByLabel("By").selectOption("phone");
  await page.getByLabel("Exact value").fill("612 345 678");
  await page.keyboard.press("Enter");
  await page.getByText("Nobody found").waitFor();
  assert.deepEqual(JSON.parse(page.proxy.asked.findLast(({ path }) => path === "/record_searches").body), { phone: { phone_number: "612 345 678", country_code: "34" } });
});

test("a record shows pictures only when asked, beside what was read and where it differs", async (t) => {
  const page = await entered(t);
  with_samples(page);
  await show(page, `#/records/${samples.DOCUMENT}`);
  const number = page.getByRole("row", { name: /Document number/ });
  await number.getByText("Differs").waitFor();
  await page.getByRole("row", { name: /^Name/ }).getByText("Agrees").waitFor();
  await page.getByText("Below 0.70").waitFor();
  assert.ok(!page.proxy.asked.some(({ path }) => path.startsWith("/record_pictures")), "somebody looked who did not mean to");
  await holds(page, "record");
  await (await tab_to(page, "button", "Show pictures")).press("Enter");
  await page.getByRole("img", { name: "Picture: Front" }).waitFor();
  assert.ok(await page.getByRole("img", { name: "Picture: Back" }).evaluate((image) => image.decode().then(() => image.naturalWidth > 0)));
  await holds(page, "record-pictures");
  await (await tab_to(page, "button", "Enlarge: Front")).press("Enter");
  await page.getByRole("dialog").getByRole("img").waitFor();
  await holds(page, "picture");
  await escape(page);
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("aria-label")), "Enlarge: Front", "the focus is back");
});

for (const [name, id, texts] of [
  ["code", samples.CODE, ["unreachable", "Delivered", "203.0.113.7"]],
  ["chain", samples.CHAIN, ["Step 1: One-time code", "Step 2: Identity document"]],
  ["erased", samples.ERASED, ["The person's data is gone", "Identification deleted"]],
]) {
  test(`the record of a ${name} says everything that there is`, async (t) => {
    const page = await entered(t);
    with_samples(page);
    await show(page, `#/records/${id}`);
    for (const text of texts) await page.getByText(text).first().waitFor();
    await holds(page, `record-${name}`);
  });
}

test("who may not read persons sees that something is not shown, and which permission shows it", async (t) => {
  const page = await entered(t, { permissions: "records:list records:read" });
  with_samples(page, { personal: false });
  await show(page, `#/records/${samples.DOCUMENT}`);
  await page.getByText("not shown").first().waitFor();
  assert.ok((await page.getByText("records:read_personal").count()) >= 2, "at the person, and at the pictures");
  assert.equal(await page.getByRole("button", { name: "Show pictures" }).count(), 0);
  await holds(page, "record-masked");
});

test("a review is claimed, looked at and decided by keyboard alone, and the next one follows", async (t) => {
  const page = await entered(t);
  const queue = with_samples(page);
  await show(page, "#/reviews");
  await page.locator("tbody tr").nth(1).waitFor();
  await holds(page, "reviews");
  await page.keyboard.press("n");
  await page.getByText("Claim it before you decide").waitFor();
  await page.keyboard.press("a");
  assert.equal(await page.getByRole("dialog").count(), 0, "nobody decides what is not claimed");
  await page.keyboard.press("c");
  await page.getByText("You have claimed this review").waitFor();
  await holds(page, "review");
  await page.keyboard.press("r");
  await holds(page, "review-reject");
  await (await tab_to(page, "combobox", "Reason")).selectOption("SUSPECTED_FORGERY");
  await (await tab_to(page, "textbox", "Note")).fill("The print of the number is not even.");
  await (await tab_to(page, "button", "Reject")).press("Enter");
  await page.getByText("Rejected.").first().waitFor();
  assert.deepEqual(queue.decisions, [{ review_id: samples.REVIEW, decision: "REJECT", reason: "SUSPECTED_FORGERY", note: "The print of the number is not even." }]);
  await page.getByText("Claim it before you decide").waitFor();
  assert.ok(page.url().endsWith(queue.known[1].review_id));
  await page.keyboard.press("c");
  await page.getByText("You have claimed this review").waitFor();
  await page.keyboard.press("a");
  await (await tab_to(page, "button", "Approve")).press("Enter");
  await page.getByText("Nothing to review").first().waitFor();
  assert.equal(queue.decisions[1].decision, "APPROVE");
  await holds(page, "reviews-empty");
});

test("a review that another claimed first says so, and shows whose it is", async (t) => {
  const page = await entered(t);
  const queue = with_samples(page);
  await show(page, `#/reviews/${samples.REVIEW}`);
  Object.assign(queue.known[0], { status: "CLAIMED", claimed_by: "luis@shop" });
  await page.getByRole("button", { name: "Claim" }).click();
  await page.getByRole("alert").getByText("another has claimed this review").waitFor();
  await escape(page);
  await page.getByText("Claimed by luis@shop").waitFor();
  assert.equal(await page.getByRole("button", { name: "Approve" }).count(), 0);
});

test("single keys can be switched off, and do nothing while something is typed", async (t) => {
  const page = await entered(t);
  const queue = with_samples(page);
  await show(page, `#/reviews/${samples.REVIEW}`);
  await page.keyboard.press("?");
  await page.getByLabel("Single keys act on this page").uncheck();
  await holds(page, "shortcuts");
  await escape(page);
  await page.keyboard.press("c");
  await settled(page);
  assert.equal(queue.known[0].status, "OPEN");
});

test("records of the running service are listed, opened and looked at, and each look is in what happened", async (t) => {
  const page = await entered(t);
  const headers = { authorization: `Bearer ${here.printed}`, "content-type": "application/json" };
  const reference = `office-${Date.now()}`;
  const body = { actor: { name: "James", last_name: "Smith" }, expires_in: "PT1H", client_reference_id: reference };
  const created = await fetch(`${here.url}/v1/orgs/demo/identifications/agent`, { method: "POST", headers, body: JSON.stringify(body) });
  assert.equal(created.status, 201);
  await show(page, "#/records");
  await page.getByRole("link", { name: reference }).click();
  await page.getByRole("heading", { level: 1, name: reference }).waitFor();
  await page.getByText("James").waitFor();
  await page.locator(".timeline").getByText("Record viewed").waitFor();
  await holds(page, "record-live");
  await show(page, `#/records?client_reference_id=${reference}`);
  await page.locator("tbody tr").waitFor();
  assert.equal(await page.locator("tbody tr").count(), 1);
  await show(page, "#/records");
  await page.getByText("Find a person").click();
  await page.getByLabel("By").selectOption("client_reference_id");
  await page.getByLabel("Exact value").fill(reference);
  await page.keyboard.press("Enter");
  await page.locator("details tbody").getByText(reference).waitFor();
  await show(page, "#/records/00000000-0000-4000-8000-000000000000");
  await page.getByRole("alert").getByText("no such thing").waitFor();
});

test("a score that falls short is reviewed: the pictures are looked at, and the approval is an event", async (t) => {
  const org = "reviewed";
  const at = `${here.url}/v1/orgs/${org}`;
  const bearer = { authorization: `Bearer ${here.token(ALL, org)}` };
  const ask = async (method, path, body, more = {}) => {
    const answer = await fetch(at + path, { method, headers: { ...bearer, "content-type": "application/json", ...more }, body: JSON.stringify(body) });
    assert.ok(answer.ok, `${method} ${path}: ${answer.status}`);
    return answer.json();
  };
  await ask("PUT", "/settings", { review: { from_score: 0.3 } }, { "if-match": "*" });
  const actor = { name: "ANA", last_name: "MUÑOZ GIL", identity_document: { document_number: "12345678Z", document_type: "IDENTITY_CARD", country: "ES" } };
  const created = await ask("POST", "/identifications/identity_document", { actor, configuration_name: "HIGH" });
  const form = new FormData();
  for (const side of ["front", "back"]) form.set(side, new Blob([readFileSync(new URL(`../fixtures/dni-${side}.jpg`, import.meta.url))], { type: "image/jpeg" }), `${side}.jpg`);
  const scored = await fetch(`${at}/scorings/identity_document/${created.scoring_id}/score`, { method: "PUT", headers: bearer, body: form });
  assert.equal(scored.status, 204);

  const page = await entered(t, { org });
  await show(page, "#/reviews");
  await page.getByText("authenticity was not checked").waitFor();
  await page.keyboard.press("n");
  await page.getByText("Claim it before you decide").waitFor();
  await page.getByRole("row", { name: /Document number/ }).getByText("Agrees").waitFor();
  await page.getByRole("button", { name: "Show pictures" }).click();
  await page.getByRole("img", { name: "Picture: Front" }).waitFor();
  assert.ok(await page.getByRole("img", { name: "Picture: Front" }).evaluate((image) => image.decode().then(() => image.naturalWidth > 0)), "the bucket's link shows it");
  await holds(page, "review-live");
  await page.keyboard.press("c");
  await page.getByText("You have claimed this review").waitFor();
  await page.keyboard.press("a");
  await (await tab_to(page, "button", "Approve")).press("Enter");
  await page.getByText("Nothing to review").first().waitFor();
  await show(page, "#/events?type=review.approved");
  await page.locator("td").getByText("Review approved").first().waitFor();
});

// --- What is missing or broken ---

test("every view says which permission it needs", async (t) => {
  const page = await entered(t, { permissions: "nothing:else" });
  for (const [hash, permission] of [
    ["#/records", "records:list"], ["#/reviews", "reviews:decide"], ["#/events", "events:read"], ["#/webhooks", "webhooks:admin"], ["#/settings", "settings:admin"],
  ]) {
    await show(page, hash);
    await page.locator("main").getByText(permission).first().waitFor();
    await holds(page, `needs-${permission.replace(":", "-")}`);
  }
});

test("a failure is shown with its details and its request, and can be tried again", async (t) => {
  const page = await entered(t);
  const fault = { errors: [{ code: "MDOC_000", title: "INTERNAL_SERVER_ERROR", ref: "x", details: "the table is out of reach" }] };
  page.proxy.answers.set("GET /records", [503, fault, { "x-request-id": "JKJaXmPLvHcESHA=", "retry-after": "3" }]);
  await show(page, "#/records");
  const alert = page.getByRole("alert");
  for (const text of ["the table is out of reach", "MDOC_000", "JKJaXmPLvHcESHA=", "Wait 3 seconds"]) await alert.getByText(text).waitFor();
  await holds(page, "failure");
  with_samples(page);
  await page.getByRole("button", { name: "Try again" }).click();
  await page.locator("tbody tr").first().waitFor();
});

test("the page works in Spanish and English, and remembers which, and the colours", async (t) => {
  const page = await entered(t, { locale: "de-DE" });
  with_samples(page);
  await show(page, "#/records");
  await page.getByRole("heading", { level: 1, name: "Records" }).waitFor();
  await page.getByLabel("Language").selectOption("es");
  await page.getByRole("heading", { level: 1, name: "Registros" }).waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.lang), "es");
  await page.getByLabel("Colores").selectOption("dark");
  await page.reload();
  await page.getByRole("heading", { level: 1, name: "Iniciar sesión" }).waitFor();
  assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), "rgb(18, 23, 21)");
});

test("the browser forbids the page what it never does", async (t) => {
  const page = await open(t);
  page.is_forbidden = true;
  const tried = await page.evaluate(async () => {
    const html = () => { document.body.innerHTML = "<b>x</b>"; };
    const script = document.createElement("script");
    script.append("window.has_run = true");
    document.body.append(script);
    const failed = (act) => { try { act(); return false; } catch { return true; } };
    const elsewhere = await fetch("https://elsewhere.example/").then(() => false, () => true);
    return [failed(html), !("has_run" in window), elsewhere];
  });
  assert.deepEqual(tried, [true, true, true]);
});
