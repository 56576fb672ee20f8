import type { Millis } from '../model.ts';

/**
 * What every way in has in common. An input is created from its configuration, then started once and stopped once. Its
 * failures are its own: they appear in its stats, its metrics and the log, and no other input waits for it.
 */
export interface Input {
  /** Its name in the configuration. */
  readonly name: string;
  readonly kind: string;
  /** Begins to take events. Rejects only for what no waiting mends, such as a state of a newer logboom. */
  start(): Promise<void>;
  /** Takes nothing more, and waits until what it took is stored, for `timeout` at the most. Harmless when called twice. */
  stop(timeout: Millis): Promise<void>;
  stats(): InputStats;
}

/** What `status` shows of an input. */
export interface InputStats {
  /** Events stored since the start. */
  events: number;
  /** Bytes read since the start. */
  bytes: number;
  /** Wall time at which the last event was read. */
  lastEvent?: Millis;
  /** Bytes that are known to be there and are not read yet. */
  lagBytes?: number;
  /** Why it does not get on, in words. */
  problems?: readonly string[];
  files?: FileCounts;
}

export interface FileCounts {
  /** Files that match the patterns. */
  watched: number;
  open: number;
  /** The files that are farthest behind or have a problem; not all of them. */
  notable: NotableFile[];
}

export interface NotableFile {
  path: string;
  offset: number;
  size: number;
  /** What the input does with it: `reading`, `idle`, `copy of …`. */
  state: string;
}
