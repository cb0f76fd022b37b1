/**
 * Milliseconds in a process that has loaded nothing else: of `import … from 'tricost'`, and of the first call, which loads
 * Node's crypto where nothing has before. An app that has opened a TLS connection has.
 */
const startedAt = performance.now();
const { createTricost } = await import('tricost');
const importedAt = performance.now();
const transport = { send: async () => ({ failed: [], refused: [] }) };
const tricost = createTricost({ transport, onMissingTags: 'mark' });
tricost.publish({ model: 'gpt-5', usage: { input_tokens: 1 } });
const calledAt = performance.now();
console.log(
  JSON.stringify({ import_ms: importedAt - startedAt, first_call_ms: calledAt - importedAt }),
);
