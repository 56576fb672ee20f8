/** Bytes. Less memory is not asked for. */
export const leastBytes = 64;
/** Bytes that wait to be used again, at the most. */
const mostWaiting = 2 ** 24;

/** Memory of lists that were dropped, by its size, which is a power of two. */
const waiting = new Map<number, ArrayBuffer[]>();
let waitingBytes = 0;

/** Memory of at least so many bytes, with what was in it. */
export function memoryOf(bytes: number): ArrayBuffer {
  const size = Math.max(leastBytes, 2 ** Math.ceil(Math.log2(bytes)));
  const found = waiting.get(size)?.pop();
  if (found === undefined) return new ArrayBuffer(size);
  waitingBytes -= size;
  return found;
}

/** Keeps memory, which nothing uses any more, for the next that asks. */
export function giveBack(memory: ArrayBuffer): void {
  const size = memory.byteLength;
  if (waitingBytes + size > mostWaiting) return;
  waitingBytes += size;
  const others = waiting.get(size);
  if (others) others.push(memory);
  else waiting.set(size, [memory]);
}
