import type { Millis } from '../model.ts';
import type { InputStats } from '../telemetry/api/status.ts';

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
