import { constants } from 'node:buffer';
import type { EventBlock } from '../model.ts';
import { BlockBuilder } from './block-builder.ts';
import { readDataFrame } from './data-frame.ts';
import { compressedHeader, has, kinds, type Source, uint32 } from './frames.ts';
import { inflateFrame } from './inflate.ts';
import type { Limits } from './limits.ts';
import { nextKind, placeIn, protocolError } from './refusals.ts';

/** What the journal holds was checked when it came, under limits that may since have been lowered. */
export const unlimited: Limits = {
  maxWindowEvents: Number.MAX_SAFE_INTEGER,
  maxEventBytes: constants.MAX_LENGTH,
  maxCompressedBytes: constants.MAX_LENGTH,
  maxInflatedBytes: constants.MAX_LENGTH,
  maxPairs: Number.MAX_SAFE_INTEGER,
};

/**
 * The events of a batch whose encoding is `lumberjack`: frames C, J and D without their window frame. Throws
 * LUMBERJACK_PROTOCOL for bytes that were never such a payload.
 */
export function readPayload(payload: Buffer): EventBlock {
  const builder = new BlockBuilder(unlimited.maxWindowEvents, unlimited);
  const source = { bytes: payload, at: 0, end: payload.length, start: 0, compressed: false, streamOffset: 0 };
  readFrames(source, builder);
  return builder.build(payload);
}

function readFrames(source: Source, builder: BlockBuilder): void {
  while (source.at < source.end)
    if (!readFrame(source, builder))
      throw protocolError(`The payload does not hold a whole frame at ${placeIn(source)}.`);
}

function readFrame(source: Source, builder: BlockBuilder): boolean {
  switch (nextKind(source)) {
    case kinds.json:
      return builder.takeJson(source);
    case kinds.data: {
      const frame = readDataFrame(source, unlimited);
      if (frame) builder.takeDocument(frame.document, frame.sequence);
      return frame !== undefined;
    }
    case kinds.compressed:
      return readCompressed(source, builder);
    default:
      return false;
  }
}

function readCompressed(source: Source, builder: BlockBuilder): boolean {
  if (source.compressed || !has(source, compressedHeader)) return false;
  const length = compressedHeader + uint32(source.bytes, source.at + 2);
  if (!has(source, length)) return false;
  readFrames(inflateFrame(source, unlimited.maxInflatedBytes, unlimited), builder);
  source.at += length;
  return true;
}
