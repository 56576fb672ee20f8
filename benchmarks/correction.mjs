// What a rule keeps of a group for late events of 24 hours: bytes as `time.correctionMemory` counts them, and bytes of the heap
// with all else that the rule keeps. `node --expose-gc benchmarks/correction.mjs` prints it, after `node scripts/ready.mjs`.
import { ruleSchema } from '../dist/config/schema/rules.js';
import { startRule } from '../dist/rules/rule.js';
import { CorrectionMemory } from '../dist/windows/history/memory.js';
import { print } from './table.mjs';

const groups = 50;
const start = 1_700_000_000_000;
const hour = 3_600_000;
const by = ['host.name'];
/** Each with the milliseconds between the events of a group. */
const rules = [
  ['count, over 1m, an event each minute', { over: '1m', when: '> 1000' }, 60_000],
  ['count, over 1m every 10s, an event each 10 s', { over: '1m', every: '10s', when: '> 1000' }, 10_000],
  ['count, over 10s every 1s, an event each second', { over: '10s', every: '1s', when: '> 1000' }, 1_000],
  ['distinct, over 1m, an event each minute', { over: '1m', measure: 'distinct(n)', when: '> 1000' }, 60_000],
  ['change, quiet 5m, an event each second', { kind: 'change', field: 'version' }, 1_000],
  ['change, quiet 1h, an event each second', { kind: 'change', field: 'version', quiet: '1h' }, 1_000],
  ['new-term, 10 values, an event each second', { kind: 'new-term', field: 'n' }, 1_000],
  ['absence, an event each second', { kind: 'absence' }, 1_000],
  ['absence, gone and back each hour', { kind: 'absence' }, hour],
];

function used() {
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** Bytes of a group after so many hours of events. */
function bytesPerGroup(settings, step, hours) {
  const memory = new CorrectionMemory(8 * 2 ** 30);
  const before = used();
  const rule = ruleSchema.parse({ name: 'kept', by, ...settings });
  const run = startRule(rule, {}, undefined, { correctFor: 24 * hour, late: 'notify', memory });
  const event = {
    index: 0,
    time: start,
    receivedAt: start,
    source: 's',
    problem: undefined,
    message: 'GET / HTTP/1.1',
    get: (field) => ({ 'host.name': event.host, n: `${event.n}`, version: '1.4.2' })[field],
    has: () => true,
    names: () => [],
  };
  for (let at = 0; at < hours * hour; at += step) {
    event.time = start + at;
    event.receivedAt = event.time;
    event.n = (at / step) % 10;
    for (let group = 0; group < groups; group += 1) {
      event.host = `host-${group}.example.org`;
      run.add(event, [], true);
    }
    run.advance(event.time, []);
  }
  const heap = used() - before;
  return { counted: memory.used / groups, heap: heap / groups, kept: run.kept };
}

const kB = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
const rows = rules.map(([name, settings, step]) => {
  const { counted, heap } = bytesPerGroup(settings, step, 52);
  const groupsIn256MB = counted < 1 ? '–' : Math.round((256 * 2 ** 20) / counted).toLocaleString('en');
  return [name, kB(counted), kB(heap), groupsIn256MB];
});
print('What a rule keeps of a group for late events of 24 hours', [
  ['', 'counted', 'heap, all', 'groups in 256 MB'],
  ...rows,
]);
