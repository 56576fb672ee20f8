import { expect, it } from 'vitest';
import { splitLines } from '../../../src/journal/record.ts';
import type { Batch } from '../../../src/model.ts';
import { anEvent, clock, journaled, startRedelivery } from '../../support/journal/redelivery.ts';
import { opened, temporaryFolder } from '../support.ts';

/** A request over HTTP with one event, on a connection of its own. */
function request(n: number, address = '192.0.2.7'): Batch {
  const payload = Buffer.from(`${anEvent(n)}\n`);
  const origin = { input: 'web', connection: `${address}:${n}#${n}`, address, acknowledged: true } as const;
  return { kind: 'events', origin, receivedAt: clock.now, encoding: 'ndjson', count: 1, payload };
}

it('requests before a start are remembered by address: each may have had a connection of its own', async () => {
  const folder = temporaryFolder();
  const journal = await opened(folder);
  for (let n = 0; n < 100; n += 1) await journal.append(request(n));
  await journal.append(request(1_000, '192.0.2.8'));
  const { redelivery, memory } = await startRedelivery(journal, folder);
  expect(memory.size).toBe(64 + 1);
  for (const batch of [request(99), request(36), request(1_000, '192.0.2.8'), request(100)])
    await redelivery.deliver(batch, splitLines(batch.payload));
  const all = journaled(folder).map((document) => JSON.parse(document).message);
  expect(all.slice(101)).toEqual(['line 100']);
});

it('what files gave is not remembered: nobody sends it again', async () => {
  const folder = temporaryFolder();
  const journal = await opened(folder);
  const { origin, ...batch } = request(1);
  await journal.append({ ...batch, origin: { input: 'file', connection: 'file', address: '' } });
  expect((await startRedelivery(journal, folder)).memory.size).toBe(0);
  expect(origin.acknowledged).toBe(true);
});
