import type { Position } from '../../model.ts';
import { LEAST_SLOTS, MOST_FILLED, MOST_IN_TABLE } from './tables.ts';

/** An event without its bytes. Equal events have equal identities, whatever the order of their keys and their spelling. */
export interface EventIdentity extends MarkedEvent {
  identity: number;
}

/** What is known of an event before its identity is computed. */
export interface MarkedEvent {
  /** Computed from the event's `@timestamp` alone; 0 if it has none. Cheap, and different for most events. */
  mark: number;
  /** Whether the event states where its line lies (`log.offset`). Then an equal event is the same one for certain. */
  placed: boolean;
}

/** Selects the events of a window that are remembered or forgotten. */
export type Which = (event: MarkedEvent) => boolean;

export const every: Which = () => true;
/** Events with a timestamp: equal ones are most likely one and the same. */
export const timed: Which = ({ mark }) => mark !== 0;
export const placedOnly: Which = ({ placed }) => placed;

/** A stored window that is remembered by the marks of its events. Identities are computed of those that a later event may be equal to. */
export interface MarkedWindow {
  /** The connection that brought it, or another origin, for messages. */
  readonly source: string;
  /** The number under which its identified events are remembered. */
  readonly holder: number;
  readonly position: Position;
  /** Which of its events are remembered. */
  readonly which: Which;
  /** Their marks in the order of the events. */
  readonly marks: Uint32Array;
  /** Those of its events whose identities were computed since. */
  readonly identified: EventIdentity[];
  /** How often it was read for that. */
  reads: number;
}

/** Owners of slots are numbers of windows, from 1. */
const EMPTY = 0;
const REMOVED = 0xffffffff;

/**
 * Windows by the marks of their events: an open-addressing table of pairs of a mark and a window in two typed arrays. A mark has a slot for each
 * window that has it, up to a few. A window that was given out stays in the table until it is removed, by marks or as a whole.
 */
export class MarkedWindows {
  /** Events that are remembered by their marks. */
  pending = 0;
  readonly #windows = new Map<number, MarkedWindow>();
  readonly #numbers = new Map<MarkedWindow, number>();
  /** They are remembered about in the order of their positions, so that most are added at the end. */
  readonly #byPosition: MarkedWindow[] = [];
  #lastNumber = 0;
  /** Pairs in the table that were not removed. */
  #pairs = 0;
  #filled = 0;
  #marks = new Uint32Array(LEAST_SLOTS);
  #owners = new Uint32Array(LEAST_SLOTS);
  /** The numbers of further windows with a mark. */
  readonly #further = new Map<number, Set<number>>();

  add(window: MarkedWindow): void {
    this.#lastNumber += 1;
    this.#windows.set(this.#lastNumber, window);
    this.#numbers.set(window, this.#lastNumber);
    this.#byPosition.splice(this.#placeOf(window.position + 1), 0, window);
    for (const mark of distinct(window.marks)) this.#insert(mark, this.#lastNumber);
    this.pending += window.marks.length;
  }

  has(window: MarkedWindow): boolean {
    return this.#numbers.has(window);
  }

  /** The windows that are stored before a position, without a look at the others. */
  before(position: Position): MarkedWindow[] {
    return this.#byPosition.slice(0, this.#placeOf(position));
  }

