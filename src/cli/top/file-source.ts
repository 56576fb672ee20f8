import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { type Config, schema } from '../../config/schema/schema.ts';
import type { AlertRow } from '../../dashboards/model.ts';
import { historyOf } from '../../dashboards/snapshot.ts';
import { TrafficTally } from '../../dashboards/top/tally.ts';
import { LogboomError } from '../../errors.ts';
import { LineWrapper } from '../../events/index.ts';
import type { Episode, EventBlock, Millis, Origin, Output } from '../../model.ts';
import { EventReader } from '../../parsers/event.ts';
import { ProcessorChain } from '../../processors/chain.ts';
import { fieldsWith, InputsOfFiles } from '../../replay/as-input.ts';
import { FollowedFile } from '../../replay/followed-file.ts';
import { compressionAt, openInput } from '../../replay/input.ts';
import { Replay } from '../../replay/replay.ts';
import { compileQuery, type Predicate } from '../../rules/kql/compile.ts';
import { sizeText } from '../../util/text.ts';
import type { TopSource } from './source.ts';

interface FileOptions {
  paths: readonly string[];
  /** Time zone of lines that state none, whatever the input and the configuration say. */
  zone?: string | undefined;
  /** The input of the configuration that the files are taken to be of. Undefined: that whose `paths` name a file. */
  input?: string | undefined;
  /** Inputs, parsers and processors that the files are read with. Undefined: the defaults. */
  config?: Config | undefined;
  /** Read what is there and end, instead of following. */
  once: boolean;
}

/** Rules for any access log and application log, raised on the reader's own data. */
const rules = [
  {
    ...{ kind: 'spike', name: 'High traffic', over: '1m', ratio: 3, minBefore: 30, severity: 'high' },
    message: 'three times the usual traffic: hits = {{value}}',
  },
  {
    ...{ name: 'Many errors', measure: 'share(http.response.status_code >= 500 or log.level >= error)' },
    ...{ over: '1m', every: '10s', when: '>= 0.05', minCount: 20, severity: 'high' },
    message: '{{value}} of the events are errors',
  },
];

/** How long files are read before the screen is drawn again. */
const turn: Millis = 250;
/** The same with `once`, where only the progress is shown in between. */
const turnOnce: Millis = 2_000;
const kept = 100;

/** The view of files: counted in memory, with rules of its own, and followed through rotation. */
export class FileSource implements TopSource {
  readonly #options: FileOptions;
  readonly #config: Config;
  readonly #reader: EventReader;
  /** Names of processors. */
  readonly #withoutEffect: string[];
  readonly #plain: { file: FollowedFile; wrapper: LineWrapper; origin: Origin }[];
  readonly #packed: ReturnType<typeof packedFile>[];
  #tally = new TrafficTally();
  #replay: Replay;
  #query = '';
  #matches: Predicate = () => true;
  readonly #open = new Map<string, Episode>();
  readonly #past: Episode[] = [];
  #untimed = 0;
  ended = false;

