import type { Millis, Position } from '../../model.ts';
import type { RedeliveryTelemetry } from '../../telemetry/components/journal.ts';
import {
  distinct,
  type EventIdentity,
  every,
  type MarkedWindow,
  timed,
  type Which,
} from './marked-windows.ts';
import type { RedeliveryMemory } from './memory.ts';
import type { StoredWindows } from './stored-windows.ts';

interface WindowMarksOptions {
  memory: RedeliveryMemory;
  stored: StoredWindows;
  telemetry: RedeliveryTelemetry;
  /** Windows of more events are remembered by marks; of others the identities are computed at once. */
  markAbove: number;
}

/** A stored window whose events are to be remembered. */
interface ToRemember {
  source: string;
  holder: number;
  position: Position;
  which: Which;
  /** Marks of all its events, where they are known already. */
  marks: Uint32Array | undefined;
}

/** What is remembered of a window: by identities, or by marks. */
interface Remembered {
  events: number;
  held: EventIdentity[];
  marked?: MarkedWindow;
}

/** After so many partial readings a window is read as a whole, so that many events with its marks do not read it again and again. */
const MOST_READS = 3;

/**
 * Remembers large windows by the marks of their events. Identities are computed when an event with the mark comes, or when the journal is
 * about to trim the window: what is recognised is the same as if they had been computed at once.
 */
export class WindowMarks {
  readonly #options: WindowMarksOptions;
  /** Windows before this position are trimmed, or will be in a moment. */
  #trimmedBefore: Position = 0;

  constructor(options: WindowMarksOptions) {
    this.#options = options;
  }

  /** Returns undefined if the record was trimmed or is damaged. */
  async remember(window: ToRemember, now: Millis): Promise<Remembered | undefined> {
    const { memory, stored, markAbove } = this.#options;
    await turn();
    const count = stored.countAt(window.position);
    if (count === undefined) return undefined;
    if (count > markAbove && count <= memory.mostOfWindow && window.position >= this.#trimmedBefore)
      return this.#mark(window, count, now);
    const held = stored.identitiesAt(window.position, window.which);
    if (held === undefined) return undefined;
    await memory.remember(held, window.holder, now);
    return { held, events: held.length };
  }

  /** Computes the identities of remembered events that have one of the marks. */
  async identify(marks: Uint32Array): Promise<void> {
    const found = new Map<MarkedWindow, Set<number>>();
    for (const mark of distinct(marks)) {
      this.#options.memory.eachMarked(mark, (window) => {
        const known = found.get(window);
        if (known) known.add(mark);
        else found.set(window, new Set([mark]));
      });
    }
    for (const [window, wanted] of found) {
      await turn();
      this.#identify(window, window.reads < MOST_READS ? (mark) => wanted.has(mark) : undefined);
    }
  }

  /** The journal is about to remove the records before `position`. */
  beforeTrim(position: Position): void {
    this.#trimmedBefore = position;
    for (const window of this.#options.memory.markedBefore(position)) this.#identify(window);
  }

  /** Forgets those events of a marked window that are selected. Returns the window as it is remembered from now on. */
  async forget(window: MarkedWindow, which: Which, now: Millis): Promise<MarkedWindow | undefined> {
    const { memory, stored } = this.#options;
    await memory.forget(window.identified.filter(which), window.holder);
    const pending = memory.unmark(window);
    if (which === every || pending.size === 0) return undefined;
    const stays: Which = (event) => pending.has(event.mark) && window.which(event) && !which(event);
    const marks = stored.marksAt(window.position, stays);
    if (marks === undefined) return undefined;
    const rest = {
      ...window,
      marks,
      which: stays,
      identified: window.identified.filter((event) => !which(event)),
    };
    memory.mark(rest, now);
    return rest;
  }

  #mark(
    { source, holder, position, which, marks: all }: ToRemember,
    count: number,
    now: Millis,
  ): Remembered | undefined {
    const { memory, stored } = this.#options;
    // A processor before the journal may have left out events of the window that came.
    const areKnown = all?.length === count && which === timed;
    const marks = areKnown ? all.filter((mark) => mark !== 0) : stored.marksAt(position, which);
    if (marks === undefined) return undefined;
    const marked: MarkedWindow = { source, holder, position, which, marks, identified: [], reads: 0 };
    memory.mark(marked, now);
    return { marked, held: [], events: marks.length };
  }

  #identify(window: MarkedWindow, wanted?: (mark: number) => boolean): void {
    const { memory, stored, telemetry } = this.#options;
    memory.identify(window, wanted, (marks) => {
      window.reads += 1;
      const events = stored.identitiesAt(window.position, window.which, (mark) => marks.has(mark));
      if (events === undefined) telemetry.remembered(window.source, 0, 1, memory.size);
      return events ?? [];
    });
  }
}

/** A window takes some milliseconds; other work gets a turn in between. */
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