  /** Calls back with each window that has pending events with the mark. */
  eachWith(mark: number, found: (window: MarkedWindow) => void): void {
    const owners = this.#owners;
    const last = owners.length - 1;
    for (let slot = this.#slotOf(mark); owners[slot] !== EMPTY; slot = (slot + 1) & last)
      if (this.#marks[slot] === mark && owners[slot] !== REMOVED) found(this.#windows.get(owners[slot]!)!);
    for (const number of this.#further.get(mark) ?? []) found(this.#windows.get(number)!);
  }

  /** Removes the events with the marks, all by default. Returns the marks that they had. */
  remove(window: MarkedWindow, wanted: (mark: number) => boolean = () => true): Set<number> {
    const removed = new Set<number>();
    const number = this.#numbers.get(window);
    if (number === undefined) return removed;
    for (const mark of distinct(window.marks)) {
      if (wanted(mark) && (this.#removeFromTable(mark, number) || this.#removeFurther(mark, number)))
        removed.add(mark);
    }
    for (const mark of window.marks) if (removed.has(mark)) this.pending -= 1;
    return removed;
  }

  /** Removes the window as a whole. */
  drop(window: MarkedWindow): Set<number> {
    const removed = this.remove(window);
    const number = this.#numbers.get(window);
    if (number === undefined) return removed;
    this.#windows.delete(number);
    this.#numbers.delete(window);
    this.#byPosition.splice(this.#byPosition.indexOf(window, this.#placeOf(window.position)), 1);
    return removed;
  }

  /** Where the first window begins that is not stored before a position. */
  #placeOf(position: Position): number {
    let [from, to] = [0, this.#byPosition.length];
    while (from < to) {
      const middle = (from + to) >>> 1;
      if (this.#byPosition[middle]!.position < position) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  #insert(mark: number, number: number): void {
    if (this.#filled >= this.#owners.length * MOST_FILLED) this.#rebuild();
    if (this.#further.get(mark)?.has(number)) return;
    const owners = this.#owners;
    const last = owners.length - 1;
    let removed: number | undefined;
    let windows = 0;
    let slot = this.#slotOf(mark);
    for (; owners[slot] !== EMPTY; slot = (slot + 1) & last) {
      if (this.#marks[slot] !== mark) continue;
      if (owners[slot] === number) return;
      if (owners[slot] === REMOVED) removed ??= slot;
      windows += 1;
    }
    if (removed === undefined && windows >= MOST_IN_TABLE) this.#insertFurther(mark, number);
    else this.#put(removed ?? slot, mark, number);
  }

  #put(slot: number, mark: number, number: number): void {
    if (this.#owners[slot] === EMPTY) this.#filled += 1;
    this.#marks[slot] = mark;
    this.#owners[slot] = number;
    this.#pairs += 1;
  }

  #insertFurther(mark: number, number: number): void {
    const further = this.#further.get(mark);
    if (further) further.add(number);
    else this.#further.set(mark, new Set([number]));
  }

  #removeFromTable(mark: number, number: number): boolean {
    const owners = this.#owners;
    const last = owners.length - 1;
    let slot = this.#slotOf(mark);
    while (owners[slot] !== EMPTY && (owners[slot] !== number || this.#marks[slot] !== mark))
      slot = (slot + 1) & last;
    if (owners[slot] === EMPTY) return false;
    owners[slot] = REMOVED;
    this.#pairs -= 1;
    return true;
  }

  #removeFurther(mark: number, number: number): boolean {
    const further = this.#further.get(mark);
    if (!further?.delete(number)) return false;
    if (further.size === 0) this.#further.delete(mark);
    return true;
  }

  #slotOf(mark: number): number {
    return Math.imul(mark ^ (mark >>> 15), 0x9e3779b1) >>> Math.clz32(this.#owners.length - 1);
  }

  /** Drops removed pairs. The table grows only if too many are left. */
  #rebuild(): void {
    const marks = this.#marks;
    const owners = this.#owners;
    const slots = this.#pairs > owners.length * (MOST_FILLED / 2) ? 2 * owners.length : owners.length;
    this.#marks = new Uint32Array(slots);
    this.#owners = new Uint32Array(slots);
    this.#filled = 0;
    this.#pairs = 0;
    owners.forEach((owner, slot) => {
      if (owner !== EMPTY && owner !== REMOVED) this.#insert(marks[slot]!, owner);
    });
  }
}

/** Without those that follow an equal one. */
export function* distinct(marks: Uint32Array): Generator<number> {
  let before = -1;
  for (const mark of marks) {
    if (mark !== before) yield mark;
    before = mark;
  }
}
