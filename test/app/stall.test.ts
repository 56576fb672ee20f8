import { join } from 'node:path';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { schema } from '../../src/config/schema/schema.ts';
import { startLumberjackInput } from '../../src/inputs/lumberjack/input.ts';
import { openJournal } from '../../src/journal/journal.ts';
import { aFolder } from '../support/folder.ts';
import { J, W } from '../support/lumberjack/frames.ts';
import { connectSender, type Sender } from '../support/lumberjack/sender.ts';
import { patience } from '../support/patience.ts';

/** What Filebeat waits for a sign of life before it gives its connection up. */
const filebeatTimeout = 30_000;
const tenMinutes = 600_000;
const step = 1_000;
const windows = 60;
const eventsIn = 50;

/** A window of some 100 KB. */
const aWindow = Buffer.concat([
  W(eventsIn),
  ...Array.from({ length: eventsIn }, (_, i) => J(i + 1, JSON.stringify({ message: 'x'.repeat(2_000) }))),
]);

/** Lets sockets and disk have their turns; the clock stands still meanwhile. */
async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
}
async function until(what: string, holds: () => boolean): Promise<void> {
  // By a clock that the test does not set: a busy machine's disk may need a while.
  const limit = performance.now() + 20_000 * patience;
  for (; performance.now() < limit; await turns(1)) {
    if (holds()) return;
    // LMDB ends a read transaction by a timer of 0 ms. While that waits, reads show the journal as it was before.
    vi.advanceTimersByTime(0);
  }
  throw new Error(`it never came to it that ${what}`);
}

/** A real input in front of a real journal of 1 MB whose reader stands still, at the test's own time. */
async function setUp() {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] });
  onTestFinished(() => void vi.useRealTimers());
  const lines: string[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) });
  const instruments = { log, metrics: new Registry() };
  const config = schema.parse({
    journal: { maxSize: '1mb' },
    inputs: { lumberjack: { port: 0, maxBytesInFlight: '2mb' } },
  });
  const journal = await openJournal(join(aFolder(), 'journal'), {
    config: config.journal,
    readers: ['indexer'],
    instruments,
  });
  const deliver = async (batch: Parameters<typeof journal.append>[0]) => void (await journal.append(batch));
  const input = await startLumberjackInput(config.inputs.lumberjack, deliver, instruments);
  onTestFinished(async () => {
    vi.useRealTimers();
    await journal.close();
    await input.stop(100);
  });
  return { journal, input, lines, config };
}

const acked = (sender: Sender) => sender.acks.filter(({ sequence }) => sequence > 0).length;

describe('ten minutes of a full journal', () => {
  it('hold every sender by heartbeats and lose nothing; when it drains, all flows', async () => {
    const { journal, input, lines, config } = await setUp();
    const { port } = input.address();
    const senders = await Promise.all([0, 1, 2].map(() => connectSender(port)));
    for (const sender of senders) for (let i = 0; i < windows; i++) sender.send(aWindow);
    await until(
      'the journal is full',
      () => journal.fill.waiting > 0 && journal.fill.bytes >= journal.fill.limit,
    );
    await until('nothing is on its way any more', () => {
      const { waiting, newest } = journal.fill;
      const told = senders.reduce((sum, sender) => sum + acked(sender), 0);
      return told === newest && waiting === input.stats().windowsInFlight;
    });

    const before = senders.map(acked);
    const heard = senders.map(() => ({ count: 0, at: Date.now(), longest: 0 }));
    let mostBytes = 0;
    for (let passed = 0; passed < tenMinutes; passed += step) {
      vi.advanceTimersByTime(step);
      await turns(10);
      if (passed % config.inputs.lumberjack.heartbeat === 0)
        await until('its heartbeats arrive', () =>
          senders.every(
            (sender) => sender.heartbeats() >= Math.floor(passed / config.inputs.lumberjack.heartbeat),
          ),
        );
      senders.forEach((sender, i) => {
        const one = heard[i]!;
        if (sender.acks.length > one.count) one.at = Date.now();
        one.count = sender.acks.length;
        one.longest = Math.max(one.longest, Date.now() - one.at);
      });
      mostBytes = Math.max(mostBytes, input.stats().bytesInFlight);
    }

    expect(senders.map((sender) => sender.isClosed())).toEqual([false, false, false]);
    expect(senders.map(acked)).toEqual(before);
    for (const { longest } of heard) expect(longest).toBeLessThan(filebeatTimeout / 2);
    for (const sender of senders) expect(sender.heartbeats()).toBeGreaterThanOrEqual(tenMinutes / 5_000 - 1);
    expect(mostBytes).toBeLessThan(
      config.inputs.lumberjack.maxBytesInFlight + senders.length * 2 * aWindow.length,
    );
    expect(Date.now() - input.stats().oldestUnacknowledged!).toBeGreaterThanOrEqual(tenMinutes);

    await until('everything is acknowledged', () => {
      journal.commit('indexer', journal.fill.newest);
      return senders.every((sender) => acked(sender) === windows);
    });
    expect(senders.flatMap(({ acks }) => acks.filter(({ sequence }) => sequence > eventsIn))).toEqual([]);
    expect(journal.fill.newest).toBe(senders.length * windows);
    expect(input.stats()).toMatchObject({ connections: 3, windowsInFlight: 0, bytesInFlight: 0 });
    expect(lines.filter((line) => /is closed|refused|not stored/.test(line))).toEqual([]);
  });
});
