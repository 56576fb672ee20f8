// What sliding costs: a second every 10 ms beside a tumbling second, in nanoseconds of CPU an event; and bytes for each group.
// `node benchmarks/windows.mjs` prints it alone, after `node scripts/ready.mjs`. What is compared is run in turns and the least
// of many short runs is taken, for whoever shares the machine makes a run dearer and none cheaper.
import { fileURLToPath } from 'node:url';
import { ruleSchema } from '../dist/config/schema/rules.js';
import { startRule } from '../dist/rules/rule.js';
import { EventClock } from '../dist/windows/clocks/event-clock.js';
import { CorrectionMemory } from '../dist/windows/history/memory.js';
import { Windows } from '../dist/windows/windows.js';
import { print } from './table.mjs';

const perSecond = 100_000;
const lateness = 100;
const start = 1_700_000_000_000;
const shapes = { tumbling: { over: 1000, every: 1000 }, sliding: { over: 1000, every: 10 } };
const timeOf = (index) => start + Math.floor((index * 1000) / perSecond);
const calm = (value) => value > 1e6;

/** Nanoseconds of CPU an event; `take` takes one event after the other. */
function costOf(events, take) {
  const before = process.cpuUsage();
  for (let index = 0; index < events; index += 1) take(index);
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1000) / events;
}

/** Names of groups in an order that does not repeat soon. */
function groupNames(groups) {
  const names = Array.from({ length: groups }, (_, index) => `host-${index}.example.org`);
  let random = 1;
  return () => {
    random = (Math.imul(random, 1664525) + 1013904223) >>> 0;
    return names[random % groups];
  };
}

/** Windows alone: a busy stream of 100,000 events a second of event time, closing windows after each batch. */
function windowsCost(shape, { groups, events, measure = { kind: 'count' }, amounts, matters }) {
  const windows = new Windows({ ...shape, measure, maxGroups: 200_000, matters, risesWithEvents: true });
  const nextName = groupNames(groups);
  const close = () => {};
  return costOf(events, (index) => {
    windows.add(timeOf(index), nextName(), amounts?.[index % amounts.length]);
    if (index % 2048 === 2047) windows.advance(timeOf(index) - lateness, close);
  });
}

/** A rule with a condition that never holds: filter, group, windows, early looks, evidence, timeline. */
function ruleCost({ over, every }, { groups, events, correction }) {
  const settings = { over: `${over}ms`, every: `${every}ms`, lateness: `${lateness}ms`, maxGroups: 200_000 };
  const run = startRule(
    ruleSchema.parse({ name: 'busy', by: ['host.name'], when: '>= 100000', ...settings }),
    {},
    undefined,
    correction?.(),
  );
  const nextName = groupNames(groups);
  let name = '';
  const event = {
    index: 0,
    time: 0,
    source: 's',
    problem: undefined,
    message: 'GET / HTTP/1.1',
    get: (field) => (field === 'host.name' ? name : undefined),
    has: () => true,
    names: () => [],
  };
  return costOf(events, (index) => {
    name = nextName();
    const outputs = [];
    const time = timeOf(index);
    if (time !== event.time && time >= run.due) run.advance(time, outputs);
    event.time = time;
    run.add(event, outputs);
  });
}

function compare(cost, options, runs = 12) {
  const least = { tumbling: Number.POSITIVE_INFINITY, sliding: Number.POSITIVE_INFINITY };
  for (let run = 0; run < runs; run += 1)
    for (const [name, shape] of Object.entries(shapes))
      least[name] = Math.min(least[name], cost(shape, options));
  return least;
}

const row = (name, { tumbling, sliding }) => [
  name,
  tumbling.toFixed(0),
  sliding.toFixed(0),
  (sliding / tumbling).toFixed(2),
];

