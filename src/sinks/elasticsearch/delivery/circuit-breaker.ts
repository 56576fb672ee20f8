import type { Millis } from '../../../model.ts';
import type { SinkTelemetry } from '../../../telemetry/components/sink.ts';
import { type BackoffLimits, longestPause, pauseWithFullJitter } from '../../../util/backoff.ts';

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
