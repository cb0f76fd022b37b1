/** Reads the trace: every call of two Azure LLM services in one hour of 2023-11-16. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface TraceCall {
  file: TraceFile;
  /** In its file, from 2: the first line is the header. */
  line: number;
  /** When the request came, whole milliseconds since 1970. */
  startedMs: number;
  inputTokens: number;
  outputTokens: number;
}

export const TRACE_FILES = ['code.csv', 'conv.csv'] as const;
export type TraceFile = (typeof TRACE_FILES)[number];

const HEADER = 'TIMESTAMP,ContextTokens,GeneratedTokens';
/** For example `2023-11-16 18:17:03.9799600,4808,10`; UTC. */
const ROW = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2}\.\d{3})\d*,(\d+),(\d+)$/;

/**
 * Both files, in order of time.
 *
 * @throws Error when they are not there, or a line is not what it should be
 */
export async function readTrace(directory: string): Promise<TraceCall[]> {
  const absent = TRACE_FILES.find((file) => !existsSync(join(directory, file)));
  if (absent !== undefined) {
    throw new Error(
      `${join(directory, absent)} is not there: name the folder that holds ${TRACE_FILES.join(' and ')} with --data; its source is https://github.com/Azure/AzurePublicDataset (AzureLLMInferenceDataset2023)`,
    );
  }
  const calls = await Promise.all(
    TRACE_FILES.map(async (file) =>
      parseTrace(file, await readFile(join(directory, file), 'utf8')),
    ),
  );
  return calls.flat().sort((a, b) => a.startedMs - b.startedMs);
}

/** @throws Error that names the line */
export function parseTrace(file: TraceFile, text: string): TraceCall[] {
  const [header, ...rows] = text.trimEnd().split(/\r?\n/);
  if (header !== HEADER) throw new Error(`${file} must begin with ${HEADER}`);
  return rows.map((row, index) => {
    const line = index + 2;
    const match = ROW.exec(row);
    if (match === null) throw new Error(`line ${line} of ${file} is not a call: ${row}`);
    const [, date, time, input, output] = match;
    return {
      file,
      line,
      startedMs: Date.parse(`${date}T${time}Z`),
      inputTokens: Number(input),
      outputTokens: Number(output),
    };
  });
}
