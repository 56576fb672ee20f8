import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { type GateConfig, isAtGate, type ProcessorOf, processorName } from '../config/schema/processors.ts';
import type { Config } from '../config/schema/schema.ts';
import type { BatchFacts, EventBlock, Millis } from '../model.ts';
import { EventReader, type ReadEvent } from '../parsers/event.ts';
import { compileQuery } from '../rules/kql/compile.ts';
import type { ProcessingTelemetry } from '../telemetry/components/processing.ts';

/** Decides whether an event is taken. `at`: its receipt. */
type Decision = (event: ReadEvent, at: Millis) => boolean;

interface Keeper {
  name: string;
  config: GateConfig;
  applies: (event: ReadEvent) => boolean;
  takes: Decision;
}

type GateSettings = Pick<Config, 'processors' | 'parsers' | 'time'>;

interface GateOptions {
  telemetry: ProcessingTelemetry;
  /** Numbers in [0, 1). */
  random?: () => number;
}

/**
 * The processors that decide before the journal which events are taken. They remember what came before, so they must decide once: the
 * journal then holds the decision for every reader, restart and replay. Their memory is bounded, and begins anew with the process.
 */
export class Gate {
  readonly #options: GateOptions;
  #keepers: readonly Keeper[] = [];
  #reader: EventReader | undefined;

  constructor(settings: GateSettings, options: GateOptions) {
    this.#options = options;
    this.reload(settings);
  }

  /** Applies other settings. A processor whose settings stay goes on with its memory. */
  reload({ processors, parsers, time }: GateSettings): void {
    const before = this.#keepers;
    this.#keepers = processors.flatMap((config, place) => {
      if (!isAtGate(config)) return [];
      const name = processorName(config, place);
      const same = before.find((one) => one.name === name && isDeepStrictEqual(one.config, config));
      return [same ?? this.#keeperOf(name, config)];
    });
    this.#reader = this.#keepers.length > 0 ? new EventReader({ parsers, time }) : undefined;
  }

  /** The places of the events that are left out; undefined where all are taken. Events that are none are taken. */
  leftOut(block: EventBlock, batch: BatchFacts): Map<number, true> | undefined {
    if (this.#reader === undefined) return undefined;
    let left: Map<number, true> | undefined;
    this.#reader.open(block, batch);
    for (let event = this.#reader.next(); event; event = this.#reader.next()) {
      if (event.problem !== undefined) continue;
      const keeper = this.#keepers.find((one) => one.applies(event) && !one.takes(event, batch.receivedAt));
      if (keeper === undefined) continue;
      this.#options.telemetry.processed(keeper.name, 'left-out');
      left ??= new Map();
      left.set(event.index, true);
    }
    return left;
  }

  #keeperOf(name: string, config: GateConfig): Keeper {
    const test = config.if === undefined ? () => true : compileQuery(config.if);
    const { inputs } = config;
    const applies = (event: ReadEvent) =>
      (inputs.length === 0 || inputs.includes(event.batch.origin.input)) && test(event);
    return { name, config, applies, takes: this.#decisionOf(name, config) };
  }

  #decisionOf(name: string, config: GateConfig): Decision {
    switch (config.kind) {
      case 'sample':
        return sample(config, this.#options.random ?? Math.random);
      case 'deduplicate':
        return deduplicate(config);
      case 'rateLimit':
        return rateLimit(config, (source, events) => this.#options.telemetry.limited(name, source, events));
    }
  }
}

/** 128 bits that stand for the values of some fields, so that long values take no memory. */
function digestOf(event: ReadEvent, fields: readonly string[]): Buffer {
  const hash = createHash('sha256');
  for (const field of fields) hash.update(JSON.stringify(event.get(field) ?? null)).update('\n');
  return hash.digest().subarray(0, 16);
}

function sample({ share, by }: ProcessorOf<'sample'>, random: () => number): Decision {
  if (by.length === 0) return () => random() < share;
  return (event) => digestOf(event, by).readUIntBE(0, 6) / 2 ** 48 < share;
}

/** Keys of a map in the order in which they were added: the first are the oldest. */
function forgetOldest(known: Map<string, unknown>, most: number): void {
  if (known.size > most) known.delete(known.keys().next().value!);
}

function deduplicate({ by, within, maxKeys }: ProcessorOf<'deduplicate'>): Decision {
  /** When the first of equal events came. */
  const firsts = new Map<string, Millis>();
  return (event, at) => {
    const key = digestOf(event, by).toString('latin1');
    const first = firsts.get(key);
    if (first !== undefined && at - first < within) return false;
    firsts.delete(key);
    firsts.set(key, at);
    forgetOldest(firsts, maxKeys);
    return true;
  };
}

interface Bucket {
  /** Events that may come now. */
  left: number;
  at: Millis;
  /** Events that were left out since the log said so, and when that was. */
  unreported: number;
  reportedAt: Millis;
}

/** How often the log names a source that is over its limit. */
const reportEvery: Millis = 60_000;
/** Sources are shown by their beginnings. */
const shownLength = 200;

function rateLimit(
  { events, per, by, maxKeys }: ProcessorOf<'rateLimit'>,
  report: (source: string, events: number) => void,
): Decision {
  const buckets = new Map<string, Bucket>();
  return (event, at) => {
    const source =
      by.length === 0 ? event.source : JSON.stringify(by.map((field) => event.get(field) ?? null));
    const key = source.length > shownLength ? createHash('sha256').update(source).digest('base64') : source;
    const bucket = buckets.get(key) ?? {
      left: events,
      at,
      unreported: 0,
      reportedAt: Number.NEGATIVE_INFINITY,
    };
    buckets.delete(key);
    buckets.set(key, bucket);
    forgetOldest(buckets, maxKeys);
    bucket.left = Math.min(events, bucket.left + (Math.max(0, at - bucket.at) / per) * events);
    bucket.at = Math.max(at, bucket.at);
    if (bucket.left >= 1) {
      bucket.left -= 1;
      return true;
    }
    bucket.unreported += 1;
    if (at - bucket.reportedAt >= reportEvery) {
      report(source.slice(0, shownLength), bucket.unreported);
      bucket.unreported = 0;
      bucket.reportedAt = at;
    }
    return false;
  };
}
