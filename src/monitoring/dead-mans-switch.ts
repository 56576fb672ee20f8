import { setTimeout as sleep } from 'node:timers/promises';
import type { DeadMansSwitchConfig } from '../config/schema/self-monitoring.ts';
import { messageOf } from '../errors.ts';
import type { DeadMansSwitchTelemetry } from '../telemetry/components/self-monitoring.ts';
import type { Vitals } from '../telemetry/components/vitals.ts';
import { withTimeLimit } from '../util/waiting.ts';

interface DeadMansSwitchOptions {
  /** Why the server is not alive; undefined while it is. */
  notAlive: () => Promise<string | undefined>;
  telemetry: DeadMansSwitchTelemetry;
}

/** Posts to an address at each interval while the server is alive, so that someone else notices when it is not. */
export class DeadMansSwitch {
  readonly #options: DeadMansSwitchOptions;
  #running = new AbortController();

  constructor(options: DeadMansSwitchOptions) {
    this.#options = options;
  }

  /** Begins by these settings at once, or ends without settings. */
  restart(config: DeadMansSwitchConfig | undefined): void {
    this.stop();
    this.#running = new AbortController();
    if (config) void this.#run(config, this.#running.signal);
  }

  stop(): void {
    this.#running.abort();
  }

  async #run(config: DeadMansSwitchConfig, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#round(config, signal);
      await sleep(config.every, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  async #round({ url, timeout }: DeadMansSwitchConfig, signal: AbortSignal): Promise<void> {
    const { notAlive, telemetry } = this.#options;
    try {
      const reason = await notAlive();
      if (signal.aborted) return;
      if (reason !== undefined) return telemetry.withheld(reason);
      const { ok, status } = await withTimeLimit(signal, timeout, (limited) =>
        fetch(url, { method: 'POST', signal: limited }),
      );
      if (ok) telemetry.posted();
      else telemetry.failed(`the address answered ${status}`);
    } catch (error) {
      if (signal.aborted) return;
      const { cause } = error as { cause?: unknown };
      telemetry.failed(messageOf(cause ?? error));
    }
  }
}

/** Why the server is not alive: events are not taken, counted or delivered. `silent`: readers that do not answer. */
export function notAlive(
  { journal, sink }: Pick<Vitals, 'journal' | 'sink'>,
  silent: readonly string[],
): string | undefined {
  if (journal.broken !== undefined) return `the journal takes no events: ${journal.broken}`;
  if (journal.refusing !== undefined) return `the journal takes no events: ${journal.refusing}`;
  if (silent.length > 0) return `no answer from ${silent.join(', ')}`;
  if (sink === undefined) return 'no answer from indexer';
  return sink.problem === undefined ? undefined : `documents do not arrive: ${sink.problem.reason}`;
}
