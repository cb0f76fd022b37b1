/** What an app imports from `tricost/otel`. */
export type { FinishedSpan, SpanAttributes } from './finished-span.ts';
export { TricostSpanExporter, type TricostSpanExporterOptions } from './span-exporter.ts';
