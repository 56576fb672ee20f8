/** Plays facts through the real engine, in some order, in batches of some sizes, with ticks and restarts between. */
import fc from 'fast-check';
import { pack, unpack } from 'msgpackr';
import type { Config } from '../../src/config/schema/schema.ts';
import { assembleEngine } from '../../src/engine/assemble-engine.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { swapAnalysis } from '../../src/engine/swap.ts';
import type {
  Batch,
  Episode,
  JournalRecord,
  Millis,
  Notification,
  Output,
  Tick,
  WindowResult,
} from '../../src/model.ts';
import { aBatch, aTick, at, configWith, type Document, journaled, t } from '../support/journal/records.ts';
import type { Fact, ReferenceRule } from './kinds.ts';

/** A fact, who ships it, and how late it may come: so many parts of the lateness that all rules allow. */
export interface Shipped extends Fact {
  agent: string;
  delay: number;
  otherDelay: number;
  /** By so many milliseconds of event time it comes later still. */
  lag: Millis;
}

/** Facts that come without a pause; then event time runs on in silence for so long. */
export interface Stretch {
  facts: Shipped[];
  silence: Millis;
}

const span = 20_000;
const shipped: fc.Arbitrary<Shipped> = fc.record({
  // Round times are the edges of windows.
  time: fc.oneof(
    fc.integer({ min: 0, max: span / 500 }).map((n) => n * 500),
    fc.integer({ min: 0, max: span }),
  ),
  host: fc.constantFrom('a', 'b', 'c'),
  n: fc.option(fc.integer({ min: 0, max: 5 }), { nil: undefined, freq: 6 }),
  version: fc.option(fc.constantFrom('1', '2', '3'), { nil: undefined, freq: 6 }),
  agent: fc.constantFrom('x', 'x', 'y'),
  delay: fc.double({ min: 0, max: 1, noNaN: true }),
  otherDelay: fc.double({ min: 0, max: 1, noNaN: true }),
  lag: fc.constant(0),
});
const stretch: fc.Arbitrary<Stretch> = fc.record({
  facts: fc.array(shipped, { minLength: 1, maxLength: 40 }),
  silence: fc.constantFrom(0, 700, 15_000, 90_000),
});
export const stretches = fc.array(stretch, { minLength: 1, maxLength: 3 });

/** How batches are cut, and what comes between them. `reload`: to so many other rules beside those that stay. */
export interface Delivery {
  cuts: { size: number; tick: boolean; restart: boolean; reload?: number | undefined }[];
}
export const delivery: fc.Arbitrary<Delivery> = fc.record({
  cuts: fc.array(
    fc.record({ size: fc.integer({ min: 1, max: 9 }), tick: fc.boolean(), restart: fc.boolean() }),
    { minLength: 1, maxLength: 8 },
  ),
});

/** The stretches one after the other on the time line, after a first event that says when it begins. */
export function placed(all: Stretch[]): Stretch[] {
  let base = t;
  const first: Shipped = {
    ...{ time: 0, host: 'a', n: 2, version: '1', agent: 'x', delay: 0, otherDelay: 0, lag: 0 },
  };
  return all.map(({ facts, silence }, place) => {
    const own = place === 0 ? [first, ...facts] : facts;
    const here = own.map((fact) => ({ ...fact, time: base + fact.time }));
    base = Math.max(...here.map(({ time }) => time)) + silence;
    return { facts: here, silence };
  });
}

/** In the order in which they arrive. */
export const arriving = (facts: Shipped[], lateness: Millis, delay: 'delay' | 'otherDelay') =>
  [...facts].sort((a, b) => arrivalOf(a, lateness, delay) - arrivalOf(b, lateness, delay));

const arrivalOf = (fact: Shipped, lateness: Millis, delay: 'delay' | 'otherDelay') =>
  fact.time + fact[delay] * lateness + fact.lag;

const idleAfter = 600_000;
const hour = 3_600_000;

export interface Played {
  /** The last document of each; without alerts that were withdrawn. */
  windows: WindowResult[];
  episodes: Episode[];
  messages: Notification[];
  /** Event time at the end. */
  now: Millis;
  late: number;
}

export function play(
  rules: ReferenceRule[],
  all: Stretch[],
  how: Delivery,
  delay: 'delay' | 'otherDelay' = 'delay',
  correctFor = '0s',
): Played {
  return playRecords(rules, journaled(recordsOf(rules, all, how, delay)), how, correctFor);
}

