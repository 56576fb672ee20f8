import type { EventBlock } from '../model.ts';
import type { BlockBuilder } from './block-builder.ts';
import { encodeFrames } from './encoder.ts';
import type { Version } from './frames.ts';
import { readPayload } from './payload.ts';
import type { ReceiveBuffer } from './receive-buffer.ts';

/** A sender window, or a part of a large one. A window without events has an empty payload and the sequence number 0. */
export interface ReceivedWindow {
  version: Version;
  count: number;
  /** Sequence number of its last event, for the ACK, whatever number the sender started with. */
  lastSequence: number;
  /** Whether further parts of the same sender window follow. */
  continued: boolean;
  /** Number of its events that were larger than an event may be, and were cut. */
  cut: number;
  /** The frames after the window frame, as received. `readPayload` reads them. */
  payload: Buffer;
  block: EventBlock;
}

/** A window that has begun to arrive. */
export interface OpenWindow {
  version: Version;
  builder: BlockBuilder;
  /** Whether the received frames are not its own alone, because it began inside a C frame, or hold an event that was cut. */
  reencode: boolean;
  cut: number;
}

const empty = Buffer.alloc(0);

export const emptyWindow = (version: Version): ReceivedWindow => ({
  ...{ version, count: 0, lastSequence: 0, continued: false, cut: 0 },
  ...{ payload: empty, block: readPayload(empty) },
});

/** The window, or its next part. Its events end at the source's offset. */
export function passed(
  { version, builder, reencode, cut }: OpenWindow,
  source: ReceiveBuffer,
): ReceivedWindow {
  const { count, lastSequence, complete } = builder;
  const bytes = reencode ? reencoded(builder, source) : asReceived(builder, source);
  return { version, count, lastSequence, continued: !complete, cut, ...bytes };
}

/** A window that shares a C frame with the next one. */
export function passedInner({ version, builder, cut }: OpenWindow, received: ReceiveBuffer): ReceivedWindow {
  const { count, lastSequence } = builder;
  const bytes = encoded(builder.build(received.bytes.subarray(received.start)));
  return { version, count, lastSequence, continued: false, cut, ...bytes };
}

function asReceived(builder: BlockBuilder, source: ReceiveBuffer) {
  const payload = source.takePayload();
  return { payload, block: builder.build(payload) };
}

function reencoded(builder: BlockBuilder, source: ReceiveBuffer) {
  const bytes = encoded(builder.build(source.bytes.subarray(source.start)));
  source.discardRead();
  return bytes;
}

/** Encodes events as J frames of their own, for windows whose received frames are not theirs alone. */
function encoded({ bytes, spans, count }: EventBlock) {
  const documents = Array.from({ length: count }, (_, i) => bytes.subarray(spans[2 * i], spans[2 * i + 1]));
  const payload = encodeFrames(documents, { version: 2, firstSequence: 1 });
  return { payload, block: readPayload(payload) };
}
