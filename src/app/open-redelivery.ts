import { randomInt } from 'node:crypto';
import type { RedeliveryConfig } from '../config/schema/inputs.ts';
import { openPayload } from '../journal/payload.ts';
import { openJournalReader } from '../journal/reader.ts';
import { RedeliveryMemory } from '../journal/redelivery/memory.ts';
import { Redelivery, type RedeliveryOptions } from '../journal/redelivery/redelivery.ts';
import { redeliveryTelemetry } from '../telemetry/components/redelivery.ts';
import type { Instruments } from '../telemetry/instruments.ts';

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
