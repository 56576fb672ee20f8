import { EventView } from '../../events/index.ts';
import { encodeCompressed, encodeWindow, encodeWindowHeader } from '../../lumberjack/encoder.ts';
import { kinds, versionByte } from '../../lumberjack/frames.ts';
import { countsFromOne, readPayload } from '../../lumberjack/payload.ts';
import type { Batch, EventBlock } from '../../model.ts';

/** A window as it goes to Logstash. Its sequence counts from 1 to `count`. */
export interface Window {
  readonly count: number;
  /** Its bytes on the wire. */
  readonly frames: readonly Buffer[];
  /** Whether the frames are the sender's own, or were made here. */
  readonly how: 'as-received' | 'encoded';
  /** The events' JSON, byte for byte as it was received. */
  documents(): Buffer[];
}

/** A window of frames made here. */
export function windowOf(documents: Buffer[], compressionLevel: number): Window {
  const frames = [encodeWindow(documents, { compressionLevel })];
  return { count: documents.length, frames, how: 'encoded', documents: () => documents };
}

/**
 * The window that a batch came in: its payload is passed on as it lies in the journal, still compressed, behind a
 * new window frame. Bare frames are compressed where that is wanted. Undefined where it has to be made anew: the
 * sender counted in a way of its own, or spoke version 1, or compressed what shall not be compressed.
 */
export function receivedWindow(
  { encoding, payload, count }: Pick<Batch, 'encoding' | 'payload' | 'count'>,
  compressionLevel: number,
): Window | undefined {
  if (encoding !== 'lumberjack' || payload[0] !== versionByte(2)) return undefined;
  const compressed = payload[1] === kinds.compressed;
  if ((compressed && compressionLevel === 0) || !countsFromOne(payload, count)) return undefined;
  const header = encodeWindowHeader(2, count);
  const documents = () => documentsOf(readPayload(payload));
  if (compressed || compressionLevel === 0)
    return { count, frames: [header, payload], how: 'as-received', documents };
  return {
    count,
    frames: [header, encodeCompressed(payload, 2, compressionLevel)],
    how: 'encoded',
    documents,
  };
}

/** Views of the block's documents. */
export function documentsOf({ bytes, spans, count }: EventBlock): Buffer[] {
  const documents = new Array<Buffer>(count);
  for (let i = 0; i < count; i++) documents[i] = bytes.subarray(spans[2 * i], spans[2 * i + 1]);
  return documents;
}

/** What is left of a window to send, and why events were left out of it. */
interface Rest {
  window: Window | undefined;
  problems: string[];
}

/**
 * What has to be sent again of a window whose connection ended, made anew: without what was acknowledged, and
 * without what is no JSON object. A server ends the connection over such an event, whatever else its window holds,
 * so that with it in the window nothing would ever get past. The indexer has it among the dead letters.
 */
export function restOf(window: Window, acknowledged: number, compressionLevel: number): Rest {
  const problems: string[] = [];
  const view = new EventView();
  const sound = window
    .documents()
    .slice(acknowledged)
    .filter((bytes) => {
      view.open({ bytes, spans: Uint32Array.of(0, bytes.length), count: 1 });
      view.read(0);
      if (view.problem !== undefined) problems.push(view.problem);
      return view.problem === undefined;
    });
  return { window: sound.length > 0 ? windowOf(sound, compressionLevel) : undefined, problems };
}
