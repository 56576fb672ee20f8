import { HeavyHitters } from '../util/heavy-hitters.ts';

/** Seconds that are kept one by one: two minutes, and the one that is under way. */
export const secondsKept = 120;
/** Values of a field that are told apart for certain within a second, and since the start. */
const valuesASecond = 50;
const valuesInAll = 500;

/** Events and errors of a span, in all and by field. */
export class Pane {
  /** The second, since the epoch; -1 before the first. */
  second: number;
  events = 0;
  errors = 0;
  /** Events that were read for errors and fields. Fewer than `events`: the others are estimated by them. */
  read = 0;
  readonly fields: readonly HeavyHitters[];

  constructor(second: number, fields: number, capacity = valuesASecond) {
    this.second = second;
    this.fields = Array.from({ length: fields }, () => new HeavyHitters(capacity));
  }
}

/** The last two minutes by second, and everything since the start. */
export class Panes {
  readonly all: Pane;
  readonly #fields: number;
  readonly #ring: (Pane | undefined)[] = new Array(secondsKept + 1);

  constructor(fields: number) {
    this.#fields = fields;
    this.all = new Pane(-1, fields, valuesInAll);
  }

  /** The pane of a second. Undefined: it is no longer kept, as a newer one took its place. */
  at(second: number): Pane | undefined {
    const place = second % this.#ring.length;
    const pane = this.#ring[place];
    if (pane?.second === second) return pane;
    if (pane !== undefined && pane.second > second) return undefined;
    const fresh = new Pane(second, this.#fields);
    this.#ring[place] = fresh;
    return fresh;
  }

  /** Those of the seconds in `[from, to)`. */
  between(from: number, to: number): Pane[] {
    return this.#ring.filter(
      (pane): pane is Pane => pane !== undefined && pane.second >= from && pane.second < to,
    );
  }
}
