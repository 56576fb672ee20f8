type Numbers = Uint8Array | Uint16Array | Uint32Array | Float64Array;

/**
 * A list of numbers in a typed array that grows by half when it is full. A plain array takes 8
 * bytes for each number and keeps up to as much again in reserve; the lists of open segments were
 * most of the store's heap.
 *
 * `push` is amortised O(1), the others O(1). Values are converted to the width of the array; the
 * caller makes sure that they fit.
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

  #grow(): void {
    const larger = new this.#make(Math.ceil(this.#items.length * 1.5));
    larger.set(this.#items);
    this.#items = larger;
  }
}
