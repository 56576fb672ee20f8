import type { InputState } from '../../model.ts';

interface Partition {
  /** The offset behind the last message that was taken. */
  taken: number;
  /** The offset behind the last message that is on disk. */
  stored: number;
  /** Called when messages are on disk. */
  waiting: { offset: number; stored: () => void }[];
}

const nameOf = (topic: string, partition: number) => `${topic}/${partition}`;

/**
 * How far each partition is read. The offset is written in the transaction of the events before it, so a message that the group
 * delivers again, because its offset was not committed, is recognised.
 */
export class Progress {
  readonly #prefix: string;
  readonly #partitions = new Map<string, Partition>();

  /** `input`: its name, with which the keys of the states begin. */
  constructor(input: string, states: readonly InputState[] = []) {
    this.#prefix = Progress.prefixOf(input);
    for (const { key, value } of states) {
      const next = typeof value === 'object' && value !== null && 'next' in value ? value.next : undefined;
      if (key.startsWith(this.#prefix) && typeof next === 'number')
        this.#partitions.set(key.slice(this.#prefix.length), { taken: next, stored: next, waiting: [] });
    }
  }

  static prefixOf(input: string): string {
    return `${input}/kafka/`;
  }

  /** The offset of the next message; undefined where the partition was never read. */
  next(topic: string, partition: number): number | undefined {
    return this.#partitions.get(nameOf(topic, partition))?.taken;
  }

  /** Whether the message was taken before. */
  has(topic: string, partition: number, offset: number): boolean {
    return offset < (this.next(topic, partition) ?? 0);
  }

  /** The state to be stored with the message. */
  take(topic: string, partition: number, offset: number): InputState {
    const one = this.#of(topic, partition);
    one.taken = offset + 1;
    return { key: this.#prefix + nameOf(topic, partition), value: { next: one.taken } };
  }

  /** Forgets a partition that was created anew: its offsets began again. */
  forget(topic: string, partition: number): void {
    const one = this.#of(topic, partition);
    one.taken = 0;
    one.stored = 0;
  }

  /** To be called when states are on disk. */
  stored(states: readonly InputState[]): void {
    for (const { key, value } of states) {
      const one = this.#partitions.get(key.slice(this.#prefix.length));
      if (one === undefined || !key.startsWith(this.#prefix)) continue;
      one.stored = (value as { next: number }).next;
      const done = one.waiting.filter(({ offset }) => offset <= one.stored);
      one.waiting = one.waiting.filter(({ offset }) => offset > one.stored);
      for (const { stored } of done) stored();
    }
  }

  /** Resolves when all messages before the offset are on disk. */
  async whenStored(topic: string, partition: number, offset: number): Promise<void> {
    const one = this.#of(topic, partition);
    if (offset > one.stored) await new Promise<void>((stored) => one.waiting.push({ offset, stored }));
  }

  #of(topic: string, partition: number): Partition {
    const name = nameOf(topic, partition);
    let one = this.#partitions.get(name);
    if (one === undefined) {
      one = { taken: 0, stored: 0, waiting: [] };
      this.#partitions.set(name, one);
    }
    return one;
  }
}
