import type { ParsersConfig } from '../config/schema/parsers.ts';
import type { ProcessorConfig } from '../config/schema/processors.ts';
import type { Millis } from '../model.ts';
import { EventReader, type ReadEvent } from '../parsers/event.ts';
import { ProcessorChain } from '../processors/chain.ts';
import { fieldsWith, type InputsOfFiles } from './as-input.ts';
import { openInput } from './input.ts';

/** What became of the lines that one format read. */
interface FormatShare {
  format: string;
  events: number;
  /** Of these, how many could not be read to their end. */
  failed: number;
}

/** Why lines were not read, or not to their end, with the first such line. */
interface Failure {
  reason: string;
  events: number;
  /** Number of the first such event in its file, from 1. Empty lines are not counted. */
  first: number;
  path: string;
  example: string;
}

export interface ParseReport {
  events: number;
  /** Events that processors left out. They are in no other count. */
  leftOut: number;
  /** Lines that no format recognises, which stay as they are. */
  unrecognised: number;
  /** Bytes that are no event: lines of a file of events that are not JSON. */
  broken: number;
  /** Events without a time of their own. */
  withoutTime: number;
  formats: FormatShare[];
  failures: Failure[];
}

interface ParseOptions {
  paths: readonly string[];
  parsers: ParsersConfig;
  /** Steps before the journal have no effect. */
  processors?: readonly ProcessorConfig[] | undefined;
  zone: string;
  /** Tells of which input each file is. Undefined: of none. */
  inputs?: InputsOfFiles | undefined;
  fields?: Readonly<Record<string, unknown>> | undefined;
  receivedAt: Millis;
  /** Most events of each file that are read. Default: all. */
  limit?: number | undefined;
  onEvent?: ((event: ReadEvent) => void) | undefined;
  onProgress?: ((share: number, events: number) => void) | undefined;
}

const unnamed: ReturnType<InputsOfFiles['for']> = {
  origin: { input: 'parse', connection: 'parse', address: '' },
  fields: {},
};
/** Longer examples are cut. */
const exampleLength = 200;

/** Reads files as the server reads lines, and reports which formats were found, and which lines could not be read and why. */
export async function parseFiles(options: ParseOptions): Promise<ParseReport> {
  const tally = new Tally();
  const { parsers, zone } = options;
  const chain = ProcessorChain.of(options.processors, { zone });
  const reader = new EventReader({ parsers, time: { zone }, processors: chain });
  for (const path of options.paths) {
    const { origin, fields, takes } = options.inputs?.for(path) ?? unnamed;
    const input = openInput(path, { takes, fields: fieldsWith(fields, options.fields) });
    let first = 1;
    for await (const block of input.blocks) {
      let taken = 0;
      reader.open(block, { origin, receivedAt: options.receivedAt });
      for (let event = reader.next(); event; event = reader.next()) {
        tally.add(event, path, first + event.index);
        options.onEvent?.(event);
        taken += 1;
      }
      tally.report.leftOut += block.count - taken;
      first += block.count;
      if (first > (options.limit ?? Number.POSITIVE_INFINITY)) break;
      options.onProgress?.(input.read / Math.max(input.size, 1), tally.report.events);
    }
  }
  return tally.sorted();
}

class Tally {
  readonly report: ParseReport = {
    events: 0,
    leftOut: 0,
    unrecognised: 0,
    broken: 0,
    withoutTime: 0,
    formats: [],
    failures: [],
  };
  readonly #formats = new Map<string, FormatShare>();
  readonly #failures = new Map<string, Failure>();

  add(event: ReadEvent, path: string, index: number): void {
    this.report.events += 1;
    if (event.problem !== undefined) {
      this.report.broken += 1;
      this.#fail(`the event ${event.problem}`, event.raw().toString(), path, index);
      return;
    }
    if (event.timeSource === 'receipt') this.report.withoutTime += 1;
    const { format } = event.choice();
    const failure = event.parseFailure;
    if (format !== undefined) this.#count(format.name, failure !== undefined);
    else this.report.unrecognised += 1;
    if (failure !== undefined) this.#fail(failure, event.message, path, index);
    else if (format === undefined) this.#fail('no format was recognised', event.message, path, index);
  }

  sorted(): ParseReport {
    const formats = [...this.#formats.values()].sort((one, other) => other.events - one.events);
    const failures = [...this.#failures.values()].sort((one, other) => other.events - one.events);
    return { ...this.report, formats, failures };
  }

  #count(format: string, failed: boolean): void {
    let share = this.#formats.get(format);
    if (share === undefined) {
      share = { format, events: 0, failed: 0 };
      this.#formats.set(format, share);
    }
    share.events += 1;
    if (failed) share.failed += 1;
  }

  #fail(reason: string, line: string, path: string, index: number): void {
    const failure = this.#failures.get(reason);
    if (failure !== undefined) failure.events += 1;
    else
      this.#failures.set(reason, {
        reason,
        events: 1,
        first: index,
        path,
        example: line.length > exampleLength ? `${line.slice(0, exampleLength)}…` : line,
      });
  }
}
