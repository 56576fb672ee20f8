import { isDeepStrictEqual } from 'node:util';
import type { Analysis } from '../../engine/analysis.ts';
import type { Engine } from '../../engine/engine.ts';
import type { JournalReader } from '../../journal/reader.ts';
import type {
  Episode,
  EventBlock,
  JournalRecord,
  Millis,
  Notification,
  Output,
  OutputKey,
  Position,
  Transition,
} from '../../model.ts';
import type { CheckpointCosts } from '../../telemetry/components/analyser.ts';
import { releaseBuffer } from '../../util/release-buffer.ts';
import { Signal } from '../../util/waiting.ts';
import type { Checkpoint } from '../checkpoints.ts';
import type { Results } from '../results.ts';
import { noteReceipt, WindowHistory } from './history.ts';
import type { LatestValues } from './latest-values.ts';
import { CheckpointPace } from './pace.ts';
import { restored } from './restored.ts';

export interface AnalyserOptions {
  journal: JournalReader;
  results: Results;
  engine: Engine;
  /** Keeps the values of the latest windows. */
  latest?: Pick<LatestValues, 'note'>;
  /** Replaces the engine's analysis; returns the outputs of the change. Throws where the analysis is invalid. */
  swap: (to: Analysis) => Output[];
  /** Puts notifications and the present state of episodes into the outbox, in one transaction. Known ones are ignored. */
  notify: (notifications: Notification[], episodes: Episode[]) => Promise<void>;
  /** Called when notifications or changed alerts are on disk in the outbox. Delivery need not wait for the other outputs. */
  onNotifications: () => void;
  /** Puts new outputs into the log of the streams, before they are in the results. */
  stream?: (outputs: readonly { key: OutputKey; output: Output }[]) => Promise<void>;
  onTransition: (transition: Transition) => void;
  /** Called after each turn: the position, the position of the checkpoint, and whether a window waits for time. */
  onProgress: (position: Position, committed: Position, waiting: boolean) => void;
  onOutputs: () => void;
  /** A clock for the pace of checkpoints. It has no influence on outputs. */
  clock: () => Millis;
  /** Bytes of the journal that may be read beyond the last checkpoint: what is read again after a crash. */
  checkpointBytes: number;
}

const turnBytes = 2 * 2 ** 20;

/** Another analysis. It applies from the first record on of which no output is on disk. */
interface Reload {
  to: Analysis;
  after: Position;
  done: () => void;
  failed: (error: unknown) => void;
}

/**
 * Reads the journal, passes its records to the engine in order, and writes the outputs to disk before it reads on. It reads no clock:
 * after a crash it starts at its last checkpoint and computes equal outputs under equal keys.
 */
export class Analyser {
  readonly #options: AnalyserOptions;
  readonly #news = new Signal();
  readonly #blocks = new Map<Position, { block: EventBlock; payloadBytes: number }>();
  readonly #history = new WindowHistory();
  #position: Position = 0;
  /** The newest position that the main thread announced. Windows that it offers have arrived before. */
  #newest: Position;
  #committed: Position = 0;
  readonly #pace: CheckpointPace;
  #sinceCheckpoint = 0;
  #checkpointDue = false;
  readonly #reloads: Reload[] = [];
  #stopping = false;
  #turns: Promise<void> = Promise.resolve();

  constructor(options: AnalyserOptions) {
    this.#options = options;
    this.#pace = new CheckpointPace(options.clock);
    this.#newest = options.journal.newest;
    this.#position = restored(options);
    this.#committed = this.#position;
  }

  wake(newest: Position): void {
    this.#newest = Math.max(this.#newest, newest);
    this.#news.raise();
  }

