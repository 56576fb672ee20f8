import type { Journal } from '../journal/journal.ts';
import type { Instruments } from '../telemetry/instruments.ts';
import { workerEntry } from '../util/package-files.ts';
import { Reader } from './reader.ts';
import type { ReaderData } from './reader-data.ts';

/**
 * Megabytes of heap. Readers make much garbage and hold little: a small young generation, and for the indexer,
 * which keeps nothing from window to window, a bounded old one, make them collect it instead of growing. The
 * analyser's old generation stays as it is, for its groups may be many.
 */
const heaps = {
  indexer: { maxYoungGenerationSizeMb: 16, maxOldGenerationSizeMb: 512 },
  analyser: { maxYoungGenerationSizeMb: 16 },
  forwarder: { maxYoungGenerationSizeMb: 16, maxOldGenerationSizeMb: 256 },
} as const;

/** Starts a reader of the journal in a thread of its own; resolves when it is ready. */
export async function startReader(
  name: keyof typeof heaps,
  workerData: ReaderData,
  journal: Journal,
  instruments: Instruments,
): Promise<Reader> {
  const file = workerEntry(import.meta.url, `./${name}/worker.ts`);
  const resourceLimits = heaps[name];
  const reader = new Reader({ name, file, workerData, resourceLimits, journal, instruments });
  await reader.start();
  return reader;
}
