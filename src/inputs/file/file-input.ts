import type { FileInputConfig } from '../../config/schema/file-input.ts';
import type { Millis } from '../../model.ts';
import type { InputStats } from '../../telemetry/api/status.ts';
import { type FileInputTelemetry, fileInputTelemetry } from '../../telemetry/components/file-input.ts';
import type { Instruments } from '../../telemetry/metrics.ts';
import type { JsonObject } from '../event-writer.ts';
import type { Input } from '../input.ts';
import { Outlet, type Store } from '../outlet.ts';
import { Discovery } from './discovery.ts';
import { freshState, readState, stateVersion } from './file-state.ts';
import { FrugalHeap } from './frugal-heap.ts';
import { Hints } from './hints.ts';
import { FileRegistry } from './registry.ts';
import { newId, Scanner } from './scanner.ts';
import { figuresOf, type Standing, statsOf } from './stats.ts';
import { TailedFile, type Turn } from './tailed-file.ts';
import { ReadingFactory } from './text/reading.ts';
import type { MessageCounts } from './text/sink.ts';
import { Turns } from './turns.ts';

interface FileInputOptions {
  config: FileInputConfig;
  store: Store & { states(prefix: string): { key: string; value: unknown }[] };
  /** Fields of every event: host, agent, dataset, tags. */
  fields: JsonObject;
  instruments: Instruments;
  now?: () => Millis;
}

/** Where the input notes that it ran before; no file's key has this end. */
const marker = '!';
/** A hint is followed so soon: several come for one rotation. */
const hintPause: Millis = 20;

/** Reads files as they grow. `src/inputs/file/turns.ts` reads, `src/inputs/file/scanner.ts` finds. */
export class FileInput implements Input {
  readonly kind = 'file';
  readonly name: string;
  readonly #options: FileInputOptions;
  readonly #telemetry: FileInputTelemetry;
  readonly #now: () => Millis;
  readonly #outlet: Outlet;
  readonly #registry: FileRegistry;
  readonly #discovery: Discovery;
  readonly #readings: ReadingFactory;
  readonly #hints: Hints;
  readonly #heap = new FrugalHeap();
  readonly #counts: MessageCounts = { bytes: 0, events: 0, excluded: 0, truncated: 0, foreign: 0 };
  #scanner: Scanner | undefined;
  #turns: Turns | undefined;
  #scanning: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #matching = -1;
  #stored = 0;
  #lastEvent: Millis | undefined;
  #stopped: Promise<void> | undefined;

