import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Journal } from '../../src/journal/journal.ts';
import { openJournal } from '../../src/journal/journal.ts';
import type { JournalReader } from '../../src/journal/reader.ts';
import { openJournalReader } from '../../src/journal/reader.ts';
import type { Batch, JournalRecord, Tick } from '../../src/model.ts';
import { silentInstruments } from '../../src/telemetry/metrics.ts';
import { batch, everything } from './support.ts';

type Reader = 'a' | 'b';
type Step =
  | { do: 'append'; sizes: number[] }
  | { do: 'tick' }
  | { do: 'commit'; reader: Reader; position: number }
  | { do: 'read'; after: number; bytes: number; records: number }
  | { do: 'reopen' };

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('append' as const), sizes: fc.array(fc.nat(9_000)) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('tick' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('commit' as const),
      reader: fc.constantFrom<Reader>('a', 'b'),
      position: fc.nat(60),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('read' as const),
      after: fc.nat(50),
      bytes: fc.nat(30_000),
      records: fc.nat(20),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reopen' as const) }) },
);

/** A record in a form that is quick to compare. */
const shown = (record: JournalRecord) =>
  JSON.stringify('payload' in record ? { ...record, payload: record.payload.toString('latin1') } : record);

/** The journal as an array, and the real one beside it. */
class Twins {
  readonly folder = mkdtempSync(join(tmpdir(), 'logboom-model.'));
  readonly records: JournalRecord[] = [];
  readonly cursors: Record<Reader, number> = { a: 0, b: 0 };
  journal!: Journal;
  reader!: JournalReader;

  async open() {
    this.journal = await openJournal(this.folder, {
      config: { maxSize: 2 ** 30, keepAge: 1e15, keepSize: 20_000, tick: 250 },
      readers: ['a', 'b'],
      instruments: silentInstruments(),
    });
    this.reader = openJournalReader(this.folder);
  }

  async close() {
    await this.reader.close();
    await this.journal.close();
  }

  async apply(step: Step) {
    if (step.do === 'append') await this.append(step.sizes.map((size) => batch(Buffer.alloc(size, size))));
    else if (step.do === 'tick') await this.append([{ kind: 'tick', receivedAt: this.records.length }]);
    else if (step.do === 'commit') this.commit(step.reader, step.position);
    else if (step.do === 'read') this.read(step.after, step.bytes, step.records);
    else {
      await this.close();
      await this.open();
    }
    this.compare();
  }

  async append(records: (Batch | Tick)[]) {
    const promises = records.map((record) =>
      record.kind === 'tick' ? this.journal.tick(record.receivedAt) : this.journal.append(record),
    );
    for (const record of records) this.records.push({ ...record, position: this.records.length + 1 });
    const first = this.records.length - records.length + 1;
    expect(await Promise.all(promises)).toEqual(records.map((_, index) => first + index));
  }

  commit(reader: Reader, position: number) {
    this.journal.commit(reader, position);
    this.cursors[reader] = Math.max(this.cursors[reader], Math.min(position, this.records.length));
  }

  read(after: number, bytes: number, records: number) {
    const { oldest } = this.reader;
    const read = this.reader.read(after, bytes, records);
    const from = Math.max(after, oldest - 1);
    expect(read.map(shown)).toEqual(this.records.slice(from, from + read.length).map(shown));
    if (records > 0 && from < this.records.length) expect(read.length).toBeGreaterThan(0);
  }

  compare() {
    const { journal, reader, records, cursors } = this;
    const slowest = Math.min(cursors.a, cursors.b);
    expect(journal.fill).toMatchObject({ newest: records.length, readers: cursors, waiting: 0 });
    expect(reader.newest).toBe(records.length);
    expect(reader.oldest).toBeLessThanOrEqual(slowest + 1);
    const unread = reader.read(slowest, everything);
    expect(unread.map(shown)).toEqual(records.slice(slowest).map(shown));
    const payloads = unread.reduce(
      (sum, record) => sum + ('payload' in record ? record.payload.length : 0),
      0,
    );
    const overhead = journal.fill.bytes - payloads;
    expect(overhead).toBeGreaterThanOrEqual(32 * unread.length);
    expect(overhead).toBeLessThanOrEqual(200 * unread.length);
  }
}

describe('a journal, whatever is done to it,', () => {
  it('behaves as an array with cursors', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { maxLength: 25 }), async (steps) => {
        const twins = new Twins();
        await twins.open();
        try {
          for (const step of steps) await twins.apply(step);
        } finally {
          await twins.close();
          rmSync(twins.folder, { recursive: true });
        }
      }),
      { numRuns: 40 },
    );
  });
});
