"""Runs the notification commands of the examples with a message, against a server and a sendmail of this test."""

import http.server
import json
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

folder = Path(sys.argv[1])
received = []


class Handler(http.server.BaseHTTPRequestHandler):
    """Keeps what is posted; a path of /down is a service that is not there."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        received.append((self.path, self.headers, json.loads(body)))
        self.send_response(503 if self.path == "/down" else 200)
        self.end_headers()

    def log_message(self, *_):
        """Nothing is printed."""


server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
base = f"http://127.0.0.1:{server.server_port}"

message = {
    "dataset": "cards",
    "summary": 'cards "a\\b"; $(id)\nBcc: x@example.org: FAIL, was PASS',
    "verdict": "fail",
    "previous_verdict": "pass",
    "folder": "cards/20261129T020003Z-9a17c4",
    "findings": [{"code": "small-class", "severity": "high", "columns": ["a"]}],
    "figures": [],
    "not_listed": 3,
}


def run(name, *arguments, sent=message, **environment):
    """The end of a command that reads the message."""
    command = [str(folder / name), *map(str, arguments)]
    variables = {**os.environ, **environment, "NO_PROXY": "*", "no_proxy": "*"}
    return subprocess.run(command, input=json.dumps(sent), text=True, capture_output=True, env=variables, timeout=60)


with tempfile.TemporaryDirectory() as place:
    url, token, sendmail = (Path(place) / name for name in ("url", "token", "sendmail"))
    token.write_text("s3cret\n")
    sendmail.write_text('#!/bin/sh\ncat >"$0.sent"\n')
    sendmail.chmod(0o755)

    ended = run("mail", "team@bank.example", SENDMAIL=str(sendmail))
    assert ended.returncode == 0, ended
    head, text = Path(f"{sendmail}.sent").read_text().split("\n\n", 1)
    assert head.splitlines()[0] == "To: team@bank.example" and len(head.splitlines()) == 3, head
    assert "Bcc: x@example.org: FAIL" in head.splitlines()[1], "a name with a line end adds no header"
    assert "small-class (high)" in text and "and 3 more" in text and "cards/2026" in text, text

    for path, code in (("/hook", 0), ("/down", 22)):
        url.write_text(base + path)
        ended = run("webhook", url)
        assert ended.returncode == code, ended
        assert received[-1][0] == path and received[-1][2]["text"] == "reidrisk: " + message["summary"], received[-1]

    ended = run("ticket", base + "/tickets", token)
    path, headers, body = received[-1]
    assert ended.returncode == 0 and headers["Authorization"] == "Bearer s3cret", ended
    assert body["key"] == "cards/fail" and json.loads(body["body"]) == message, body
    assert run("ticket", base + "/down", token).returncode == 22
    count = len(received)
    assert run("ticket", base + "/tickets", token, sent={**message, "verdict": "pass"}).returncode == 0
    assert len(received) == count, "a PASS opens no ticket"
    failed = {**message, "verdict": None, "why": "no file"}
    assert run("ticket", base + "/tickets", token, sent=failed).returncode == 0
    assert received[-1][2]["key"] == "cards/not-measured"
