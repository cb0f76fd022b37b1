/**
 * Langfuse's wrapper of OpenAI's client. For Anthropic's it has none, and names OpenInference's instrumentation, whose spans go
 * to the same processor. https://langfuse.com/integrations/model-providers/anthropic-js
 */
import Anthropic from '@anthropic-ai/sdk';
import { AnthropicInstrumentation } from '@arizeai/openinference-instrumentation-anthropic';
import { observeOpenAI } from '@langfuse/openai';
import { LangfuseSpanProcessor } from '@langfuse/otel';
import { setLangfuseTracerProvider } from '@langfuse/tracing';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import OpenAI from 'openai';
import { usageInWords } from './usage-in-words.mjs';

const USAGE = 'langfuse.observation.usage_details';
const LEVEL = 'langfuse.observation.level';
/** OpenInference's. */
const INPUT_TOKENS = 'llm.token_count.prompt';
const OUTPUT_TOKENS = 'llm.token_count.completion';
/** Of a span's status. */
const ERROR = 2;

const instrumentation = new AnthropicInstrumentation();
instrumentation.manuallyInstrument(Anthropic);

export function start({ openai, anthropic }) {
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
  const processor = new LangfuseSpanProcessor({
    ...{ exporter, ...keys },
    // By default it leaves out spans of this instrumentation: its scope is not one that it knows.
    shouldExportSpan: () => true,
  });
  const provider = new BasicTracerProvider({ spanProcessors: [processor] });
  setLangfuseTracerProvider(provider);
  instrumentation.setTracerProvider(provider);
  return {
    openai: observeOpenAI(new OpenAI(openai)),
    anthropic: new Anthropic(anthropic),
    async recorded() {
      await processor.shutdown();
      return spans.map(({ attributes, status }) => {
        const usage = JSON.parse(attributes[USAGE] ?? '{}');
        const hasFailed = attributes[LEVEL] === 'ERROR' || status.code === ERROR;
        return (
          usageInWords(usage.input, usage.output) ??
          usageInWords(attributes[INPUT_TOKENS], attributes[OUTPUT_TOKENS]) ??
          (hasFailed ? 'error' : 'no usage')
        );
      });
    },
  };
}
