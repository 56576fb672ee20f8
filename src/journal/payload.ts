import { LineWrapper } from '../events/index.ts';
import { readPayload } from '../lumberjack/payload.ts';
import type { Batch, EventBlock } from '../model.ts';
import { releaseBuffer } from '../util/release-buffer.ts';

/** Inflates a batch as its encoding asks. */
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

/** Gives the memory of a batch's events back when nobody looks at them any more; the payload stays as it is. */
export function closePayload({ payload }: Batch, { bytes }: EventBlock): void {
  if (bytes.buffer !== payload.buffer) releaseBuffer(bytes);
}

/** One document a line; empty lines are no documents. */
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
