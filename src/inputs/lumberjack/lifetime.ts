import type { Origin } from '../../model.ts';
import type { Shared } from './shared.ts';

interface LifetimeEvents {
  /** The connection is as old as `maxConnectionAge` allows. */
  retire: () => void;
  /** Its first byte did not arrive within `firstByteTimeout`. */
  silent: () => void;
}

/**
 * The beginning and the end of a connection in time: its first byte has to arrive within `firstByteTimeout`, and it may be
 * as old as `maxConnectionAge`. That age varies by a fifth at random, so that connections opened together do not end together.
 */
export class Lifetime {
  readonly #origin: Origin;
  readonly #shared: Shared;
  readonly #retirement: NodeJS.Timeout | undefined;
  /** Runs until the first byte. */
  #silence: NodeJS.Timeout | undefined;

  constructor(shared: Shared, origin: Origin, { retire, silent }: LifetimeEvents) {
    const { config, random, telemetry } = shared;
    const { maxConnectionAge: most, firstByteTimeout } = config;
    this.#origin = origin;
    this.#shared = shared;
    if (most !== undefined) this.#retirement = setTimeout(retire, most * (1 - random() / 5)).unref();
    this.#silence = setTimeout(() => {
      this.begin();
      telemetry.connectionSilent(origin.address, firstByteTimeout);
      silent();
    }, firstByteTimeout);
  }

  /** Whether anything of the sender has arrived. */
  get hasBegun(): boolean {
    return this.#silence === undefined;
  }

  /** To be called with the first byte; later calls change nothing. */
  begin(): void {
    clearTimeout(this.#silence);
    this.#silence = undefined;
  }

  /** To be called when the connection is closed. `reason`: why, if it is known. */
  end(reason: string | undefined): void {
    clearTimeout(this.#retirement);
    if (!this.hasBegun && reason === undefined) this.#shared.telemetry.probed(this.#origin.address);
    this.begin();
  }
}
