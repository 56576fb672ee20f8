import { z } from 'zod';
import type { Millis } from '../../../model.ts';
import { number } from '../../../util/snapshot.ts';

export type PackedHeartbeats = [
  name: string,
  from: Millis,
  learned: boolean,
  last: Millis | null,
  pending: Millis[],
  silent: boolean,
  reminder: Millis | null,
];

export const packedHeartbeats: z.ZodType<PackedHeartbeats> = z.tuple([
  z.string(),
  number,
  z.boolean(),
  number.nullable(),
  z.array(number),
  z.boolean(),
  number.nullable(),
]);

/** The latest events of one group. Times are event times. */
export class Heartbeats {
  readonly name: string;
  /** When it was admitted. Events of an expected group are awaited from then on. */
  readonly from: Millis;
  /** It is expected because it was seen, not because the configuration names it. */
  readonly learned: boolean;
  /** The last event before which no event can arrive any more. */
  last: Millis | undefined = undefined;
  /**
   * Later events, in order. One whose neighbours are no farther apart than `every` is left out: no gap can begin or
   * end there. So a flood leaves two or three.
   */
  pending: Millis[] = [];
  silent = false;
  /** When another change was asked for. */
  reminder: Millis | undefined = undefined;
  /** When the group must be visited next. */
  due: Millis = Number.POSITIVE_INFINITY;

  constructor(name: string, from: Millis, learned: boolean) {
    this.name = name;
    this.from = from;
    this.learned = learned;
  }

  get lastOrFrom(): Millis {
    return this.last ?? this.from;
  }

  add(time: Millis, every: Millis): void {
    const { pending } = this;
    let index = pending.length;
    while (index > 0 && pending[index - 1]! > time) index -= 1;
    pending.splice(index, 0, time);
    // It may make its neighbours redundant. They are removed from the right, so that indexes stay valid.
    for (const place of [index + 1, index, index - 1]) {
      if (place < 1 || place >= pending.length - 1) continue;
      if (pending[place + 1]! - pending[place - 1]! <= every) pending.splice(place, 1);
    }
  }

  /** The next event becomes the last one. */
  settle(): void {
    this.last = this.pending.shift();
  }

  pack(): PackedHeartbeats {
    const { name, from, learned, last = null, pending, silent, reminder = null } = this;
    return [name, from, learned, last, [...pending], silent, reminder];
  }

  static unpack([name, from, learned, last, pending, silent, reminder]: PackedHeartbeats): Heartbeats {
    const group = new Heartbeats(name, from, learned);
    group.last = last ?? undefined;
    group.pending = [...pending];
    group.silent = silent;
    group.reminder = reminder ?? undefined;
    return group;
  }
}
