/** A bare span of OpenTelemetry's SDK with eight attributes, batched, handed to an exporter that drops it. */
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { MODEL, TAGS, USAGE } from './call.mjs';
import { DroppingExporter } from './dropping-exporter.mjs';

export async function start() {
  const exporter = new DroppingExporter();
  const processor = new BatchSpanProcessor(exporter);
  const tracer = new BasicTracerProvider({ spanProcessors: [processor] }).getTracer('bench');
  return {
    record() {
      const span = tracer.startSpan('chat gpt-5');
      span.setAttributes({
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'openai',
        'gen_ai.response.model': MODEL,
        'gen_ai.usage.input_tokens': USAGE.prompt_tokens,
        'gen_ai.usage.output_tokens': USAGE.completion_tokens,
        'gen_ai.usage.cache_read.input_tokens': USAGE.prompt_tokens_details.cached_tokens,
        'user.id': TAGS.userId,
        'app.feature': TAGS.feature,
      });
      span.end();
    },
    async settle() {
      await processor.forceFlush();
      return exporter.delivered;
    },
  };
}
