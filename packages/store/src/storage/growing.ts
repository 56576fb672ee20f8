import { giveBack, leastBytes, memoryOf } from './used-memory.ts';

type Numbers = Uint8Array | Uint16Array | Uint32Array | Int32Array | Float64Array;
type Make<A extends Numbers> = new (buffer: ArrayBuffer) => A;

/**
 * A list of numbers in a typed array that doubles when it is full. A plain array takes 8 bytes for each number and keeps up to as much again in
 * reserve; the lists of open segments were most of the store's heap. Memory is used again, because a segment that is written to grows
 * some hundred lists, and V8 marks the whole heap for every few dozen megabytes.
 *
 * `push` is amortised O(1), the others O(1). Values are converted to the width of the array; the
 * caller makes sure that they fit.
 */
export class Growing<A extends Numbers> {
  length = 0;
  #items: A;
  readonly #make: Make<A>;

  constructor(make: Make<A>) {
    this.#make = make;
    this.#items = new make(memoryOf(leastBytes));
  }

  /** Appends a number. */
  push(value: number): void {
    if (this.length === this.#items.length) this.#grow();
    this.#items[this.length++] = value;
  }

  /** The numbers as a view. It shows later changes until the list grows, and then no more. */
  get items(): A {
    return this.#items.subarray(0, this.length) as A;
  }

  /** The number at a place below `length`; the place is not checked. */
  at(place: number): number {
    return this.#items[place]!;
  }

  /** Replaces the number at a place below `length`; the place is not checked. */
  set(place: number, value: number): void {
    this.#items[place] = value;
  }

  /** Gives the memory back. The list, and views of it, must not be used any more. */
  drop(): void {
    giveBack(this.#items.buffer as ArrayBuffer);
    this.#items = new this.#make(new ArrayBuffer(0));
    this.length = 0;
  }

  #grow(): void {
    const larger = new this.#make(memoryOf(2 * this.#items.byteLength));
    larger.set(this.#items);
    giveBack(this.#items.buffer as ArrayBuffer);
    this.#items = larger;
  }
}
