import type { EventBlock, InputState } from '../model.ts';

export interface BuiltBatch {
  payload: Buffer;
  block: EventBlock;
  count: number;
  states: InputState[];
}

interface BatchLimits {
  bytes: number;
  events: number;
}

/** Beyond this share of a buffer a batch takes the buffer with it; a smaller batch is copied out of it. */
const largeShare = 0.5;

/**
 * Collects events as NDJSON, and the states that belong to them. Writers put bytes into the builder's own memory: they
 * ask for `space`, write at `at`, and report the end. Nothing is awaited between an event and its state, so a batch
 * holds both or neither.
 */
export class BatchBuilder {
  at = 0;
  readonly #limits: BatchLimits;
  #bytes: Buffer;
  #spans: Uint32Array<ArrayBuffer>;
  #count = 0;
  #states = new Map<string, unknown>();

  constructor(limits: BatchLimits) {
    this.#limits = limits;
    this.#bytes = Buffer.alloc(0);
    this.#spans = new Uint32Array(0);
  }

  get count(): number {
    return this.#count;
  }

  get isEmpty(): boolean {
    return this.#count === 0 && this.#states.size === 0;
  }

  get isFull(): boolean {
    return this.at >= this.#limits.bytes || this.#count >= this.#limits.events;
  }

  /** Memory with at least `length` free bytes from `at` on. Valid until the next call. */
  space(length: number): Buffer {
    if (this.at + length + 1 > this.#bytes.length) this.#grow(this.at + length + 1);
    return this.#bytes;
  }

  /** The event that was written from `at` up to `end` is complete. */
  add(end: number): void {
    if (2 * this.#count + 2 > this.#spans.length) this.#growSpans();
    this.#spans[2 * this.#count] = this.at;
    this.#spans[2 * this.#count + 1] = end;
    this.#count += 1;
    this.#bytes[end] = 0x0a;
    this.at = end + 1;
  }

  /** What is written in the transaction of the batch; the last value of a key holds. */
  note(key: string, value: unknown): void {
    this.#states.set(key, value);
  }

  /** The batch so far, in memory of its own. The builder is empty then. */
  take(): BuiltBatch {
    const payload = this.#takeBytes();
    const spans = this.#spans.slice(0, 2 * this.#count);
    const states = [...this.#states].map(([key, value]) => ({ key, value }));
    const count = this.#count;
    this.at = 0;
    this.#count = 0;
    this.#states = new Map();
    return { payload, count, states, block: { bytes: payload, spans, count } };
  }

  /** The bytes may be handed to another thread with their whole buffer, so they never lie in a shared one. */
  #takeBytes(): Buffer {
    const used = this.#bytes.subarray(0, this.at);
    if (this.at >= this.#bytes.length * largeShare) {
      this.#bytes = Buffer.alloc(0);
      return used;
    }
    const copy = Buffer.allocUnsafeSlow(this.at);
    used.copy(copy);
    // Memory that one very large event took is not kept for the small ones after it.
    if (this.#bytes.length > 2 * this.#limits.bytes) this.#bytes = Buffer.alloc(0);
    return copy;
  }

  #grow(needed: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#bytes.length, 2 ** 14));
    this.#bytes.copy(larger, 0, 0, this.at);
    this.#bytes = larger;
  }

  #growSpans(): void {
    const larger = new Uint32Array(Math.max(64, 2 * this.#spans.length));
    larger.set(this.#spans);
    this.#spans = larger;
  }
}
