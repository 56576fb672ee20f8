import { encodeFrames } from '../../lumberjack/encoder.ts';
import { readPayload } from '../../lumberjack/payload.ts';
import type { EventBlock } from '../../model.ts';

/** A window of the other events alone, so that readers of the journal see each event once. */
export function without(block: EventBlock, redelivered: Map<number, unknown>) {
  const documents: Buffer[] = [];
  for (let index = 0; index < block.count; index += 1)
    if (!redelivered.has(index))
      documents.push(block.bytes.subarray(block.spans[2 * index], block.spans[2 * index + 1]));
  const payload = encodeFrames(documents, { version: 2, firstSequence: 1 });
  return { payload, count: documents.length, block: readPayload(payload) };
}
