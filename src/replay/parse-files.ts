import type { ParsersConfig } from '../config/schema/parsers.ts';
import type { Millis } from '../model.ts';
import { EventReader, type ReadEvent } from '../parsers/event.ts';
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
  zone: string;
  fields?: Readonly<Record<string, unknown>> | undefined;
  receivedAt: Millis;
  onEvent?: ((event: ReadEvent) => void) | undefined;
  onProgress?: ((share: number, events: number) => void) | undefined;
}

const origin = { input: 'parse', connection: 'parse', address: '' };
/** Longer examples are cut. */
const exampleLength = 200;

/** Reads files as the server reads lines, and reports which formats were found, and which lines could not be read and why. */
export async function parseFiles(options: ParseOptions): Promise<ParseReport> {
  const tally = new Tally();
  const reader = new EventReader({ parsers: options.parsers, time: { zone: options.zone } });
  for (const path of options.paths) {
    const input = openInput(path, options.fields && { fields: options.fields });
    let index = 0;
    for await (const block of input.blocks) {
      reader.open(block, { origin, receivedAt: options.receivedAt });
      for (let event = reader.next(); event; event = reader.next()) {
        index += 1;
        tally.add(event, path, index);
        options.onEvent?.(event);
      }
      options.onProgress?.(input.read / Math.max(input.size, 1), tally.report.events);
    }
  }
  return tally.sorted();
}

class Tally {
  readonly report: ParseReport = {
    events: 0,
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
