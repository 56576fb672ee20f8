import type { Millis } from '../../../model.ts';
import type { SinkTelemetry } from '../../../telemetry/sink.ts';
import { type BackoffLimits, longestPause, pauseWithFullJitter } from '../../../util/backoff.ts';

export interface Clock {
  now: () => Millis;
  random: () => number;
  /** Resolves after so many milliseconds, or rejects when the signal is raised. */
  sleep: (millis: Millis, signal: AbortSignal) => Promise<void>;
}

interface OutageOptions {
  limits: BackoffLimits;
  /** Number of nodes: a failed one is left out by the client, so the next is tried at once. */
  nodes: number;
  clock: Clock;
  telemetry: SinkTelemetry;
  signal: AbortSignal;
}

/**
 * The server's state as all requests share it. After a failure of a whole request nobody sends until the pause is
 * over: a server in trouble gets one caller's requests, not everyone's.
 */
export class Outage {
  readonly #options: OutageOptions;
  #failures = 0;
  #resumeAt: Millis = 0;
  #since: Millis | undefined;
  #reason: string | undefined;

  constructor(options: OutageOptions) {
    this.#options = options;
  }

  get reason(): string | undefined {
    return this.#reason;
  }

  get since(): Millis | undefined {
    return this.#since;
  }

  /** The number of failures so far; given back with a failure, it tells whether that failure is news. */
  get failures(): number {
    return this.#failures;
  }

  /** Resolves when a request may be sent. */
  async passage(): Promise<void> {
    const { clock, signal } = this.#options;
    for (let left = this.#left(); left > 0; left = this.#left()) await clock.sleep(left, signal);
  }

  #left(): Millis {
    return this.#failures === 0 ? 0 : this.#resumeAt - this.#options.clock.now();
  }

  /**
   * Several requests that were under way together fail together: only the first of them lengthens the pause, for
   * the others began at a count of failures that is no longer the present one.
   */
  failed(key: string, reason: string, unreachable: boolean, beganAt: number): void {
    if (beganAt !== this.#failures) return;
    const { clock, limits, nodes, telemetry } = this.#options;
    this.#failures += 1;
    this.#reason = reason;
    this.#since ??= clock.now();
    if (unreachable && this.#failures < nodes) return;
    const step = Math.max(1, unreachable ? this.#failures - nodes + 1 : this.#failures);
    this.#resumeAt = clock.now() + pauseWithFullJitter(step, limits, clock.random);
    telemetry.requestFailed(key, reason, longestPause(step, limits));
  }

  succeeded(): void {
    if (this.#since === undefined) return;
    const lasted = this.#options.clock.now() - this.#since;
    this.#options.telemetry.recovered(lasted, this.#failures);
    this.#failures = 0;
    this.#since = undefined;
    this.#reason = undefined;
  }
}
