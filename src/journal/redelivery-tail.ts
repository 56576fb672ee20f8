import type { Millis, Position } from '../model.ts';
import type { JournalReader } from './journal.ts';

interface TailOptions {
  journal: JournalReader;
  /** How many windows of a connection are its last ones. */
  windows: number;
  /** How old a window may be, seen from the journal's last record: downtime does not count. */
  remember: Millis;
}

/** Headers alone are read, some 300,000 a second; a start is not to take longer than that. */
const mostRecords = 200_000;
const recordsAtOnce = 5_000;

/** Where the last windows are of each connection that was heard of near the journal's end, the oldest first. */
export async function lastWindows({ journal, windows, remember }: TailOptions): Promise<Position[]> {
  const { newest } = journal;
  const lasts = new Map<string, { position: Position; receivedAt: Millis }[]>();
  // Of the last record, not the greatest: where the clock was ahead for a while, all others would seem old.
  let latest = Number.NEGATIVE_INFINITY;
  for (let after = Math.max(0, newest - mostRecords); after < newest; ) {
    const records = journal.read(after, Number.MAX_SAFE_INTEGER, recordsAtOnce, () => true);
    if (records.length === 0) break;
    for (const record of records) {
      latest = record.receivedAt;
      if (record.kind !== 'events' || record.encoding !== 'lumberjack') continue;
      const { connection } = record.origin;
      const last = lasts.get(connection) ?? [];
      lasts.set(connection, last);
      last.push(record);
      if (last.length > windows) last.shift();
    }
    after = records.at(-1)!.position;
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  return [...lasts.values()]
    .flat()
    .filter(({ receivedAt }) => !(latest - receivedAt > remember))
    .map(({ position }) => position)
    .sort((a, b) => a - b);
}
