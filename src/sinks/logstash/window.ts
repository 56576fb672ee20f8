import { EventView } from '../../events/index.ts';
import { encodeCompressed, encodeWindow, encodeWindowHeader } from '../../lumberjack/encoder.ts';
import { kinds, versionByte } from '../../lumberjack/frames.ts';
import { countsFromOne, readPayload } from '../../lumberjack/payload.ts';
import type { Batch, EventBlock } from '../../model.ts';

/** A sender window as it is sent to Logstash. Its sequence numbers run from 1 to `count`. */
export interface Window {
  readonly count: number;
  /** Its bytes on the wire. */
  readonly frames: readonly Buffer[];
  /** Whether the frames are those of the sender, or were encoded here. */
  readonly how: 'as-received' | 'encoded';
  /** The events' JSON, byte for byte as it was received. */
  documents(): Buffer[];
}

/** A window that is encoded here. */
export function windowOf(documents: Buffer[], compressionLevel: number): Window {
  const frames = [encodeWindow(documents, { compressionLevel })];
  return { count: documents.length, frames, how: 'encoded', documents: () => documents };
}

/**
 * The window in which a batch was received. Its payload is passed on as it is in the journal, still compressed, after a new window
 * frame; uncompressed frames are compressed unless the level is 0. Undefined where the window has to be encoded again: its sequence
 * numbers do not run from 1 to `count`, it is of version 1, or it is compressed while `compressionLevel` is 0.
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

/** The part of a window that has to be sent again, and why events were left out of it. */
interface Rest {
  window: Window | undefined;
  problems: string[];
}

/**
 * The part of a window that has to be sent again after its connection ended: without the acknowledged events, and without events that
 * are no JSON object. A server closes the connection at such an event, so the window would never be acknowledged. The indexer keeps
 * that event as a dead letter.
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

/** A window from when it was passed to `deliver` until Logstash has acknowledged it. */
export interface QueuedWindow {
  window: Window;
  /** Number of its events that are acknowledged. */
  acknowledged: number;
  /** It was sent before, and its connection ended. */
  again: boolean;
  done: () => void;
  givenUp: (error: Error) => void;
}

/** Windows that wait for a connection, in the order of arrival; those that have to be sent again come first. */
export class Queue {
  readonly #waiting: QueuedWindow[] = [];

  get length(): number {
    return this.#waiting.length;
  }

  add(window: QueuedWindow): void {
    this.#waiting.push(window);
  }

  take(): QueuedWindow | undefined {
    return this.#waiting.shift();
  }

  /** Puts back what a connection did not get acknowledged, in its order. */
  putBack(windows: readonly QueuedWindow[]): void {
    this.#waiting.unshift(...windows);
  }

  clear(): QueuedWindow[] {
    return this.#waiting.splice(0);
  }
}
