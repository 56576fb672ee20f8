import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** So many files make a smaller heap worth more frequent garbage collection. */
const many = 5_000;

let holders = 0;

/**
 * Has V8 collect garbage sooner while an input reads very many files. Looking at a file leaves some kilobytes of garbage, and V8 would let the
 * heap grow to several times what is alive. The flag is one of the whole process: it is set as long as any input holds it. It changes when
 * garbage is collected, and nothing else.
 */
export class FrugalHeap {
  #isHeld = false;

  /** `files`: how many files the input has now. */
  report(files: number): void {
    if (files < many) this.release();
    else if (!this.#isHeld) this.#hold();
  }

  release(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    holders -= 1;
    if (holders === 0) setFlagsFromString('--no-optimize-for-size');
  }

  #hold(): void {
    this.#isHeld = true;
    holders += 1;
    if (holders > 1) return;
    setFlagsFromString('--optimize-for-size');
    collectGarbage();
  }
}

/** V8 applies the flag from the next full collection on. It takes some ten milliseconds after a start. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  setFlagsFromString('--no-expose-gc');
}
