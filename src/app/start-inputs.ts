import { randomInt, randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { RedeliveryConfig } from '../config/schema/inputs.ts';
import { eventFields } from '../inputs/event-fields.ts';
import { FileInput } from '../inputs/file/file-input.ts';
import type { Input } from '../inputs/input.ts';
import { type LumberjackInput, startLumberjackInput } from '../inputs/lumberjack/input.ts';
import { openJournalReader } from '../journal/reader.ts';
import { openPayload } from '../journal/record.ts';
import { RedeliveryMemory } from '../journal/redelivery/memory.ts';
import { Redelivery, type RedeliveryOptions } from '../journal/redelivery/redelivery.ts';
import type { InputState } from '../model.ts';
import { redeliveryTelemetry } from '../telemetry/components/journal.ts';
import type { Instruments } from '../telemetry/metrics.ts';
import { type Cleanup, version } from '../util/files.ts';
import { type InputsOptions, networkInputs } from './network-inputs.ts';

interface Inputs {
  /** Where it is enabled. */
  lumberjack: LumberjackInput | undefined;
  /** Those that have no senders to acknowledge to. */
  inputs: Input[];
}

/** Starts the inputs that are enabled. They are stopped by `undo`, all at the same time. */
export async function startInputs(options: InputsOptions, undo: Cleanup): Promise<Inputs> {
  const { config, journal } = options;
  const { timeout } = config.shutdown;
  const started: Inputs = { lumberjack: undefined, inputs: [] };
  undo.add(async () => {
    const stops = [started.lumberjack?.stop(timeout), ...started.inputs.map((input) => input.stop(timeout))];
    // What waits for room is still its sender's, or in its file, and there may be no room for as long as Elasticsearch is away.
    journal.rejectWaiting();
    await Promise.all(stops);
  });
  if (config.inputs.lumberjack.enabled) started.lumberjack = await startLumberjack(options);
  for (const input of [...fileInputs(options), ...networkInputs(options)]) {
    started.inputs.push(input);
    await input.start();
  }
  return started;
}

const startLumberjack = ({ config, redelivery, instruments, now }: InputsOptions): Promise<LumberjackInput> =>
  startLumberjackInput(
    config.inputs.lumberjack,
    (batch, block) => redelivery.deliver(batch, block),
    instruments,
    {
      now,
      connectionOpened: (origin) => redelivery.connectionOpened(origin),
      connectionClosed: (connection, clean) => redelivery.connectionClosed(connection, clean),
    },
  );

/** Files have no ACK that could be lost, so their batches pass by the memory of what may be sent again. */
function fileInputs({ config, journal, append, instruments, now }: InputsOptions): FileInput[] {
  const agent = { id: journal.id, name: hostname(), ephemeral_id: randomUUID(), type: 'logboom', version };
  const store = {
    append,
    saveStates: (states: readonly InputState[]) => journal.saveStates(states),
    states: (prefix: string) => journal.states(prefix),
  };
  return config.inputs.files
    .filter(({ enabled }) => enabled)
    .map((input) => {
      const fields = eventFields({ ...input, inputType: 'filestream', agent });
      return new FileInput({ config: input, store, fields, instruments, now });
    });
}

/** Opens the filter for redelivered events and restores the events that were in flight when the server last ended. */
export async function openRedelivery(
  config: RedeliveryConfig,
  folder: string,
  append: RedeliveryOptions['append'],
  instruments: Instruments,
): Promise<Redelivery> {
  const telemetry = redeliveryTelemetry(instruments);
  const redelivery = new Redelivery({
    ...config,
    memory: new RedeliveryMemory(config, telemetry.forgotten),
    journal: openJournalReader(folder),
    append,
    open: openPayload,
    telemetry,
    seed: randomInt(2 ** 32),
  });
  await redelivery.rememberLastWindows();
  return redelivery;
}
