type Numbers = Uint8Array | Uint16Array | Uint32Array | Float64Array;

/**
 * A list of numbers that grows by half, at the width that they need. A plain array takes 8 bytes for each number and keeps up to as
 * much again in reserve; those of an open segment were most of the store's heap, for every index that is written to.
 */
export class Growing<A extends Numbers> {
  length = 0;
  #items: A;
  readonly #make: new (
    length: number,
  ) => A;

  constructor(make: new (length: number) => A) {
    this.#make = make;
    this.#items = new make(16);
  }

  push(value: number): void {
    if (this.length === this.#items.length) this.#grow();
    this.#items[this.length++] = value;
  }

  /** The list itself, until it grows. */
  get items(): A {
    return this.#items.subarray(0, this.length) as A;
  }

  at(place: number): number {
    return this.#items[place]!;
  }

  /** Replaces the number at a place that is there. */
  set(place: number, value: number): void {
    this.#items[place] = value;
  }

  #grow(): void {
    const larger = new this.#make(Math.ceil(this.#items.length * 1.5));
    larger.set(this.#items);
    this.#items = larger;
  }
}
