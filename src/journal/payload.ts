import { LineWrapper } from '../events/index.ts';
import { readPayload } from '../lumberjack/payload.ts';
import type { Batch, EventBlock } from '../model.ts';
import { releaseBuffer } from '../util/release-buffer.ts';

/** Decodes the events of a batch. Throws if the batch is damaged or its payload is not in its encoding. */
export function openPayload(batch: Batch): EventBlock {
  switch (batch.encoding) {
    case 'lumberjack':
      return readPayload(batch.payload);
    case 'ndjson':
      return splitLines(batch.payload);
    case 'lines':
      return new LineWrapper().wrap(batch.payload);
    case 'damaged':
      throw new Error('its record in the journal is damaged: the checksum does not match the bytes');
  }
}

/** Releases the memory of a batch's events, which nobody may use any more. The payload stays. */
export function closePayload({ payload }: Batch, { bytes }: EventBlock): void {
  if (bytes.buffer !== payload.buffer) releaseBuffer(bytes);
}

/** NDJSON: one document in each line. Empty lines are skipped. */
export function splitLines(bytes: Buffer): EventBlock {
  const spans: number[] = [];
  for (let start = 0; start < bytes.length; ) {
    const newline = bytes.indexOf(10, start);
    const end = newline === -1 ? bytes.length : newline;
    if (end > start) spans.push(start, end);
    start = end + 1;
  }
  return { bytes, spans: Uint32Array.from(spans), count: spans.length / 2 };
}
