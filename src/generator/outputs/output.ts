import type { Millis } from '../../model.ts';
import type { LineSource } from '../scenario/source.ts';

/** Lines that are due, in their order. The lists have the same length. */
export interface LineBatch {
  lines: string[];
  /** When each was written, in event time. */
  times: Millis[];
  sources: LineSource[];
}

/** Where lines go. */
export interface Output {
  /** Resolves when the other side, or the operating system, has taken the lines. Rejects with a LogboomError. */
  write(batch: LineBatch): Promise<void>;
  /** Resolves when everything that was written is out. */
  close(): Promise<void>;
}

export const emptyBatch = (): LineBatch => ({ lines: [], times: [], sources: [] });

/** Lines as bytes, each with its line feed. */
export const bytesOf = (lines: readonly string[]): Buffer => Buffer.from(`${lines.join('\n')}\n`);

/** An event as a shipper sends it, as JSON. */
function documentOf({ lines, times, sources }: LineBatch, index: number): string {
  const { stream, host } = sources[index]!;
  return JSON.stringify({
    '@timestamp': new Date(times[index]!).toISOString(),
    message: lines[index],
    host: { name: host },
    agent: { name: host, type: 'logboom' },
    event: { dataset: stream },
    log: { file: { path: `/var/log/${stream}.log` } },
  });
}

export const documentsOf = (batch: LineBatch): string[] =>
  batch.lines.map((_, index) => documentOf(batch, index));
