import type { Millis } from '../../../model.ts';
import type { SinkTelemetry } from '../../../telemetry/components/sink.ts';
import { type BackoffLimits, longestPause, pauseWithFullJitter } from '../../../util/waiting.ts';

export interface Clock {
  now: () => Millis;
  random: () => number;
  /** Resolves after so many milliseconds; rejects when the signal aborts. */
  sleep: (millis: Millis, signal: AbortSignal) => Promise<void>;
}

interface CircuitBreakerOptions {
  limits: BackoffLimits;
  /** Number of nodes: the client leaves a failed node out, so the next node is tried without a pause. */
  nodes: number;
  clock: Clock;
  telemetry: SinkTelemetry;
  signal: AbortSignal;
}

/**
 * The state of the server as all requests share it. After a request failed as a whole, the breaker is open: no request is sent until
 * the pause is over. Pauses grow with the failures in a row (exponential back-off with full jitter), and a success closes the breaker.
 */
export class CircuitBreaker {
  readonly #options: CircuitBreakerOptions;
  #failures = 0;
  #resumeAt: Millis = 0;
  #since: Millis | undefined;
  #reason: string | undefined;

  constructor(options: CircuitBreakerOptions) {
    this.#options = options;
  }

  get reason(): string | undefined {
    return this.#reason;
  }

  get since(): Millis | undefined {
    return this.#since;
  }

  /** Failures in a row. A caller reads it before a request and passes it to `failed`. */
  get failures(): number {
    return this.#failures;
  }

  /** Resolves when a request may be sent; rejects when the signal aborts. */
  async untilClosed(): Promise<void> {
    const { clock, signal } = this.#options;
    for (let left = this.#left(); left > 0; left = this.#left()) await clock.sleep(left, signal);
  }

  #left(): Millis {
    return this.#failures === 0 ? 0 : this.#resumeAt - this.#options.clock.now();
  }

  /**
   * Requests that were in flight together fail together. Only the first of them counts: the others began at a number of
   * failures (`beganAt`) that is no longer the present one.
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

/**
 * Limits how many requests are in flight. The bound adapts by AIMD, as in TCP: an overloaded server halves it at once, and each
 * success adds 1/bound, so that it grows by one after as many successes as there are slots. It is never below 1 nor above `most`.
 */
export class ConcurrencyLimit {
  readonly #most: number;
  readonly #waiting: Array<() => void> = [];
  #bound: number;
  #taken = 0;

  constructor(most: number) {
    this.#most = most;
    this.#bound = most;
  }

  get bound(): number {
    return Math.max(1, Math.floor(this.#bound));
  }

  get inUse(): number {
    return this.#taken;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Resolves in the order of the calls, with the function that releases the slot. To call it twice is harmless. */
  async acquire(): Promise<() => void> {
    if (this.#taken < this.bound) this.#taken += 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    let released = false;
    return () => {
      if (released) return;
      released = true;
      this.#taken -= 1;
      this.#admit();
    };
  }

  succeeded(): void {
    this.#bound = Math.min(this.#most, this.#bound + 1 / this.#bound);
    this.#admit();
  }

  overloaded(): void {
    this.#bound = Math.max(1, this.#bound / 2);
  }

  /** Admits every waiting call, for the sink is closed and each of them has to see that. */
  removeBound(): void {
    this.#bound = Number.POSITIVE_INFINITY;
    this.#admit();
  }

  #admit(): void {
    while (this.#taken < this.bound) {
      const next = this.#waiting.shift();
      if (!next) return;
      this.#taken += 1;
      next();
    }
  }
}
