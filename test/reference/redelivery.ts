/** A sender whose connections break before it has the ACK of a window: it sends the window again, encoded anew, over another one. */
import { openJournalReader } from '../../src/journal/reader.ts';
import { openPayload } from '../../src/journal/record.ts';
import type { Batch, JournalRecord, Tick } from '../../src/model.ts';
import { opened } from '../journal/support.ts';
import { aFolder } from '../support/folder.ts';
import { clock, startRedelivery } from '../support/journal/redelivery.ts';
import { documentsOf } from '../support/lumberjack/frames.ts';
import { shuffledKeys } from '../support/lumberjack/shuffled-keys.ts';

/** Whether the connection breaks after a window, and how many events the windows hold in which it comes again. */
export interface Break {
  breaks: boolean;
  again: number;
}

/** What lies in the journal after batches were sent so. */
export async function sentAgain(
  records: readonly (Batch | Tick)[],
  breaks: readonly Break[],
): Promise<JournalRecord[]> {
  const folder = aFolder();
  const journal = await opened(folder);
  const { send, die, open } = await startRedelivery(journal, folder);
  let connections = 0;
  for (const [place, record] of records.entries()) {
    clock.now = record.receivedAt;
    if (record.kind === 'tick') {
      await journal.tick(record.receivedAt);
      continue;
    }
    const documents = documentsOf(openPayload(record)).map((text, n) => placed(text, 1_000 * place + n));
    await send(`c${connections}`, documents);
    const { breaks: isBroken, again } = breaks[place % breaks.length]!;
    if (!isBroken) continue;
    die(`c${connections}`);
    connections += 1;
    open(`c${connections}`);
    const anew = documents.map((text, n) => JSON.stringify(shuffledKeys(JSON.parse(text), () => n % 5)));
    for (const part of partsOf(anew, again)) await send(`c${connections}`, part);
  }
  const reader = openJournalReader(folder);
  const all = reader.read(0, Number.MAX_SAFE_INTEGER);
  await reader.close();
  return all;
}

/** With the place of its line, by which a shipper tells equal lines apart. */
const placed = (text: string, offset: number): string =>
  JSON.stringify({ ...JSON.parse(text), log: { offset, file: { path: '/var/log/a.log' } } });

/** The last part comes first, as over connections that overtake each other. */
const partsOf = (documents: string[], size: number): string[][] =>
  Array.from({ length: Math.ceil(documents.length / size) }, (_, n) =>
    documents.slice(n * size, (n + 1) * size),
  ).reverse();
