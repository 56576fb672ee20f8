import { describe, expect, it, onTestFinished } from 'vitest';
import { LogboomError } from '../../src/errors.ts';
import { openPayload } from '../../src/journal/record.ts';
import type { JournalRecord } from '../../src/model.ts';
import { ForwardWindows } from '../../src/readers/forwarder/forward-windows.ts';
import { Forwarder } from '../../src/readers/forwarder/forwarder.ts';
import type { Window } from '../../src/sinks/logstash/window.ts';
import { eventually } from '../support/eventually.ts';
import { readerOf } from '../support/journal/journal.ts';
import { aBatch, aTick, journaled, t } from '../support/journal/records.ts';

/** An output whose deliveries end when the test says so. */
class HeldOutput {
  readonly room = 3;
  readonly held: { texts: string[]; end: () => void; refuse: (error: Error) => void }[] = [];
  deliver(windows: Window[]): Promise<void> {
    return new Promise((resolve, reject) => {
      const texts = windows.flatMap((window) => window.documents().map(String));
      this.held.push({ texts, end: resolve, refuse: reject });
    });
  }
}

function aForwarder(records: JournalRecord[], from = 0) {
  const output = new HeldOutput();
  const reached: number[] = [];
  const skipped: [records: number, first: number][] = [];
  const forwarder = new Forwarder({
    journal: readerOf(records),
    output,
    windows: new ForwardWindows({
      bulkMaxSize: 4,
      compressionLevel: 0,
      open: openPayload,
      unreadable: () => {},
    }),
    from,
    reached: (position) => reached.push(position),
    skipped: (count, first) => skipped.push([count, first]),
  });
  const ended = forwarder.run();
  onTestFinished(async () => {
    forwarder.stop();
    for (const { end } of output.held) end();
    await ended;
  });
  return { forwarder, output, reached, skipped, ended };
}

const event = (n: number) => aBatch([{ n }, { n }]);
const soon = () => new Promise<void>((resolve) => setTimeout(resolve, 10));
const sent = (output: HeldOutput, count: number) => eventually(() => expect(output.held).toHaveLength(count));

describe('the forwarder', () => {
  it('tells a place when all up to it is acknowledged, whichever is first', async () => {
    const { output, reached } = aForwarder(journaled([event(1), aTick(t), event(2), event(3)]));
    await sent(output, 3);
    output.held[1]!.end();
    await soon();
    expect(reached).toEqual([]);
    output.held[0]!.end();
    await eventually(() => expect(reached.at(-1)).toBe(3));
    output.held[2]!.end();
    await eventually(() => expect(reached.at(-1)).toBe(4));
  });

  it('begins after the place that an earlier run reached', async () => {
    const { output } = aForwarder(journaled([event(1), event(2)]), 1);
    await sent(output, 1);
    expect(output.held[0]!.texts).toEqual(['{"n":2}', '{"n":2}']);
  });

  it('has a bounded number of windows on the way', async () => {
    const { output } = aForwarder(journaled([1, 2, 3, 4, 5, 6].map(event)));
    await sent(output, 3);
    await soon();
    expect(output.held).toHaveLength(3);
    output.held[0]!.end();
    await sent(output, 4);
  });

  it('goes on when it hears that there is more', async () => {
    const records: JournalRecord[] = [];
    const { forwarder, output } = aForwarder(records);
    await soon();
    records.push(...journaled([event(1)]));
    forwarder.wake();
    await sent(output, 1);
  });

  it('skips what the journal no longer holds, and says how much', async () => {
    const { output, skipped } = aForwarder(journaled([event(8)], 8), 3);
    await sent(output, 1);
    expect(skipped).toEqual([[4, 4]]);
  });

  it('leaves to the next start what was given back, and ends', async () => {
    const { forwarder, output, reached, ended } = aForwarder(journaled([1, 2, 3, 4, 5].map(event)));
    await sent(output, 3);
    forwarder.stop();
    output.held[0]!.end();
    await soon();
    for (const { refuse } of output.held.slice(1)) refuse(new LogboomError('SINK_CLOSED', 'closed'));
    await ended;
    expect(reached).toEqual([1]);
  });
});
