import type { Database, Key } from 'lmdb';

/** The environment of the outbox, in which noise control has its tables, so that one transaction holds what belongs together. */
export interface Tables {
  table<V, K extends Key>(name: string): Database<V, K>;
  /** Makes reads show what was written since, also by other threads. */
  refresh(): void;
  transaction(action: () => void): Promise<void>;
}
