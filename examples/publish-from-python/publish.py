"""Publishes LLM calls to tricost. Copy this file into your app; it needs boto3 and Python 3.9 or later."""

import collections
import hashlib
import json
import os
import random
import sys
import threading
import time
import unicodedata
import uuid
from datetime import datetime, timedelta, timezone

CHUNK_BYTES = 65_536  # SQS bills every started 64 KiB of a message
MAX_BATCH_BYTES = 1_048_576  # of a message, and of a batch of up to ten
ENVELOPE_BYTES = 160


def prompt_id(*parts):
    """The id of a prompt template: prompt_id(("system", "You are …"), ("user", "{{question}}"))."""
    def canonical(text):
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
        return "\n".join(line.rstrip(" \t") for line in text.split("\n")).strip(" \t\n")
    text = "\x1e".join(f"{role}\x1f{canonical(text)}" for role, text in parts)
    return "p_" + hashlib.sha256(f"tricost.prompt.v1\n{text}".encode()).hexdigest()[:16]


class Publisher:
    """Takes calls without ever getting in the app's way, and sends them, packed, from a thread of its own.

    sqs: a boto3 client; by default one is made with the first batch. on_error is told of every failed delivery and every
    loss; by default it writes to stderr, at most once a minute.
    """

    def __init__(self, queue_url=None, sqs=None, flush_after=1.0, max_buffer_bytes=8 * 1024 * 1024, give_up_after=300.0,
                 on_error=None):
        self._queue_url, self._given_sqs = queue_url or os.environ["TRICOST_QUEUE_URL"], sqs
        self._flush_after, self._give_up_after = flush_after, give_up_after
        self._max_buffer_bytes, self._on_error = max_buffer_bytes, on_error or _warn_once_a_minute()
        self._start()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._start)

    def _start(self):
        """Of this process: a fork counts its envelopes from 1 under a new name, so that a gap always is a loss."""
        self._producer_id, self._sequence, self._sqs = str(uuid.uuid4()), 0, self._given_sqs
        self._changed = threading.Condition()
        self._events, self._bytes = collections.deque(), 0
        self._published = self._sent = self._dropped = self._unreported = 0
        self._is_due, self._thread = False, None

    def publish(self, call):
        """Takes a call (a dict, see the event contract). Returns at once and never raises."""
        try:
            event, error = _serialise(call), None
        except Exception as cause:
            event, error = None, cause
        with self._changed:
            self._published += 1
            if event is not None:
                self._events.append(event)
                self._bytes += len(event) + 1
            lost = 0 if event is not None else 1
            while self._bytes > self._max_buffer_bytes:
                self._bytes -= len(self._events.popleft()) + 1
                lost, error = lost + 1, BufferError("the buffer is full")
            self._lose(lost)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="tricost", daemon=True)
                self._thread.start()
            self._changed.notify_all()
        if lost:
            self._tell(lost, error)

    def flush(self, timeout=10.0):
        """Sends what waits: before a process ends, a serverless function returns. Gives the calls still on their way."""
        with self._changed:
            upto = self._published
            self._is_due = bool(self._events)
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._sent + self._dropped >= upto, timeout)
            return max(0, upto - self._sent - self._dropped)

    def stats(self):
        """Calls since the start; published = sent + dropped + pending."""
        with self._changed:
            pending = self._published - self._sent - self._dropped
            return {"published": self._published, "sent": self._sent, "dropped": self._dropped, "pending": pending}

    def _run(self):
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._events)
                self._changed.wait_for(lambda: self._is_due or self._bytes >= CHUNK_BYTES, self._flush_after)
                batch = self._take_batch()
                self._is_due = self._is_due and bool(self._events)
            self._deliver(batch)

    def _take_batch(self):
        """Up to ten envelopes of a billing chunk each: [(id, body, calls, dropped calls it reports)]."""
        batch, batch_bytes = [], 0
        while self._events and len(batch) < 10:
            events, size = [], ENVELOPE_BYTES
            while self._events and (not events or size + len(self._events[0]) + 1 <= CHUNK_BYTES):
                size += len(self._events[0]) + 1
                events.append(self._events.popleft())
            if batch_bytes + size > MAX_BATCH_BYTES and batch:
                self._events.extendleft(reversed(events))
                break
            batch_bytes += size
            self._bytes -= size - ENVELOPE_BYTES
            self._sequence += 1
            dropped, self._unreported = self._unreported, 0
            head = f'{{"v":1,"producer_id":"{self._producer_id}","sequence":{self._sequence},"dropped":{dropped}'
            batch.append((str(self._sequence), f'{head},"events":[{",".join(events)}]}}', len(events), dropped))
        return batch

    def _deliver(self, batch):
        """Sends the same bodies until SQS has them all, refuses them, or time is up."""
        give_up_at, attempt = time.monotonic() + self._give_up_after, 0
        while batch:
            failed, refused, cause = self._send(batch)
            with self._changed:
                self._sent += sum(calls for id, _, calls, _ in batch if id not in failed | refused)
                delay = random.uniform(0, min(10.0, 0.2 * 2**attempt))
                is_over = time.monotonic() + delay > give_up_at
                lost = [entry for entry in batch if entry[0] in refused or (is_over and entry[0] in failed)]
                # What a lost envelope was to report, the next one must.
                self._unreported += sum(dropped for _, _, _, dropped in lost)
                lost_calls = sum(calls for _, _, calls, _ in lost)
                self._lose(lost_calls)
                self._changed.notify_all()
            if cause is not None:
                self._tell(lost_calls, cause)
            batch = [entry for entry in batch if entry[0] in failed and not is_over]
            if batch:
                time.sleep(delay)
                attempt += 1

    def _send(self, batch):
        """Gives the ids that failed for now, those that failed for good, and why."""
        try:
            if self._sqs is None:
                import boto3

                self._sqs = boto3.client("sqs")
            entries = [{"Id": id, "MessageBody": body} for id, body, _, _ in batch]
            failures = self._sqs.send_message_batch(QueueUrl=self._queue_url, Entries=entries).get("Failed", [])
        except Exception as error:
            return {id for id, _, _, _ in batch}, set(), error
        refused = {failure["Id"] for failure in failures if failure.get("SenderFault")}
        return {failure["Id"] for failure in failures} - refused, refused, failures[0] if failures else None

    def _lose(self, calls):
        self._dropped += calls
        self._unreported += calls

    def _tell(self, dropped, cause):
        try:
            self._on_error(dropped, cause)
        except Exception:
            pass  # there is nobody left to tell


