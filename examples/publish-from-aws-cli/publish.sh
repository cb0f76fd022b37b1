#!/bin/sh
# Publishes LLM calls to tricost with the AWS CLI alone. Set TRICOST_QUEUE_URL first. Arguments go to `aws sqs`:
# for a local queue, `--endpoint-url http://127.0.0.1:<port>`.
set -eu

new_id() { uuidgen 2>/dev/null || cat /proc/sys/kernel/random/uuid; }
now=$(date -u +%Y-%m-%dT%H:%M:%SZ)

# One call: the event is the message.
aws sqs send-message "$@" --queue-url "$TRICOST_QUEUE_URL" --message-body '{
  "event_id": "'"$(new_id)"'", "ts": "'"$now"'", "user_id": "u_1", "feature": "support.reply",
  "provider": "openai", "model": "gpt-5-mini", "usage": {"input_tokens": 1000, "output_tokens": 50}, "latency_ms": 900
}'

# Many calls: pack them into envelopes, and up to ten envelopes into a request. It succeeds even when SQS took only some:
# send what the answer lists under `Failed` again, with the same ids and times.
call() {
  printf '{"event_id":"%s","ts":"%s","feature":"%s","provider":"openai","model":"gpt-5-mini","usage_raw":%s}' \
    "$(new_id)" "$now" "$1" '{"prompt_tokens":1000,"completion_tokens":50}'
}
first="{\"v\":1,\"events\":[$(call support.reply),$(call search.rewrite)]}"
second="{\"v\":1,\"events\":[$(call summary.generate)]}"
quoted() { printf '"%s"' "$(printf %s "$1" | sed 's/[\\"]/\\&/g')"; }
aws sqs send-message-batch "$@" --queue-url "$TRICOST_QUEUE_URL" --entries "[
  {\"Id\": \"1\", \"MessageBody\": $(quoted "$first")},
  {\"Id\": \"2\", \"MessageBody\": $(quoted "$second")}
]"