  constructor(options: FileOptions) {
    this.#options = options;
    if (options.paths.length === 0)
      throw new LogboomError('USAGE', 'Name a log file: logboom top access.log');
    const isPacked = (path: string) => compressionAt(path) !== 'none';
    const own = schema.parse({ rules, time: { idleAfter: '5s' } });
    const { parsers, processors, inputs, time } = options.config ?? own;
    const zone = options.zone ?? time.zone;
    this.#config = { ...own, parsers, processors, time: { ...own.time, zone } };
    const files = new InputsOfFiles({ processors, inputs }, 'top', options.input, { zone: options.zone });
    this.#withoutEffect = files.withoutEffect(options.paths);
    this.#packed = options.paths.filter(isPacked).map((path) => packedFile(path, files.for(path)));
    this.#plain = options.paths
      .filter((path) => !isPacked(path))
      .map((path) => {
        const { origin, fields } = files.for(path);
        return { file: new FollowedFile(path), wrapper: new LineWrapper(fieldsWith(fields)), origin };
      });
    this.#reader = new EventReader({
      parsers,
      time: { zone },
      processors: ProcessorChain.of(processors, { zone }),
    });
    this.#replay = this.#newReplay();
  }

  /** Reads on for a quarter of a second, or with `once` for two. */
  async read(query: string) {
    if (query !== this.#query) this.#filter(query);
    const until = performance.now() + (this.#options.once ? turnOnce : turn);
    const atEnd = await this.#readUntil(until);
    if (atEnd) this.#passTime();
    const now = Date.now();
    const alerts = [...this.#open.values()].map(rowOf);
    const names = this.#options.paths.map((path) => basename(path)).join(' ');
    return {
      ...this.#tally.view(now),
      ...{ title: names, at: now, alerts, history: historyOf(alerts, this.#past.map(rowOf)) },
      sources: [],
      ...(!atEnd && { progress: this.#progress() }),
      problems: this.#problems(),
    };
  }

  explain = async (alert: string): Promise<string[]> => {
    const episode = this.#open.get(alert) ?? this.#past.find(({ id }) => id === alert);
    if (episode === undefined) throw new Error('This alert is forgotten.');
    return [episode.message, episode.reason, ...episode.samples.map(({ message }) => message)];
  };
  acknowledge = (): Promise<string> => Promise.reject(new Error('Alerts of files cannot be acknowledged.'));
  silence = (): Promise<string> => Promise.reject(new Error('Alerts of files cannot be silenced.'));

  close(): void {
    for (const { file } of this.#plain) file.close();
  }

  /** Counts begin anew with a filter: what was read is not kept. */
  #filter(query: string): void {
    this.#matches = query === '' ? () => true : compileQuery(query);
    this.#query = query;
    this.#tally = new TrafficTally();
  }

  /** Whether everything was read that is there. */
  async #readUntil(until: Millis): Promise<boolean> {
    for (const file of this.#packed)
      while (!file.done) {
        const { value, done } = await file.blocks.next();
        if (done) file.done = true;
        else this.#take(value, file.origin);
        if (performance.now() > until) return false;
      }
    for (const { file, wrapper, origin } of this.#plain)
      for (let lines = file.next(); lines !== undefined; lines = file.next()) {
        this.#take(wrapper.wrap(lines), origin);
        if (performance.now() > until) return false;
      }
    if (!this.#options.once) return true;
    for (const { file, wrapper, origin } of this.#plain) {
      const rest = file.end();
      if (rest !== undefined) this.#take(wrapper.wrap(rest), origin);
    }
    this.ended = true;
    return true;
  }

  #take(block: EventBlock, origin: Origin): void {
    this.#reader.open(block, { origin, receivedAt: Date.now() });
    for (let event = this.#reader.next(); event !== undefined; event = this.#reader.next()) {
      if (event.problem !== undefined) continue;
      if (event.timeSource === 'receipt') this.#untimed += 1;
      if (this.#matches(event)) this.#tally.add(event);
    }
    this.#replay.feed(block, origin);
  }

  #newReplay(): Replay {
    const onOutput = (output: Output) => this.#output(output);
    return new Replay({ config: this.#config, receivedAt: Date.now(), onOutput });
  }

  #output(output: Output): void {
    if (output.kind !== 'episode') return;
    const { episode } = output;
    if (episode.end === undefined) this.#open.set(episode.id, episode);
    else {
      this.#open.delete(episode.id);
      this.#past.unshift(episode);
      this.#past.length = Math.min(this.#past.length, kept);
    }
  }

  /** Alerts of lines of the past end where their events end; those of live ones as time passes. */
  #passTime(): void {
    if (this.#options.once) this.#replay.finish();
    else this.#replay.pass(turn);
  }

  #progress(): string {
    const plain = this.#plain.map(({ file }) => file.progress);
    const packed = this.#packed.map(({ input }) => ({ read: input.read, size: input.size }));
    const sum = (of: 'read' | 'size') => [...plain, ...packed].reduce((all, one) => all + one[of], 0);
    const share = sum('size') === 0 ? 1 : sum('read') / sum('size');
    return `reading ${Math.floor(share * 100)} % of ${sizeText(sum('size'))}`;
  }

  #problems(): string[] {
    const { events } = this.#tally;
    const problems: string[] = [];
    if (this.#untimed > 0 && this.#untimed >= events / 2)
      problems.push(`${this.#untimed} lines have no time that can be read; they count as of now`);
    if (this.#withoutEffect.length > 0)
      problems.push(`processors without effect on these files: ${this.#withoutEffect.join(', ')}`);
    return problems;
  }
}

function packedFile(path: string, { origin, fields, takes }: ReturnType<InputsOfFiles['for']>) {
  statSync(path);
  const input = openInput(path, { takes, fields: fieldsWith(fields) });
  return { input, origin, blocks: input.blocks[Symbol.asyncIterator](), done: false };
}

function rowOf(episode: Episode): AlertRow {
  const { id, rule, group, severity, status, start, end, message, reason, condition, labels, value, peak } =
    episode;
  return {
    ...{ id, rule, group, severity, status, start, message, reason, condition, labels },
    ...(end !== undefined && { end }),
    ...(value !== undefined && { value }),
    ...(peak !== undefined && { peak }),
  };
}