  constructor(options: FileInputOptions) {
    const { config, instruments, store, fields } = options;
    this.name = config.name;
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#telemetry = fileInputTelemetry(instruments, config.name);
    this.#outlet = new Outlet({
      origin: originOf(config),
      store,
      now: this.#now,
      telemetry: this.#storing(),
    });
    this.#registry = new FileRegistry((key, state) => this.#outlet.builder.note(key, state && { ...state }));
    this.#discovery = new Discovery({ ...config, now: this.#now });
    const settings = { ...config, include: config.includeLines, exclude: config.excludeLines };
    this.#readings = new ReadingFactory({
      ...{ settings, fields, outlet: this.#outlet, counts: this.#counts, now: this.#now },
    });
    this.#hints = new Hints((path, renamed) => this.#follow(path, renamed));
  }

  async start(): Promise<void> {
    const { config } = this.#options;
    const isFirst = this.#restore();
    this.#telemetry.started(config.paths, this.#registry.gone.size);
    this.#scanner = new Scanner(
      {
        ...{ discovery: this.#discovery, registry: this.#registry, telemetry: this.#telemetry },
        settings: config,
        hooks: this.#hooks(),
        newId: () => newId(this.name),
        now: this.#now,
      },
      isFirst,
    );
    this.#turns = this.#startTurns();
    // Not awaited: a file system that does not answer must not keep the server from starting.
    this.#scanning = this.#scan();
    this.#scanIn(config.scanEvery);
  }

  stop(timeout: Millis): Promise<void> {
    this.#stopped ??= this.#stop(timeout);
    return this.#stopped;
  }

  stats(): InputStats {
    const events = this.#stored;
    const lastEvent = this.#lastEvent;
    return { ...statsOf(this.#standing), events, ...(lastEvent !== undefined && { lastEvent }) };
  }

  get #standing(): Standing {
    return {
      registry: this.#registry,
      discovery: this.#discovery,
      held: [...(this.#scanner?.held.keys() ?? [])],
      counts: this.#counts,
      open: this.#turns?.open ?? 0,
      isMissing: this.#matching === 0,
      paths: this.#options.config.paths,
    };
  }

  /** Takes the positions from the journal. Returns whether the input never ran before. */
  #restore(): boolean {
    const { store } = this.#options;
    let isFirst = true;
    for (const { key, value } of store.states(`${this.name}/`)) {
      isFirst = false;
      if (key.endsWith(marker)) continue;
      const state = readState(key, value);
      if (state.offset === 0) this.#outlet.builder.note(key, undefined);
      else this.#registry.remember(key, state);
    }
    if (isFirst) this.#outlet.builder.note(`${this.name}/${marker}`, { v: stateVersion });
    return isFirst;
  }

  #hooks() {
    return {
      read: this.#readings.create.bind(this.#readings),
      change: this.#registry.change.bind(this.#registry),
      isStopped: () => this.#stopped !== undefined || this.#outlet.closed,
      gzipRead: (file: TailedFile, outcome: { kind: string; reason?: string }) => {
        if (outcome.kind === 'complete') this.#telemetry.compressedRead(file.state.path);
        if (outcome.kind === 'damaged')
          this.#telemetry.compressedDamaged(file.state.path, outcome.reason ?? '');
      },
    };
  }

  #startTurns(): Turns {
    return new Turns({
      settings: this.#options.config,
      registry: this.#registry,
      eventTimeout: this.#readings.eventTimeout,
      now: this.#now,
      flush: () => this.#outlet.flush(),
      room: () => this.#outlet.room(),
      restart: (file, turn) => this.#restart(file, turn),
      lost: (file) => this.#follow(file.state.path, true),
      failed: (file, reason) => this.#telemetry.unreadable(file.state.path, reason),
    });
  }

  /** The file begins anew under a new position; the one before is kept for a copy that may be found. */
  #restart(file: TailedFile, { reason, label }: Extract<Turn, { kind: 'restart' }>): void {
    const { path } = file;
    const { device, inode } = file.state;
    this.#registry.miss(file, this.#now(), true);
    this.#telemetry.fromStart(file.state.path, label, reason);
    // Without a name it cannot be opened again; a scan finds it where it has one.
    if (path === undefined) return;
    const state = freshState({ path, device, inode });
    this.#registry.add(new TailedFile(newId(this.name), state, path, this.#hooks(), this.#now()));
  }

  #follow(path: string, renamed: boolean): void {
    const file = this.#registry.at(path);
    if (file) {
      file.nextCheck = 0;
      file.pause = 0;
    }
    if (!renamed && file) return;
    this.#discovery.expire(path);
    this.#scanIn(hintPause);
  }

  #scanIn(pause: Millis): void {
    if (this.#stopped) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      // Before the scan: a hint that comes meanwhile calls for another one.
      this.#scanIn(this.#options.config.scanEvery);
      this.#scanning = this.#scanning.then(() => this.#scan());
    }, pause).unref();
  }

  async #scan(): Promise<void> {
    if (this.#stopped) return;
    try {
      const matching = await this.#scanner!.scan((found) => this.#heap.report(found));
      const forgotten = this.#registry.expire(this.#now(), this.#options.config.forgetAfter);
      if (forgotten > 0) this.#telemetry.forgotten(forgotten);
      this.#report(matching);
    } catch (error) {
      this.#telemetry.scanFailed(error);
    }
    this.#outlet.flush();
  }

  #report(matching: number): void {
    if (matching === 0 && this.#matching !== 0) this.#telemetry.missing(this.#options.config.paths);
    this.#matching = matching;
    for (const [path, reason] of this.#discovery.problems) this.#telemetry.unreadable(path, reason);
    this.#hints.watch(this.#discovery.searched);
    this.#telemetry.measured(figuresOf(this.#standing));
  }

  #storing() {
    return {
      batchRefused: (error: unknown, pause: Millis) => this.#telemetry.batchRefused(error, pause),
      batchStored: (events: number, bytes: number) => {
        this.#stored += events;
        this.#lastEvent = this.#now();
        this.#telemetry.batchStored(events, bytes);
      },
    };
  }

  async #stop(timeout: Millis): Promise<void> {
    clearTimeout(this.#timer);
    this.#heap.release();
    this.#hints.close();
    // What does not answer is not waited for: its position is on disk.
    const quiet = Promise.all([this.#scanning, this.#turns?.stop()]);
    await Promise.race([quiet, new Promise((resolve) => setTimeout(resolve, timeout).unref())]);
    await this.#outlet.close(timeout);
    await Promise.all([...this.#registry.files].map((file) => file.close()));
    this.#telemetry.stopped();
  }
}

function originOf({ name, parser, zone }: FileInputConfig) {
  return {
    ...{ input: name, connection: name, address: '' },
    ...(parser !== undefined && { parser }),
    ...(zone !== undefined && { zone }),
  };
}