  /** Keeps an inflated window until its record is read; one that was read already is ignored. */
  offer(position: Position, block: EventBlock, payloadBytes: number): void {
    if (position > this.#position) this.#blocks.set(position, { block, payloadBytes });
  }

  /** Requests a checkpoint after the present turn, unless the last one cost too much for that. Its time has no influence on the outputs. */
  requestCheckpoint(): void {
    if (!this.#pace.request()) return;
    this.#checkpointDue = true;
    this.#news.raise();
  }

  /**
   * Applies another analysis. Records whose outputs are on disk already are first replayed with the analysis that made them, so a
   * start with another configuration after a crash is a reload like any other. Resolves when the analysis is on disk.
   */
  reload(to: Analysis): Promise<void> {
    return new Promise((done, failed) => {
      this.#reloads.push({ to, after: this.#options.results.lastPosition, done, failed });
      this.#news.raise();
    });
  }

  get checkpoints(): Readonly<CheckpointCosts> {
    return this.#pace.costs;
  }

  run(): Promise<void> {
    this.#turns = this.#loop();
    return this.#turns;
  }

  /** Finishes the present turn and writes a checkpoint, so that the next start reads nothing again. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#news.raise();
    await this.#turns;
    await this.#checkpoint();
  }

  async #loop(): Promise<void> {
    this.#progress();
    while (!this.#stopping) {
      const reload = this.#reloads[0];
      if (reload && reload.after <= this.#position) await this.#change(reload);
      const records = this.#read();
      if (records.length > 0) await this.#turn(records);
      if (this.#checkpointDue || this.#sinceCheckpoint >= this.#options.checkpointBytes)
        await this.#checkpoint();
      if (records.length > 0) {
        // Messages of the main thread are received between turns.
        await new Promise<void>((resolve) => setImmediate(resolve));
      } else await this.#news.wait();
    }
  }

  #read(): JournalRecord[] {
    const isOffered = (position: Position) => this.#blocks.has(position);
    const to = Math.min(this.#newest, this.#reloads[0]?.after ?? this.#newest);
    return this.#options.journal.read(this.#position, turnBytes, to - this.#position, isOffered);
  }

  async #turn(records: JournalRecord[]): Promise<void> {
    const outputs: { key: OutputKey; output: Output }[] = [];
    for (const record of records) {
      const offered = this.#blocks.get(record.position);
      this.#blocks.delete(record.position);
      this.#sinceCheckpoint +=
        offered?.payloadBytes ?? (record.kind === 'events' ? record.payload.length : 1);
      this.#options.engine.process(record, offered?.block).forEach((output, ordinal) => {
        noteReceipt(output, record.receivedAt);
        outputs.push({ key: [record.position, ordinal + 1], output });
      });
      if (offered) releaseBuffer(offered.block.bytes);
      else if (record.kind === 'events') releaseBuffer(record.payload);
      this.#position = record.position;
    }
    if (outputs.length > 0) await this.#keep(outputs);
    this.#progress();
  }

  /** Notifications go to the outbox first: after a crash in between they are put again, under the same ids. */
  async #keep(outputs: { key: OutputKey; output: Output }[]): Promise<void> {
    const { results } = this.#options;
    const notifications: Notification[] = [];
    for (const { key, output } of outputs) {
      this.#history.note(output);
      this.#options.latest?.note(output);
      if (results.isNew(key)) notifications.push(...this.#history.attached(output));
    }
    const news = outputs.filter(({ key }) => results.isNew(key));
    const plain = news.map(({ output }) => output);
    await this.#notify(notifications, plain);
    await this.#options.stream?.(news);
    if ((await results.append(news)) > 0) this.#options.onOutputs();
    this.#reportTransitions(plain);
  }

  async #notify(notifications: Notification[], outputs: readonly Output[]): Promise<void> {
    const episodes = outputs.flatMap((output) => (output.kind === 'episode' ? [output.episode] : []));
    if (notifications.length + episodes.length === 0) return;
    await this.#options.notify(notifications, episodes);
    this.#options.onNotifications();
  }

  #reportTransitions(outputs: Output[]): void {
    for (const output of outputs)
      if (output.kind === 'transition') this.#options.onTransition(output.transition);
  }

  /** An invalid analysis is refused, and the present one stays. */
  async #change(reload: Reload): Promise<void> {
    this.#reloads.shift();
    const { results, swap } = this.#options;
    if (isDeepStrictEqual(results.analysis(), reload.to)) return reload.done();
    let outputs: Output[];
    try {
      outputs = swap(reload.to);
    } catch (error) {
      return reload.failed(error);
    }
    await this.#notify(
      outputs.flatMap((output) => this.#history.attached(output)),
      outputs,
    );
    await this.#options.stream?.(results.keyed(outputs, this.#position));
    await results.change(outputs, this.#saved(), reload.to);
    this.#checkpointed();
    if (outputs.length > 0) this.#options.onOutputs();
    this.#reportTransitions(outputs);
    reload.done();
  }

  async #checkpoint(): Promise<void> {
    this.#checkpointDue = false;
    if (this.#position === this.#committed) return;
    await this.#pace.measure(() => this.#options.results.saveCheckpoint(this.#saved()));
    this.#checkpointed();
  }

  #saved(): Checkpoint {
    return { position: this.#position, ...this.#options.engine.checkpoint() };
  }

  #checkpointed(): void {
    this.#committed = this.#position;
    this.#sinceCheckpoint = 0;
    this.#progress();
  }

  #progress(): void {
    this.#options.onProgress(this.#position, this.#committed, this.#options.engine.waiting);
  }
}
