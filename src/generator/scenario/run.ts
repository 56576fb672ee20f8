import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Millis } from '../../model.ts';
import type { Incident } from '../incidents.ts';
import { emptyBatch, type LineBatch, type Output } from '../outputs/output.ts';
import { seededRandom } from '../random.ts';
import type { Scenario } from './schema.ts';
import { type Writer, writersOf } from './source.ts';

interface ScenarioRun {
  scenario: Scenario;
  output: Output;
  signal?: AbortSignal;
  onProgress?: (lines: number) => void;
  /** Wall clock. */
  now?: () => Millis;
}

interface ScenarioResult {
  lines: number;
  /** Event time of the first and of the last line. */
  from: Millis;
  to: Millis;
  incidents: Incident[];
}

/** Lines that are written at once. */
const mostLines = 4_096;
/** A real run waits at least this long between two writes, so that many lines a second are not many writes. */
const leastPause = 10;

/** Writes the lines of a scenario until its end, its count, or the signal. */
export async function runScenario(run: ScenarioRun): Promise<ScenarioResult> {
  const { scenario, output, signal, onProgress } = run;
  const now = run.now ?? Date.now;
  const isReal = scenario.clock === 'real';
  const start = isReal ? now() : Date.parse(scenario.start);
  const incidents = incidentsOf(scenario, start);
  if (scenario.labels !== undefined)
    writeFileSync(scenario.labels, incidents.map((one) => `${JSON.stringify(one)}\n`).join(''));
  const lines = new Lines(scenario, start, incidents);
  const began = now();
  while (!lines.isOver && !signal?.aborted) {
    if (isReal) await untilDue(lines.at - start - (now() - began), signal);
    const batch = lines.take(isReal ? start + (now() - began) : Number.POSITIVE_INFINITY);
    if (batch.lines.length === 0) continue;
    await output.write(batch);
    onProgress?.(lines.count);
  }
  await output.close();
  return { lines: lines.count, from: lines.from, to: lines.to, incidents };
}

async function untilDue(pause: Millis, signal: AbortSignal | undefined): Promise<void> {
  if (pause <= 0) return;
  await sleep(Math.max(pause, leastPause), undefined, { signal: signal as AbortSignal }).catch(
    () => undefined,
  );
}

/** An incident without a host concerns all; its host is empty. */
function incidentsOf({ incidents }: Scenario, start: Millis): Incident[] {
  return incidents.map(({ kind, at, for: length, host = '' }) => ({
    ...{ kind, host },
    ...{ start: start + at, end: start + at + length },
  }));
}

/** The lines of all streams in the order in which they are written. */
class Lines {
  count = 0;
  from: Millis = Number.NaN;
  to: Millis = Number.NaN;
  readonly #writers: readonly Writer[];
  readonly #most: number;
  readonly #end: Millis;
  #first: Writer;

  constructor(scenario: Scenario, start: Millis, incidents: readonly Incident[]) {
    // Each stream has numbers of its own, so that a change of one does not change the others.
    this.#writers = scenario.streams.flatMap((stream, place) =>
      writersOf(
        stream,
        start,
        seededRandom(scenario.seed * 1_009 + place),
        incidents.filter(({ host }) => host === '' || stream.hosts.includes(host)),
      ),
    );
    this.#most = scenario.count ?? Number.POSITIVE_INFINITY;
    const isEndless = scenario.for === undefined && scenario.count === undefined;
    const length = scenario.for ?? (isEndless && scenario.clock === 'simulated' ? 3_600_000 : undefined);
    this.#end = length === undefined ? Number.POSITIVE_INFINITY : start + length;
    this.#first = this.#earliest();
  }

  get isOver(): boolean {
    return this.count >= this.#most || this.#first.at >= this.#end;
  }

  /** When the next line is written. */
  get at(): Millis {
    return this.#first.at;
  }

  /** The lines up to a time, and not more than fit into a batch. */
  take(until: Millis): LineBatch {
    const batch = emptyBatch();
    const most = Math.min(mostLines, this.#most - this.count);
    const end = Math.min(until, this.#end - Number.EPSILON);
    // Events that an incident keeps from being written count as well, so that the loop comes to an end.
    for (let turns = 0; turns < 4 * mostLines && batch.lines.length < most; turns += 1) {
      const writer = this.#first;
      const { at } = writer;
      if (at > end || at >= this.#end) break;
      const line = writer.write();
      if (this.#writers.length > 1) this.#first = this.#earliest();
      if (line === undefined) continue;
      batch.lines.push(line);
      batch.times.push(at);
      batch.sources.push(writer.source);
    }
    this.#note(batch);
    return batch;
  }

  #note({ times }: LineBatch): void {
    if (times.length === 0) return;
    this.count += times.length;
    if (Number.isNaN(this.from)) this.from = times[0]!;
    this.to = times.at(-1)!;
  }

  #earliest(): Writer {
    let first = this.#writers[0]!;
    for (const writer of this.#writers) if (writer.at < first.at) first = writer;
    return first;
  }
}
