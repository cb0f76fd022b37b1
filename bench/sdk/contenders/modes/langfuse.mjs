import { observeOpenAI } from '@langfuse/openai';
import { LangfuseSpanProcessor } from '@langfuse/otel';
import { setLangfuseTracerProvider } from '@langfuse/tracing';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import OpenAI from 'openai';

const USAGE = 'langfuse.observation.usage_details';
const LEVEL = 'langfuse.observation.level';

export function start(clientOptions) {
  const spans = [];
  const exporter = {
    export(batch, done) {
      spans.push(...batch);
      done({ code: 0 });
    },
    async forceFlush() {},
    async shutdown() {},
  };
  const keys = { publicKey: 'pk-lf-1', secretKey: 'sk-lf-1', baseUrl: 'http://127.0.0.1:9' };
  const processor = new LangfuseSpanProcessor({ exporter, ...keys });
  setLangfuseTracerProvider(new BasicTracerProvider({ spanProcessors: [processor] }));
  return {
    openai: observeOpenAI(new OpenAI(clientOptions)),
    async recorded() {
      await processor.forceFlush();
      return spans.map(({ attributes }) => {
        const usage = JSON.parse(attributes[USAGE] ?? '{}');
        if (Object.values(usage).some((count) => count > 0)) return 'usage';
        return attributes[LEVEL] === 'ERROR' ? 'error' : 'no usage';
      });
    },
  };
}
