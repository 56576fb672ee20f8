import { cutDocument } from './cut-document.ts';
import { has, jsonHeader, type Source } from './frames.ts';
import type { ReceiveBuffer } from './receive-buffer.ts';

/** Bytes from the beginning of an event that is too large; the document is made of them. */
const HEAD = 2 ** 20;

/** How many of its first bytes are kept, under a limit for events. */
const headOf = (maxEventBytes: number): number => Math.min(HEAD, Math.floor(maxEventBytes / 2));

/** A J frame that is larger than an event may be, while it arrives: its first bytes are kept, the others dropped. */
export class OversizedEvent {
  readonly sequence: number;
  readonly #parts: Buffer[] = [];
  /** Bytes of the document that were not received yet. */
  #left: number;
  #held = 0;
  readonly #most: number;

  constructor(sequence: number, length: number, maxEventBytes: number) {
    this.sequence = sequence;
    this.#left = length;
    this.#most = headOf(maxEventBytes);
  }

  get heldBytes(): number {
    return this.#held;
  }

  /** Takes the received bytes that belong to it. Returns whether it is complete. */
  take(source: ReceiveBuffer): boolean {
    const length = Math.min(this.#left, source.end - source.at);
    const kept = Math.min(length, this.#most - this.#held);
    if (kept > 0) this.#parts.push(Buffer.from(source.bytes.subarray(source.at, source.at + kept)));
    this.#held += kept;
    this.#left -= length;
    source.at += length;
    source.discardRead();
    return this.#left === 0;
  }

  document(): Buffer {
    return cutDocument(Buffer.concat(this.#parts));
  }
}

/** Cuts the J frame at the source's offset, which lies whole in memory, and advances behind it; undefined if it is incomplete. */
export function cutInPlace(source: Source, length: number, maxEventBytes: number): Buffer | undefined {
  if (!has(source, jsonHeader + length)) return undefined;
  const from = source.at + jsonHeader;
  source.at = from + length;
  return cutDocument(source.bytes.subarray(from, from + headOf(maxEventBytes)));
}
