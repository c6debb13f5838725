"""Pages of other origins, in a real browser, against the running local server.

    attack.py CHROME ACREDITA

Each page runs the attempts of `page.js` and posts what it got to its own server, which is this program. The browser's
own protection of local addresses is off, because not every browser has one: what is tested is ours.
"""

import json
import re
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Empty, Queue
from threading import Thread

PAGE = Path(__file__).with_name("page.js").read_text()
PATIENCE = 60
BODY = {"actor": {"name": "James", "last_name": "Smith"}, "expires_in": "PT1H"}


class Pages:
    """Serves the attacking page at any host name, and receives its reports."""

    def __init__(self, address=("127.0.0.1", 0)):
        self.reports, self.targets = Queue(), {}
        self._server = ThreadingHTTPServer(address, self._handler())
        Thread(target=self._server.serve_forever, daemon=True).start()
        self.port = self._server.server_port

    def stop(self):
        self._server.shutdown()
        self._server.server_close()

    def _handler(self):
        pages = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                script = f"<script>const targets = {json.dumps(pages.targets)};\n{PAGE}</script>"
                self._answer(f"<!DOCTYPE html><title>A page</title><body>{script}".encode())

            def do_POST(self):
                text = self.rfile.read(int(self.headers["content-length"]))
                # Forms of a page that has the server's name before it leads to the server come here, too.
                if self.path == "/report":
                    pages.reports.put(json.loads(text))
                self._answer(b"")

            def _answer(self, body):
                self.send_response(200)
                self.send_header("content-type", "text/html")
                self.send_header("cache-control", "max-age=3600")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        return Handler


class Server:
    """The local server, with what it prints."""

    def __init__(self, binary, folder, *arguments):
        command = [binary, "serve", "--listen", "127.0.0.1:0", "--data-dir", folder, "--providers", "emulated", *arguments]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.greeting = ""
        for line in self.process.stdout:
            self.greeting += line
            if line.startswith("Ctrl-C"):
                break
        self.url = re.search(r"http://\S+", self.greeting)[0]
        self.token = self.printed("token")
        self.targets = {name: self.printed(name).split()[0] for name in ["DynamoDB", "S3", "SQS", "providers"]}
        self.targets["API"] = self.url

    def printed(self, label):
        return re.search(rf"^ +{label} +(.*)$", self.greeting, re.MULTILINE)[1]

    def ask(self, method, path, body=None, url=None):
        headers = {"authorization": f"Bearer {self.token}", "content-type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request((url or self.url) + path, data, headers, method=method)
        with urllib.request.urlopen(request) as answer:
            return answer.read().decode()

    def state(self):
        """What an attack could have changed."""
        emulator = self.targets["providers"].removesuffix("/emulator")
        return {
            "scenario": re.search("Scenario now: .*", self.ask("GET", "/emulator", url=emulator))[0],
            "inbox": self.ask("GET", "/local/inbox"),
            "statuses": [json.loads(self.ask("GET", path))["status"] for path in self.watched],
        }

    def prepare(self):
        created = json.loads(self.ask("POST", "/v1/orgs/demo/identifications/agent", BODY))
        self.watched = [f"/v1/orgs/demo/identifications/agent/{created['identification_id']}"]
        scoring = {"document": {"type": "NIF", "country": "ES"}, "provider": "INTERNAL", "expires_in": "PT1H"}
        scoring_id = json.loads(self.ask("POST", "/v1/orgs/demo/scorings/identity_document", scoring))["scoring_id"]
        links = json.loads(self.ask("POST", f"/v1/orgs/demo/scorings/identity_document/{scoring_id}/delegate"))
        upload = re.search(r'"(http://[^"]*X-Amz-Signature[^"]*)"', json.dumps(links))[1]
        return {**self.targets, "token": self.token, "admin": created["admin_identification_id"], "upload": upload}

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=30)


def browse(chrome, profile, url, names, reports):
    """Opens a page, and returns what it reports. `names` tells the browser where names lead."""
    browser = subprocess.Popen(
        [
            chrome,
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests",
            f"--host-resolver-rules={names}",
            f"--user-data-dir={profile}",
            url,
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        return reports.get(timeout=PATIENCE)
    except Empty:
        sys.exit(f"{url} did not report within {PATIENCE} s")
    finally:
        browser.terminate()
        browser.wait(timeout=30)


def visit(chrome, pages, host):
    """Opens the attacking page at a host name."""
    pages.targets["report"] = f"http://{host}:{pages.port}/report"
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        return browse(chrome, profile, f"http://{host}:{pages.port}/", "MAP * 127.0.0.1", pages.reports)


def rebind(chrome, pages, server):
    """Loads the page from a site with the server's port, and opens it again once its name leads to the server: it is then
    of the server's own origin, as far as the browser knows."""
    port = int(server.url.rsplit(":", 1)[1])
    url = f"http://rebound.example:{port}/"
    site = Pages(("127.0.0.2", port))
    site.targets = {**pages.targets, "API": url.rstrip("/"), "report": f"http://evil.example:{pages.port}/report"}
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browse(chrome, profile, url, "MAP rebound.example 127.0.0.2, MAP * 127.0.0.1", pages.reports)
        site.stop()
        # From the browser's cache: without it there is no report.
        return browse(chrome, profile, url, "MAP * 127.0.0.1", pages.reports)


def expect(what, found, wanted):
    print(f"{'ok    ' if found == wanted else 'FAILED'} {what}")
    if found != wanted:
        print(f"       found  {found}\n       wanted {wanted}", file=sys.stderr)
    return found == wanted


def main(chrome, acredita):
    pages = Pages()
    good = True
    with tempfile.TemporaryDirectory() as folder:
        server = Server(acredita, folder)
        try:
            pages.targets = server.prepare()
            before = server.state()
            # By another name, and by other ports of this machine.
            for host in ["evil.example", "localhost", "127.0.0.1"]:
                report = visit(chrome, pages, host)
                good &= expect(f"a page of {host} reads nothing", report["read"], [])
                good &= expect(f"a page of {host} tried everything", report["tried"] > 40, True)
                good &= expect(f"a page of {host} changes nothing", server.state(), before)
            report = rebind(chrome, pages, server)
            good &= expect("a name that was let point here reads nothing", report["read"], [])
            good &= expect("a name that was let point here changes nothing", server.state(), before)
        finally:
            server.stop()

        # The same page, allowed: it reads the API and uploads, and still gets at nothing else.
        origin = f"http://shop.example:{pages.port}"
        server = Server(acredita, folder, "--cors-origin", origin)
        try:
            pages.targets = server.prepare()
            report = visit(chrome, pages, "shop.example")
            wanted = ["API health", "API create", "API refusal with its request id", "S3 upload"]
            good &= expect("an allowed page calls the API and uploads", report["read"], wanted)
            report = visit(chrome, pages, "evil.example")
            good &= expect("another page still reads nothing", report["read"], [])
        finally:
            server.stop()
    sys.exit(0 if good else 1)


main(*sys.argv[1:])
