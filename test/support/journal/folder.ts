import { schema } from '../../../src/config/schema/schema.ts';
import { openJournal } from '../../../src/journal/journal.ts';
import type { Millis } from '../../../src/model.ts';
import { silentInstruments } from '../../../src/telemetry/metrics.ts';
import { aFolder } from '../folder.ts';

/** What is put into a journal: lines or documents received at a time, or a tick. */
export type Given = { at: Millis; lines: string[] } | { at: Millis; documents: string[] } | { at: Millis };

/** A data folder whose journal holds these records. */
export async function journalOf(given: readonly Given[]): Promise<string> {
  const data = aFolder();
  const journal = await openJournal(`${data}/journal`, {
    config: schema.parse({}).journal,
    readers: ['analyser'],
    instruments: silentInstruments(),
  });
  // All at once, and in their order: they share a flush to disk.
  await Promise.all(
    given.map((record) => {
      if (!('lines' in record || 'documents' in record)) return journal.tick(record.at);
      const texts = 'lines' in record ? record.lines : record.documents;
      return journal.append({
        kind: 'events',
        origin: { input: 'lumberjack', connection: '127.0.0.1:1#1', address: '127.0.0.1' },
        receivedAt: record.at,
        encoding: 'lines' in record ? 'lines' : 'ndjson',
        count: texts.length,
        payload: Buffer.from(`${texts.join('\n')}\n`),
      });
    }),
  );
  await journal.close();
  return data;
}
