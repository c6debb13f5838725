// Verifies a delivered event with the official package of Standard Webhooks, and that no other message verifies.
//
//   node webhooks.mjs ADDRESS TOKEN
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { Webhook } from "standardwebhooks";

const [address, token] = process.argv.slice(2);

async function call(path, body) {
  const answer = await fetch(`${address}/v1/orgs/demo${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  assert.ok(answer.ok, `${path} answered ${answer.status}`);
  return answer.json();
}

const arrived = Promise.withResolvers();
const server = createServer(async (request, response) => {
  const chunks = await Array.fromAsync(request);
  response.writeHead(204).end();
  arrived.resolve({ headers: request.headers, body: Buffer.concat(chunks).toString("utf8") });
});
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
const url = `http://127.0.0.1:${server.address().port}/hooks`;
const { secret } = await call("/webhook_endpoints", { url, event_types: ["identification.created"] });
const created = await call("/identifications/agent", { actor: { name: "James", last_name: "Smith" }, expires_in: "PT1H" });
const { headers, body } = await arrived.promise;
const verifier = new Webhook(secret);
const event = verifier.verify(body, headers);
assert.equal(event.type, "identification.created");
assert.equal(event.data.subject.identification_id, created.identification_id);
assert.throws(() => verifier.verify(`${body} `, headers), "a changed body verifies");
const moved = { ...headers, "webhook-timestamp": `${Number(headers["webhook-timestamp"]) + 1}` };
assert.throws(() => verifier.verify(body, moved), "a changed time verifies");
server.close();
server.closeAllConnections();
console.log("an event is verified in Node");
