"""Publishes LLM calls to tricost. Copy this file into your app; it needs boto3 and Python 3.9 or later."""

import hashlib
import json
import os
import random
import time
import unicodedata
import uuid
from datetime import datetime, timedelta, timezone

import boto3


def prompt_id(*parts):
    """The id of a prompt template: prompt_id(("system", "You are …"), ("user", "{{question}}"))."""
    def canonical(text):
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
        return "\n".join(line.rstrip(" \t") for line in text.split("\n")).strip(" \t\n")
    text = "\x1e".join(f"{role}\x1f{canonical(text)}" for role, text in parts)
    return "p_" + hashlib.sha256(f"tricost.prompt.v1\n{text}".encode()).hexdigest()[:16]


def publish(sqs, queue_url, calls, attempts=8):
    """Sends calls (dicts), packed. Raises when SQS does not take them; publishing them again is harmless."""
    messages = [[]]
    for call in calls:
        started = datetime.now(timezone.utc) - timedelta(milliseconds=call.get("latency_ms") or 0)
        call.setdefault("event_id", str(uuid.uuid4()))  # in place: every retry has the same id and time
        call.setdefault("ts", started.isoformat())
        event = json.dumps(call, allow_nan=False)  # ASCII, so that its length is its size
        if messages[-1] and sum(map(len, messages[-1])) + len(messages[-1]) + len(event) > 65_500:
            messages.append([])  # SQS bills every started 64 KiB
        messages[-1].append(event)
    bodies = [f'{{"v":1,"events":[{",".join(events)}]}}' for events in messages if events]
    waiting = [{"Id": str(number), "MessageBody": body} for number, body in enumerate(bodies)]
    for attempt in range(attempts):
        failed = []
        for batch in (waiting[start : start + 10] for start in range(0, len(waiting), 10)):
            failed += sqs.send_message_batch(QueueUrl=queue_url, Entries=batch).get("Failed", [])
        waiting = [entry for entry in waiting if entry["Id"] in {failure["Id"] for failure in failed}]
        if not waiting:
            return
        time.sleep(random.uniform(0, 0.2 * 2**attempt))
    raise RuntimeError(f"SQS did not take {len(waiting)} messages, first: {failed[0]}")


if __name__ == "__main__":
    usage = {"input_tokens": 812, "output_tokens": 64}  # with Anthropic's SDK: response.usage.model_dump()
    publish(boto3.client("sqs"), os.environ["TRICOST_QUEUE_URL"], [{
        "user_id": "u_1", "feature": "support.reply", "latency_ms": 812, "provider": "anthropic",
        "model": "claude-sonnet-4-5-20250929", "usage_raw": usage, "prompt_name": "support.reply",
        "prompt_id": prompt_id(("system", "You are a helpful support agent.")),
    }])
