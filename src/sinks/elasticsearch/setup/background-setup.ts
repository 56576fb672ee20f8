import type { Client } from '@elastic/elasticsearch';
import type { IndexingConfig } from '../../../config/schema/outputs.ts';
import type { SinkTelemetry } from '../../../telemetry/components/sink.ts';
import { judgeFailure } from '../delivery/bulk-response.ts';
import type { CircuitBreaker } from '../delivery/circuit-breaker.ts';
import type { Capabilities } from './server.ts';
import { setUp } from './setup.ts';

interface BackgroundSetup {
  /** Resolves when every template is installed or was refused. Rejects only when the sink is closed before. */
  ready: Promise<void>;
  readonly done: boolean;
  readonly missing: string[];
  /** What the server supports, once it is known. */
  readonly capabilities: Capabilities | undefined;
}

interface BackgroundSetupOptions {
  client: Client;
  indexing: IndexingConfig;
  breaker: CircuitBreaker;
  telemetry: SinkTelemetry;
  signal: AbortSignal;
}

/**
 * Installs the templates in the background, as soon as the server answers. No document is sent before: without its template, the
 * first one would create a plain index in place of a data stream, which cannot be changed afterwards.
 */
export function setUpInBackground(options: BackgroundSetupOptions): BackgroundSetup {
  let done = !options.indexing.installTemplates;
  let missing: string[] = [];
  let capabilities: Capabilities | undefined;

  async function prepare(): Promise<void> {
    if (done) return;
    const outcome = await setUpUntilDone(options);
    options.telemetry.setUp(outcome);
    ({ missing, capabilities } = outcome);
    done = true;
  }

  const ready = prepare();
  ready.catch(() => undefined);
  return {
    ready,
    get done() {
      return done;
    },
    get missing() {
      return missing;
    },
    get capabilities() {
      return capabilities;
    },
  };
}

async function setUpUntilDone({ client, indexing, breaker, signal }: BackgroundSetupOptions) {
  for (;;) {
    await breaker.untilClosed();
    const beganAt = breaker.failures;
    try {
      const outcome = await setUp(client, indexing, { signal });
      breaker.succeeded();
      return outcome;
    } catch (thrown) {
      signal.throwIfAborted();
      const { reason, ...verdict } = judgeFailure(thrown);
      const unreachable = verdict.kind === 'again' && verdict.unreachable;
      breaker.failed(verdict.kind === 'again' ? verdict.key : 'templates', reason, unreachable, beganAt);
    }
  }
}