/** Plays what lies in a journal, with restarts and reloads between the records. */
export function playRecords(
  rules: ReferenceRule[],
  records: JournalRecord[],
  { cuts }: Delivery,
  correctFor = '0s',
): Played {
  let config = configOf(rules, 0, correctFor);
  let engine: Engine = assembleEngine(config);
  const outputs: Output[] = [];
  for (const [index, record] of records.entries()) {
    outputs.push(...engine.process(record));
    const { restart, reload } = cuts[index % cuts.length]!;
    if (reload !== undefined) {
      const next = configOf(rules, reload, correctFor);
      outputs.push(...swapAnalysis(engine, config, next));
      config = next;
    }
    if (!restart) continue;
    const snapshot = unpack(pack(engine.snapshot()));
    engine = assembleEngine(config);
    engine.restore(snapshot);
  }
  const episodes = new Map<string, Episode>();
  const windows = new Map<string, WindowResult>();
  for (const output of outputs) {
    if (output.kind === 'episode') episodes.set(output.episode.id, output.episode);
    if (output.kind !== 'window') continue;
    const { rule, group, end } = output.window;
    windows.set(`${rule} ${group} ${end}`, output.window);
  }
  return {
    windows: [...windows.values()],
    episodes: [...episodes.values()].filter(({ withdrawn }) => !withdrawn),
    messages: outputs.flatMap((output) => (output.kind === 'notification' ? [output.notification] : [])),
    now: engine.now,
    late: engine.rules.reduce((late, run) => late + (isPassing(run.name) ? 0 : run.late), 0),
  };
}

const passing = [
  ...[
    { name: 'passing-0', over: '1s', when: '>= 2' },
    { name: 'passing-1', by: ['host.name'], over: '3s' },
  ],
  { name: 'passing-2', over: '10s', every: '1s', measure: 'sum(n)', when: '> 4' },
];
const isPassing = (name: string) => name.startsWith('passing');

/** The rules, and as many as are asked for of those that pass: the places of the others in the list change with them. */
function configOf(rules: ReferenceRule[], others: number, correctFor: string): Config {
  const time = { idleAfter: `${idleAfter}ms`, maxAhead: '7d', correctFor };
  const config = configWith(passing.slice(0, others), { time, journal: { tick: '1h' } });
  const severity = others % 2 === 0 ? ('medium' as const) : ('low' as const);
  return { ...config, rules: [...config.rules, ...rules.map((one) => ({ ...one.config, severity }))] };
}

function* endlessly<T>(all: T[]): Generator<T, never> {
  for (;;) yield* all;
}

/** What is received, in its order. */
export function recordsOf(
  rules: ReferenceRule[],
  all: Stretch[],
  { cuts }: Delivery,
  delay: 'delay' | 'otherDelay' = 'delay',
): (Batch | Tick)[] {
  const lateness = Math.min(...rules.map((one) => one.config.lateness));
  const cut = endlessly(cuts);
  const records: (Batch | Tick)[] = [];
  // Nothing is received before it happened.
  let receivedAt = t + 86_400_000;
  let heardAt = t;
  delivered(all).forEach(({ facts, silence }, place) => {
    const arrived = arriving(facts, lateness, delay);
    // The very first event comes first and alone: where event time begins is part of what is given.
    let from = 0;
    let size = place === 0 ? 1 : cut.next().value.size;
    while (from < arrived.length) {
      records.push(aBatch(arrived.slice(from, from + size).map(documentOf), { receivedAt }));
      heardAt = receivedAt;
      from += size;
      const next = cut.next().value;
      size = next.size;
      receivedAt += 10;
      if (next.tick) records.push(aTick(receivedAt));
    }
    if (silence > 0) {
      // In silence event time runs on as the wall clock does, after a while.
      const until = heardAt + idleAfter + silence;
      // A server that runs writes ticks: hours without any would be a downtime.
      for (receivedAt += hour; receivedAt < until; receivedAt += hour) records.push(aTick(receivedAt));
      receivedAt = until;
      records.push(aTick(receivedAt));
    }
  });
  return [...records, silenceAfter(heardAt, all.at(-1)!.silence)];
}

/** A tick so long after the last events that event time has run on, and every window is closed. */
export const silenceAfter = (heardAt: Millis, more: Millis): Tick => aTick(heardAt + idleAfter + hour + more);

/** Facts come in the stretch of time in which they arrive, those that arrive after all others in the last one. */
function delivered(all: Stretch[]): Stretch[] {
  const starts = all.map(({ facts }) => Math.min(...facts.map(({ time }) => time)));
  const facts = all.flatMap((stretch, place) => stretch.facts.map((fact) => ({ fact, place })));
  return all.map(({ silence }, here) => {
    const isLast = here === all.length - 1;
    const own = facts.filter(({ fact, place }) => {
      const arrival = fact.time + fact.lag;
      if (place > here || (fact.lag === 0 && place !== here)) return false;
      return place === here
        ? fact.lag === 0 || isLast || arrival < starts[here + 1]!
        : arrival >= starts[here]! && (isLast || arrival < starts[here + 1]!);
    });
    return { facts: own.map(({ fact }) => fact), silence };
  });
}

function documentOf({ time, host, n, version, agent }: Shipped): Document {
  return at(time, { host: { name: host }, agent: { id: agent }, n, version });
}
