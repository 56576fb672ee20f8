import type { Millis } from '../model.ts';
import { Agenda } from './agenda.ts';
import type { Grid } from './grid.ts';
import type { Group } from './group.ts';

/** Window ends at which groups are to be visited although nothing of theirs enters or leaves. */
export class Reminders<C> {
  /** Number of those to come. */
  size = 0;
  readonly #agenda = new Agenda<Group<C>>();
  readonly #grid: Grid;
  readonly #tiles: Grid | undefined;
  /** Groups come to the same pane one after the other. */
  #lastPane = Number.NaN;
  #lastTile: Millis = Number.NaN;

  /** `tiles`: where the stretches of a timeline lie whose ends are to be seen. */
  constructor(grid: Grid, tiles: Grid | undefined) {
    this.#grid = grid;
    this.#tiles = tiles;
  }

  /** The group has a new share of the pane with that number: the end of its tile is to be seen. */
  putTile(group: Group<C>, pane: number): void {
    if (this.#tiles === undefined) return;
    if (pane !== this.#lastPane) {
      this.#lastPane = pane;
      this.#lastTile = this.#grid.endFrom(this.#tiles.entry(this.#tiles.paneOf(pane * this.#grid.pane)));
    }
    if (this.#lastTile === group.tile) return;
    group.tile = this.#lastTile;
    this.put(group, group.tile);
  }

  put(group: Group<C>, end: Millis): void {
    if (!group.remind(end)) return;
    this.size += 1;
    this.#agenda.put(end, group);
  }

  nextUpTo(time: Millis): Millis | undefined {
    return this.#agenda.nextUpTo(time);
  }

  /** Tells who is to be visited at that end. */
  tell(end: Millis, due: (group: Group<C>) => void): void {
    if (this.#agenda.nextUpTo(end) !== undefined) this.#agenda.take().forEach(due);
  }

  /** The group was visited. */
  settle(group: Group<C>, end: Millis): void {
    if (group.timers !== undefined) this.size -= group.trim(end);
  }

  clear(): void {
    this.#agenda.clear();
    this.size = 0;
  }
}
