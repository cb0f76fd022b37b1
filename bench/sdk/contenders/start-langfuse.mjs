/** Langfuse's SDK with its own span processor and an exporter that drops what it gets. */
import { LangfuseSpanProcessor } from '@langfuse/otel';
import { setLangfuseTracerProvider, startObservation } from '@langfuse/tracing';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { INPUT, MODEL, OUTPUT, TAGS, USAGE } from './call.mjs';
import { DroppingExporter } from './dropping-exporter.mjs';

export async function startLangfuse({ withContent }) {
  const exporter = new DroppingExporter();
  const keys = { publicKey: 'pk-lf-1', secretKey: 'sk-lf-1', baseUrl: 'http://127.0.0.1:9' };
  const processor = new LangfuseSpanProcessor({ exporter, ...keys });
  setLangfuseTracerProvider(new BasicTracerProvider({ spanProcessors: [processor] }));
  const input = withContent ? { input: INPUT } : {};
  const output = withContent ? { output: OUTPUT } : {};
  return {
    record() {
      const metadata = { feature: TAGS.feature, userId: TAGS.userId };
      const prompt = { name: 'support.reply', version: 3, isFallback: false };
      const generation = startObservation(
        'reply',
        { model: MODEL, metadata, prompt, ...input },
        { asType: 'generation' },
      );
      generation.update({
        ...output,
        usageDetails: {
          ...{ input: USAGE.prompt_tokens - 512, output: USAGE.completion_tokens - 64 },
          ...{ total: USAGE.total_tokens, input_cached_tokens: 512, output_reasoning_tokens: 64 },
        },
      });
      generation.end();
    },
    async settle() {
      await processor.forceFlush();
      return exporter.delivered;
    },
  };
}
