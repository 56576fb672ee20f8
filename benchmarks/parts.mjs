// What the parts of the way cost, in microseconds of CPU an event, each alone in one process on the stream that is sent.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { schema } from '../dist/config/schema/schema.js';
import { assembleEngine } from '../dist/engine/assemble-engine.js';
import { EventView } from '../dist/events/index.js';
import { openJournal } from '../dist/journal/journal.js';
import { openJournalReader } from '../dist/journal/reader.js';
import { Decoder } from '../dist/lumberjack/decoder.js';
import { defaultLimits } from '../dist/lumberjack/frames.js';
import { readPayload } from '../dist/lumberjack/payload.js';
import { EventReader } from '../dist/parsers/event.js';
import { silentInstruments } from '../dist/telemetry/metrics.js';
import { Windows } from '../dist/windows/windows.js';
import { windowSize, windows } from './stream.mjs';
import { median } from './table.mjs';

const rules = [{ name: 'each-second', over: '1s', lateness: '1s' }];
const config = schema.parse({ data: '.', rules });
const origin = { input: 'lumberjack', connection: '127.0.0.1:1#1', address: '127.0.0.1' };
const receivedAt = Date.parse('2026-06-01T00:00:00Z');

/** Microseconds of CPU an event: the median of several rounds over all windows, after one that warms up. */
async function costOf(count, run, rounds = 7) {
  const costs = [];
  for (let round = 0; round <= rounds; round += 1) {
    const before = process.cpuUsage();
    await run(round);
    const { user, system } = process.cpuUsage(before);
    if (round > 0) costs.push((user + system) / count);
  }
  return median(costs);
}

async function journalCosts(batches, events) {
  const folder = mkdtempSync(join(tmpdir(), 'logboom-bench-'));
  const instruments = silentInstruments();
  const journal = await openJournal(folder, { config: config.journal, readers: ['bench'], instruments });
  const reader = openJournalReader(folder);
  const append = await costOf(events, async () => {
    // As many at once as a sender has on its socket.
    for (let at = 0; at < batches.length; at += 3)
      await Promise.all(batches.slice(at, at + 3).map((batch) => journal.append(batch)));
    journal.commit('bench', journal.fill.newest);
  });
  const read = await costOf(events, () => {
    const { oldest } = journal.fill;
    for (let at = oldest - 1; at < oldest + batches.length; )
      at = reader.read(at, 2 * 2 ** 20).at(-1)?.position ?? Number.POSITIVE_INFINITY;
  });
  await reader.close();
  await journal.close();
  rmSync(folder, { recursive: true });
  return { append, read };
}

/** Costs of one kind of windows: compressed (3) or bare (0). */
export async function partCosts(count, compressionLevel) {
  const stream = [...windows(count, { compressionLevel })];
  const events = count * windowSize;
  const received = stream.map((bytes) => new Decoder(defaultLimits).push(bytes)[0]);
  const batches = received.map(({ payload }) => ({
    kind: 'events',
    origin,
    receivedAt,
    encoding: 'lumberjack',
    count: windowSize,
    payload,
  }));
  const blocks = received.map(({ block }) => block);
  const view = new EventView();
  const reader = new EventReader(config);
  const costs = {};
  costs.decode = await costOf(events, () => {
    const decoder = new Decoder(defaultLimits);
    for (const bytes of stream) decoder.push(bytes);
  });
  costs.inflate = await costOf(events, () => {
    for (const { payload } of batches) readPayload(payload);
  });
  costs.walk = await costOf(events, () => {
    for (const block of blocks) {
      view.open(block);
      for (let index = 0; index < block.count; index += 1) view.read(index);
    }
  });
  const walkAndFields = await costOf(events, () => {
    for (const [index, block] of blocks.entries()) {
      reader.open(block, batches[index]);
      for (let event = reader.next(); event; event = reader.next())
        void [event.time, event.source, event.dataset];
    }
  });
  costs.fields = walkAndFields - costs.walk;
  costs.engine = await costOf(events, () => {
    const engine = assembleEngine(config);
    for (const [index, block] of blocks.entries())
      engine.process({ ...batches[index], position: index + 1 }, block);
  });
  costs.windows = await costOf(events, () => {
    const counted = new Windows({ over: 1_000, every: 1_000, measure: { kind: 'count' }, maxGroups: 10 });
    for (let index = 0; index < events; index += 1) {
      counted.add(receivedAt + Math.floor(index / 20), '_all', 1);
      if (index % 20 === 0) counted.advance(receivedAt + index / 20 - 1_000, () => {});
    }
  });
  return { ...costs, ...(await journalCosts(batches, events)) };
}
