import type { Client } from '@elastic/elasticsearch';
import type { IndexingConfig } from '../../../config/schema/outputs.ts';
import type { SinkTelemetry } from '../../../telemetry/sink.ts';
import type { Outage } from '../delivery/circuit-breaker.ts';
import { judgeFailure } from '../delivery/request-failure.ts';
import type { Abilities } from './server.ts';
import { setUp } from './setup.ts';

interface TemplatesAtStart {
  /** Resolves when every template is there or was refused; rejects only when the sink is closed before that. */
  settled: Promise<void>;
  readonly done: boolean;
  readonly missing: string[];
  /** What the server can do, once it is known. */
  readonly abilities: Abilities | undefined;
}

interface TemplatesAtStartOptions {
  client: Client;
  indexing: IndexingConfig;
  outage: Outage;
  telemetry: SinkTelemetry;
  signal: AbortSignal;
}

/**
 * Installs the templates in the background, as soon as the server can be asked. No document goes out before:
 * the first one would make a plain index where a data stream belongs, and that cannot be changed afterwards.
 */
export function prepareTemplates(options: TemplatesAtStartOptions): TemplatesAtStart {
  let done = !options.indexing.installTemplates;
  let missing: string[] = [];
  let abilities: Abilities | undefined;

  async function prepare(): Promise<void> {
    if (done) return;
    const outcome = await persist(options);
    options.telemetry.templatesSettled(outcome);
    ({ missing, abilities } = outcome);
    done = true;
  }

  const settled = prepare();
  settled.catch(() => undefined);
  return {
    settled,
    get done() {
      return done;
    },
    get missing() {
      return missing;
    },
    get abilities() {
      return abilities;
    },
  };
}

async function persist({ client, indexing, outage, signal }: TemplatesAtStartOptions) {
  for (;;) {
    await outage.passage();
    const beganAt = outage.failures;
    try {
      const outcome = await setUp(client, indexing, { signal });
      outage.succeeded();
      return outcome;
    } catch (thrown) {
      signal.throwIfAborted();
      const { reason, ...verdict } = judgeFailure(thrown);
      const unreachable = verdict.kind === 'again' && verdict.unreachable;
      outage.failed(verdict.kind === 'again' ? verdict.key : 'templates', reason, unreachable, beganAt);
    }
  }
}
