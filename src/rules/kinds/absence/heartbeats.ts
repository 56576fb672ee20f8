import * as z from 'zod';
import type { Millis } from '../../../model.ts';
import { number } from '../../../util/snapshot.ts';
import { packedStretch, type Stretch, withStretch } from '../../stretches.ts';

export type PackedHeartbeats = [
  name: string,
  from: Millis,
  learned: boolean,
  last: Millis | null,
  /** A version before had times of events here. */
  pending: (Stretch | Millis)[],
  silent: boolean,
  reminder: Millis | null,
];

export const packedHeartbeats: z.ZodType<PackedHeartbeats> = z.tuple([
  z.string(),
  number,
  z.boolean(),
  number.nullable(),
  z.array(z.union([packedStretch, number])),
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
  /** Later events: stretches in which none was farther from the next than `every`. */
  pending: Stretch[] = [];
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

  /** The first event that waits. */
  get next(): Millis | undefined {
    return this.pending[0]?.[0];
  }

  add(time: Millis, every: Millis): void {
    this.pending = withStretch(this.pending, [time, time], every);
  }

  /** The last event of the next stretch becomes the last one, if none is later: a stretch may reach beyond the watermark. */
  complete(): void {
    this.last = Math.max(this.last ?? Number.NEGATIVE_INFINITY, this.pending[0]![1]);
    this.pending = this.pending.slice(1);
  }

  pack(): PackedHeartbeats {
    const { name, from, learned, last = null, pending, silent, reminder = null } = this;
    return [name, from, learned, last, pending, silent, reminder];
  }

  static unpack([name, from, learned, last, pending, silent, reminder]: PackedHeartbeats): Heartbeats {
    const group = new Heartbeats(name, from, learned);
    group.last = last ?? undefined;
    group.pending = pending.map((one): Stretch => (typeof one === 'number' ? [one, one] : [...one]));
    group.silent = silent;
    group.reminder = reminder ?? undefined;
    return group;
  }
}
