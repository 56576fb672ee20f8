import { deflateSync } from 'node:zlib';
import { Decoder } from '../../../src/lumberjack/decoder.ts';
import { defaultLimits, type Limits } from '../../../src/lumberjack/frames.ts';
import type { ReceivedWindow } from '../../../src/lumberjack/received-window.ts';
import type { EventBlock } from '../../../src/model.ts';

/**
 * Frames written by hand, independent of the encoder under test, and free to be wrong: a header may announce
 * whatever a test wants.
 */
export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

const text = (value: string) => Buffer.from(value);

export const W = (count: number, version = 2): Buffer => Buffer.concat([text(`${version}W`), uint32(count)]);

export const J = (sequence: number, document = `{"n":${sequence}}`, version = 2): Buffer =>
  Buffer.concat([text(`${version}J`), uint32(sequence), uint32(Buffer.byteLength(document)), text(document)]);

export const D = (sequence: number, pairs: Record<string, string>): Buffer =>
  Buffer.concat([
    text('1D'),
    uint32(sequence),
    uint32(Object.keys(pairs).length),
    ...Object.entries(pairs)
      .flat()
      .flatMap((string) => [uint32(Buffer.byteLength(string)), text(string)]),
  ]);

/** A C frame around whatever bytes. */
export const C = (...frames: Buffer[]): Buffer => rawC(deflateSync(Buffer.concat(frames)));

/** A C frame whose content need not be a zlib stream. */
export const rawC = (stream: Buffer, version = 2): Buffer =>
  Buffer.concat([text(`${version}C`), uint32(stream.length), stream]);

export const ack = (sequence: number, version = 2): Buffer =>
  Buffer.concat([text(`${version}A`), uint32(sequence)]);

/** The window of `count` J frames that Filebeat sends at compression level 0. */
export const bareWindow = (count: number): Buffer =>
  Buffer.concat([W(count), ...Array.from({ length: count }, (_, i) => J(i + 1))]);

/** The window that Filebeat sends by default. */
export const compressedWindow = (count: number): Buffer =>
  Buffer.concat([W(count), C(...Array.from({ length: count }, (_, i) => J(i + 1)))]);

/** The documents of a block, as text. */
export const documentsOf = ({ bytes, spans, count }: EventBlock): string[] =>
  Array.from({ length: count }, (_, i) => bytes.toString('utf8', spans[2 * i], spans[2 * i + 1]));

/** Feeds chunks to a new decoder. */
export function decode(chunks: Buffer[], limits: Partial<Limits> = {}): ReceivedWindow[] {
  const decoder = new Decoder({ ...defaultLimits, ...limits });
  return chunks.flatMap((chunk) => decoder.push(chunk));
}

/** Cuts bytes at the given offsets. */
export function cutAt(bytes: Buffer, ...offsets: number[]): Buffer[] {
  const edges = [0, ...offsets.toSorted((a, b) => a - b), bytes.length];
  return edges.slice(1).map((edge, i) => bytes.subarray(edges[i], edge));
}

/** What a window says, without the bytes around it: for comparing. */
export const told = ({ version, count, lastSequence, block }: ReceivedWindow) => ({
  version,
  count,
  lastSequence,
  documents: documentsOf(block),
});