def _serialise(call):
    """The text that will be sent, with the identity that makes every retry harmless."""
    call = dict(call)
    started = datetime.now(timezone.utc) - timedelta(milliseconds=call.get("latency_ms") or 0)
    call["event_id"] = call.get("event_id") or str(uuid.uuid4())
    call["ts"] = call.get("ts") or started.isoformat()
    event = json.dumps(call, allow_nan=False, default=_plain)  # ASCII, so that its length is its size
    if len(event) > MAX_BATCH_BYTES - ENVELOPE_BYTES:
        raise ValueError(f"a call of {len(event)} bytes fits into no message")
    return event


def _plain(value):
    """A usage object as SDKs give it (Pydantic) is written as the provider spells it."""
    return value.model_dump(mode="json", by_alias=True)


def _warn_once_a_minute():
    next_at = 0.0

    def warn(dropped, cause):
        nonlocal next_at
        if time.monotonic() >= next_at:
            next_at = time.monotonic() + 60
            print(f"tricost: {f'dropped {dropped} calls' if dropped else 'trying again'}: {cause}", file=sys.stderr)

    return warn


if __name__ == "__main__":
    publisher = Publisher()
    publisher.publish({
        "user_id": "u_1", "feature": "support.reply", "latency_ms": 812, "provider": "anthropic",
        "model": "claude-sonnet-4-5-20250929", "usage_raw": {"input_tokens": 812, "output_tokens": 64},
        "prompt_name": "support.reply", "prompt_id": prompt_id(("system", "You are a helpful support agent.")),
    })
    sys.exit(1 if publisher.flush() else 0)
