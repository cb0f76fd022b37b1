/** Bodies that real producers send by mistake. Each holds exactly one event that cannot be a call. */

/** @param ts a moment within the demo, so that nothing but the intended fault is wrong */
export function brokenBodies(ts: string): string[] {
  const call = {
    ts,
    feature: 'support.reply',
    provider: 'openai',
    model: 'gpt-5-mini',
    usage: { input_tokens: 10, output_tokens: 2 },
  };
  return [
    'hello',
    '{"v":1,"events":[',
    JSON.stringify({ ...call, ts: undefined }),
    JSON.stringify({ ...call, ts: '2026-11-23 13:00' }),
    JSON.stringify({ ...call, ts: '2019-01-01T00:00:00Z' }),
    JSON.stringify({ ...call, model: undefined }),
    JSON.stringify({ ...call, usage: undefined }),
    JSON.stringify({ ...call, usage: { input_tokens: -5, output_tokens: 2 } }),
    JSON.stringify({ ...call, usage: { input_tokens: 1.5, output_tokens: 2 } }),
    JSON.stringify({ ...call, event_id: 'req_123' }),
    JSON.stringify({ ...call, user_id: 42 }),
    JSON.stringify({ v: 9, events: [call] }),
    JSON.stringify({ v: 1, encoding: 'gzip', data: 'bm90IGd6aXA=' }),
  ];
}
