// Events a second through windows: a tumbling second against a second every 10 ms, and bytes for each group.
// Run `node scripts/ready.mjs` first. Each pair is run in turns, the best of several, for the machine may be shared.
import { EventClock } from '../dist/windows/clock.js';
import { createWindows } from '../dist/windows/windows.js';

const perSecond = 100_000;
const batch = 2048;
const lateness = 100;
const start = 1_700_000_000_000;

/** Runs a busy stream: 100,000 events a second of event time, closing windows after each batch. Returns events/s. */
function run({ over, every, groups, events, measure = { kind: 'count' }, amounts }) {
  const windows = createWindows({ over, every, measure, maxGroups: 200_000 });
  const names = Array.from({ length: groups }, (_, index) => `host-${index}.example.org`);
  let closed = 0;
  const close = (value) => {
    closed += value.count > 0 ? 1 : 0;
  };
  let random = 1;
  const began = process.hrtime.bigint();
  for (let index = 0; index < events; index += 1) {
    random = (Math.imul(random, 1664525) + 1013904223) >>> 0;
    windows.add(
      start + Math.floor((index * 1000) / perSecond),
      names[random % groups],
      amounts?.[index % amounts.length],
    );
    if (index % batch === batch - 1)
      windows.advance(start + Math.floor((index * 1000) / perSecond) - lateness, close);
  }
  const seconds = Number(process.hrtime.bigint() - began) / 1e9;
  return { rate: events / seconds, closed };
}

const shapes = { tumbling: { over: 1000, every: 1000 }, sliding: { over: 1000, every: 10 } };
const best = (options) =>
  Math.max(...[1, 2, 3, 4, 5].map(() => run({ ...options, events: options.events ?? 2_000_000 }).rate));
const million = (rate) => `${(rate / 1e6).toFixed(2)} M/s`;

run({ ...shapes.sliding, groups: 100, events: 1_000_000 });
for (const groups of [1, 10, 100, 1000, 10_000]) {
  const tumbling = best({ ...shapes.tumbling, groups });
  const sliding = best({ ...shapes.sliding, groups });
  console.log(
    `count, ${groups} groups: 1 s ${million(tumbling)}, 1 s every 10 ms ${million(sliding)}, ${(tumbling / sliding).toFixed(2)} times the cost`,
  );
}

const amounts = Array.from({ length: 997 }, (_, index) => (index * 7919 + 1) / 1000);
for (const [measure, values] of [
  [{ kind: 'sum', field: 'x' }, amounts],
  [{ kind: 'max', field: 'x' }, amounts],
  [{ kind: 'percentile', field: 'x', percent: 95 }, amounts],
  [{ kind: 'distinct', field: 'x' }, amounts.map((amount) => `user-${amount}`)],
  [{ kind: 'share', query: 'x' }, amounts.map((amount) => amount > 4)],
]) {
  const options = { groups: 100, events: 500_000, measure, amounts: values };
  const tumbling = best({ ...shapes.tumbling, ...options });
  const sliding = best({ ...shapes.sliding, ...options });
  console.log(
    `${measure.kind}, 100 groups: 1 s ${million(tumbling)}, 1 s every 10 ms ${million(sliding)}, ${(tumbling / sliding).toFixed(2)} times the cost`,
  );
}

/** Batches of 2,048 events, each of one source, as senders ship them. */
function observe(sources, events) {
  const clock = new EventClock({ idleAfter: 10_000, maxLag: 600_000, maxAhead: 300_000, zone: 'UTC' });
  const names = Array.from({ length: sources }, (_, index) => `agent-${index}/var/log/nginx/access.log`);
  const began = process.hrtime.bigint();
  for (let index = 0; index < events; index += 1) {
    const time = start + Math.floor((index * 1000) / perSecond);
    clock.observe(names[Math.floor(index / batch) % sources], time, time);
    if (index % batch === batch - 1) clock.advance(time);
  }
  return events / (Number(process.hrtime.bigint() - began) / 1e9);
}
for (const sources of [1, 100, 10_000]) {
  const rate = Math.max(...[1, 2, 3].map(() => observe(sources, 5_000_000)));
  console.log(`event clock, ${sources} sources: ${million(rate)}`);
}

if (globalThis.gc !== undefined) {
  const groups = 100_000;
  globalThis.gc();
  const before = process.memoryUsage().heapUsed;
  const windows = createWindows({ ...shapes.sliding, measure: { kind: 'count' }, maxGroups: groups });
  for (let event = 0; event < 10 * groups; event += 1)
    windows.add(start + Math.floor(event / 1000), `host-${event % groups}.example.org`, undefined);
  windows.advance(start + 900, () => {});
  globalThis.gc();
  const bytes = (process.memoryUsage().heapUsed - before) / groups;
  console.log(`count, ${windows.groups} groups of 10 panes: ${Math.round(bytes)} bytes a group`);
} else {
  console.log('bytes a group: run with node --expose-gc');
}