export function sliding() {
  const columns = ['ns of CPU an event', '1 s', '1 s every 10 ms', 'times'];
  const groups = [1, 10, 100, 1000, 10_000];
  const events = 300_000;
  print('A rule whose condition does not hold, by number of groups', [
    columns,
    ...groups.map((number) => row(`${number}`, compare(ruleCost, { groups: number, events }))),
  ]);
  print('Its windows alone', [
    columns,
    ...groups.map((number) =>
      row(`${number}`, compare(windowsCost, { groups: number, events, matters: calm })),
    ),
  ]);
  print('Windows of which every one is looked at', [
    columns,
    ...groups.map((number) => row(`${number}`, compare(windowsCost, { groups: number, events }))),
  ]);
  const amounts = Array.from({ length: 997 }, (_, index) => (index * 7919 + 1) / 1000);
  const measures = [
    [{ kind: 'sum', field: 'x' }, amounts],
    [{ kind: 'max', field: 'x' }, amounts],
    [{ kind: 'percentile', field: 'x', percent: 95 }, amounts],
    [{ kind: 'distinct', field: 'x' }, amounts.map((amount) => `user-${amount}`)],
    [{ kind: 'share', query: 'x' }, amounts.map((amount) => amount > 4)],
  ].map(([measure, values]) =>
    row(measure.kind, compare(windowsCost, { groups: 100, events: 200_000, measure, amounts: values }, 5)),
  );
  print('Other measures, 100 groups, every window looked at', [columns, ...measures]);
}

/** What it costs to keep what leaves the windows, so that late events of 24 hours can correct them. */
export function correcting() {
  const correction = () => ({
    correctFor: 86_400_000,
    late: 'notify',
    memory: new CorrectionMemory(256 * 2 ** 20),
  });
  const rows = [1, 100, 10_000].flatMap((groups) =>
    Object.entries(shapes).map(([name, shape]) => {
      const least = { without: Number.POSITIVE_INFINITY, with: Number.POSITIVE_INFINITY };
      for (let run = 0; run < 8; run += 1) {
        const options = { groups, events: 300_000 };
        least.without = Math.min(least.without, ruleCost(shape, options));
        least.with = Math.min(least.with, ruleCost(shape, { ...options, correction }));
      }
      const ratio = (least.without / least.with).toFixed(2);
      return [`${name}, ${groups} groups`, least.without.toFixed(0), least.with.toFixed(0), ratio];
    }),
  );
  print('A rule whose windows late events may correct', [
    ['ns of CPU an event', 'correctFor: 0s', 'correctFor: 24h', 'throughput'],
    ...rows,
  ]);
}

/** Bytes of 100,000 groups of 10 panes each. */
export function groupMemory() {
  const groups = 100_000;
  const used = () => {
    globalThis.gc();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const before = used();
  const windows = new Windows({ ...shapes.sliding, measure: { kind: 'count' }, maxGroups: groups });
  for (let event = 0; event < 10 * groups; event += 1)
    windows.add(start + Math.floor(event / 1000), `host-${event % groups}.example.org`, undefined);
  windows.advance(start + 900, () => {});
  const bytes = used() - before;
  console.log(
    `\n${windows.groups} groups of 10 panes: ${Math.round(bytes / 2 ** 20)} MB, ${Math.round(bytes / groups)} bytes a group`,
  );
}

/** Batches of 2,048 events, each of one source, as senders ship them. */
function clockCost(sources) {
  const clock = new EventClock({ idleAfter: 10_000, maxLag: 600_000, maxAhead: 300_000, zone: 'UTC' });
  const names = Array.from({ length: sources }, (_, index) => `agent-${index}/var/log/nginx/access.log`);
  return costOf(1_000_000, (index) => {
    const time = timeOf(index);
    clock.observe(names[Math.floor(index / 2048) % sources], time, time);
    if (index % 2048 === 2047) clock.advance(time);
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  sliding();
  correcting();
  for (const sources of [1, 100, 10_000])
    console.log(
      `event clock, ${sources} sources: ${Math.min(...[1, 2, 3].map(() => clockCost(sources))).toFixed(0)} ns an event`,
    );
  if (globalThis.gc !== undefined) groupMemory();
  else console.log('memory of groups: run with node --expose-gc');
}
