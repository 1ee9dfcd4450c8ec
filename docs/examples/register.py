#!/usr/bin/env python3
"""Registers a work with the ATS, and follows it to its end: by polling and by webhook.

Nothing but Python's standard library, 3.9 or later.

    python3 register.py [base URL]
"""

import base64
import hashlib
import hmac
import json
import os
import re
import sys
import threading
import time
import urllib.error
import urllib.request
import uuid
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# By default those of a `failpath mock` on this machine.
URL = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("ATS_URL", "http://127.0.0.1:4010")
ORGANIZATION = os.environ.get("ATS_ORGANIZATION", "ac71fe00-0000-4000-8000-000000000001")
# A key of yours and its webhook secret; without them, the administrator's session creates a key for webhooks to this script.
ADMIN = os.environ.get("ATS_ADMIN", "administrator-session-of-the-well-known-world")
key = {"token": os.environ.get("ATS_TOKEN"), "webhook_secret_base64": os.environ.get("ATS_WEBHOOK_SECRET")}
# Where the clock of a mock is, such as http://127.0.0.1:4010/__admin/clock: it is moved, and nobody waits.
CLOCK = os.environ.get("ATS_CLOCK")
TIMEOUT = 30


class Failure(Exception):
    """Something is not as it should be."""


class AtsError(Failure):
    """What the API refuses with: switch on `code`, never on the message."""

    def __init__(self, answer):
        try:
            error = json.loads(answer.read())["error"]
        except (ValueError, KeyError, TypeError):
            error = {}  # What stands in front of the API may answer something else than JSON.
        self.code = error.get("code", "no code")
        self.retry_after = int(answer.headers.get("Retry-After", 5))
        super().__init__(f"{answer.code} {self.code}: {error.get('message', '')} ({error.get('request_id', 'no request id')})")


