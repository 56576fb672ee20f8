import { expect } from 'vitest';
import { networkFields } from '../../../src/inputs/event-fields.ts';
import { HttpInput } from '../../../src/inputs/http/http-input.ts';
import { openPayload } from '../../../src/journal/record.ts';
import type { Batch } from '../../../src/model.ts';
import { networkInputTelemetry } from '../../../src/telemetry/components/network-input.ts';
import { silentInstruments } from '../../../src/telemetry/metrics.ts';
import { load } from '../../support/config.ts';

export const instruments = silentInstruments();

/** A store that keeps batches in memory, and can be full, slow or broken. */
function aStore() {
  const store = {
    batches: [] as Batch[],
    closed: [] as boolean[],
    full: false,
    failure: undefined as Error | undefined,
    wait: Promise.resolve(),
    deliver: async (batch: Batch) => {
      await store.wait;
      if (store.failure) throw store.failure;
      store.batches.push(batch);
    },
    isFull: () => store.full,
    connectionOpened: () => {},
    connectionClosed: (_: string, clean: boolean) => void store.closed.push(clean),
    get events(): Record<string, unknown>[] {
      return store.batches.flatMap((batch) => {
        const { bytes, spans, count } = openPayload(batch);
        return Array.from({ length: count }, (_, i) =>
          JSON.parse(bytes.toString('utf8', spans[2 * i], spans[2 * i + 1])),
        );
      });
    },
  };
  return store;
}

/** An HTTP input on a free port, with the settings as YAML. */
export async function anHttpInput(settings: string) {
  const { config, problems } = load({ yaml: `inputs: [{ kind: http, name: web, port: 0, ${settings} }]` });
  expect(problems).toEqual([]);
  const http = config!.inputs.network[0]!;
  if (http.kind !== 'http') throw new Error('no http input');
  const store = aStore();
  const input = new HttpInput({
    config: http,
    telemetry: networkInputTelemetry(instruments, http),
    store,
    origin: { input: 'web', connection: 'web', address: '' },
    fields: networkFields(http),
    now: Date.now,
  });
  await input.start();
  return { input, store, stop: () => input.stop(1_000), url: `http://${input.stats().listens}` };
}

export type RunningHttpInput = Awaited<ReturnType<typeof anHttpInput>>;