def call(method, path, token=None, body=None, headers=()):
    """One request; an upstream that is down is asked again when it said it may be."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(URL + path if path.startswith("/") else path, data, dict(headers), method=method)
    if data is not None:
        request.add_header("Content-Type", "application/json")
    if token is not None:
        request.add_header("Authorization", f"Bearer {token}")
    for attempt in range(1, 6):
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
                text = answer.read()
                return json.loads(text) if text else None
        except urllib.error.HTTPError as answer:
            refused = AtsError(answer)
            if refused.code != "common.service_unavailable" or attempt == 5:
                raise refused from None
            say(f"{refused}; again in {refused.retry_after} s")
            pause(refused.retry_after)
        except urllib.error.URLError as error:
            raise Failure(f"no answer from {URL}: {error.reason}") from None


def api(method, step, **options):
    return call(method, f"/v1/organizations/{ORGANIZATION}/{step}", **{"token": key["token"], **options})


def main():
    receiver = Receiver()
    if key["token"] is not None:
        if key["webhook_secret_base64"] is None:
            raise Failure("ATS_TOKEN needs its ATS_WEBHOOK_SECRET")
        return register(receiver)
    body = {"name": "Example in Python", "scopes": ["works:register"], "webhook_url": receiver.url}
    key.update(api("POST", "api-keys", token=ADMIN, body=body))
    say(f"key {key['prefix']}... reports to {receiver.url}")
    try:
        register(receiver)
    finally:
        # Nobody else has use for this key.
        api("DELETE", f"api-keys/{key['id']}", token=ADMIN)


def register(receiver):
    # One Idempotency-Key per work of yours, kept with it: whenever init is sent again within a day, it opens no second job.
    roles = {"author": True, "composer": True, "arranger": False, "adapter": False}
    creators = [{"full_name": "Ada Example", "email": "ada@example.org", "roles": roles}]
    work = {"network": "testnet", "title": "Harbour Lights", "filename": "harbour.wav", "creators": creators}
    opened = api("POST", "works/init", body=work, headers={"Idempotency-Key": str(uuid.uuid4())})
    say(f"init: job {opened['job_id']}")

    # The URL is the credential: no Authorization here. It is good once.
    upload = urllib.request.Request(opened["upload_url"], b"the bytes of harbour.wav", {"Content-Type": "audio/wav"}, method="PUT")
    try:
        urllib.request.urlopen(upload, timeout=TIMEOUT).close()
    except urllib.error.HTTPError as answer:
        raise Failure(f"the upload was refused: {answer.code} {answer.read().decode()}") from None
    say("upload: done")

    job = {"job_id": opened["job_id"]}
    quote = api("POST", "works/prepare", body=job)
    say(f"prepare: {quote['total_price_credits']} credits, until {quote['expires_at']}")

    confirmed = api("POST", "works/confirm", body=job)
    say(f"confirm: transaction {confirmed['transaction_id']}")

    # A second confirm is refused, whoever sends it: so after a lost answer, this code says that the first may have been accepted.
    try:
        api("POST", "works/confirm", body=job)
    except AtsError as error:
        if error.code != "registration.prepared_not_found":
            raise
        say(f"confirm again: {error.code}, so it is confirmed or its quote has expired")
    else:
        raise Failure("the job was confirmed twice")

    result = poll(confirmed["status_url"])["result"]
    if "error" in result:
        raise Failure(f"the chain has refused the work: {result['error']}")
    say(f"on chain: work {result['ats_id']} in block {result['block_number']}")

    webhook = receiver.of(confirmed["transaction_id"])
    if webhook["event"] != "work_registered" or webhook["ats_id"] != result["ats_id"]:
        raise Failure(f"the webhook says {webhook['event']}")
    say(f"webhook: {webhook['event']}, work {webhook['ats_id']}, signature verified")


def poll(status_url):
    """Every 2 seconds, and every 10 once it takes longer than 30. Who knows the id may read: the key need not go there."""
    waited = 0
    while waited < 600:
        transaction = call("GET", status_url)
        say(f"poll: {transaction['current_step']} {transaction['progress']} %")
        if transaction["is_complete"]:
            return transaction
        seconds = 2 if waited < 30 else 10
        pause(seconds)
        waited += seconds
    raise Failure("the transaction has not come to its end for 10 minutes")


class Receiver:
    """Listens for webhooks. In production this is a route of yours behind HTTPS, and what has been seen is in your database."""

    def __init__(self):
        self.seen = {}
        self.arrived = threading.Condition()
        server = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("ATS_WEBHOOK_PORT", 0))), self.handler())
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{server.server_port}/webhooks/ats"

    def handler(self):
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                genuine = is_genuine(raw, self.headers.get("X-Allfeat-Signature", ""), now())
                if genuine:
                    receiver.take(json.loads(raw))
                self.send_response(204 if genuine else 401)
                self.end_headers()

            def log_message(self, *_):
                pass

        return Handler

    def take(self, event):
        with self.arrived:
            # They come at least once: what has been seen is acknowledged again, and otherwise left alone.
            if event["transaction_id"] in self.seen:
                say(f"webhook: {event['event']} once more, left alone")
            else:
                self.seen[event["transaction_id"]] = event
            self.arrived.notify_all()

    def of(self, transaction):
        with self.arrived:
            if not self.arrived.wait_for(lambda: transaction in self.seen, TIMEOUT):
                raise Failure("no webhook with a good signature has come")
            return self.seen[transaction]


def is_genuine(raw, signature, seconds):
    """Over the bytes as they came, before anything parses them; compared in constant time; not older than 300 seconds."""
    parts = re.fullmatch(r"t=(\d+),v1=([0-9a-f]{64})", signature, re.ASCII)
    if parts is None or abs(seconds - int(parts[1])) > 300:
        return False
    secret = base64.b64decode(key["webhook_secret_base64"])
    expected = hmac.new(secret, parts[1].encode() + b"." + raw, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, parts[2])


def pause(seconds):
    if CLOCK is None:
        time.sleep(seconds)
    else:
        call("POST", f"{CLOCK}/advance", body={"seconds": seconds})


def now():
    """Seconds since 1970. A mock signs with the time of its own clock."""
    if CLOCK is None:
        return time.time()
    return datetime.fromisoformat(call("GET", CLOCK)["now"].replace("Z", "+00:00")).timestamp()


def say(line):
    print(line, flush=True)


if __name__ == "__main__":
    try:
        main()
    except (Failure, OSError) as error:
        sys.exit(f"register.py: {error}")
