import { isDeepStrictEqual } from 'node:util';
import type { Analysis } from '../../engine/analysis.ts';
import type { Engine } from '../../engine/engine.ts';
import { LogboomError, messageOf } from '../../errors.ts';
import type { JournalReader } from '../../journal/reader.ts';
import type {
  EventBlock,
  JournalRecord,
  Notification,
  Output,
  OutputKey,
  Position,
  Transition,
} from '../../model.ts';
import { releaseBuffer } from '../../util/release-buffer.ts';
import { Signal } from '../../util/signal.ts';
import type { Checkpoint, Results } from '../results.ts';

export interface AnalyserOptions {
  journal: JournalReader;
  results: Results;
  engine: Engine;
  /** Lets the engine go on by another analysis; returns what it puts out for that. Throws where it cannot. */
  swap: (to: Analysis) => Output[];
  /** Keeps a notification until it is delivered; putting one twice keeps it once. */
  notify: (notification: Notification) => Promise<void>;
  onTransition: (transition: Transition) => void;
  /** Told after each turn: where reading is, where a restart would begin, and whether time passing matters. */
  onProgress: (position: Position, committed: Position, waiting: boolean) => void;
  onOutputs: () => void;
  /** Bytes of journal that may be read beyond the last checkpoint: what a crash reads again. */
  checkpointBytes: number;
}

const turnBytes = 2 * 2 ** 20;

/** Another analysis, to hold from the first record on of which no output is on disk. */
interface Reload {
  to: Analysis;
  after: Position;
  done: () => void;
  failed: (error: unknown) => void;
}

/** Reads the journal, drives the engine, and puts its outputs on disk before it goes on. */
export class Analyser {
  readonly #options: AnalyserOptions;
  readonly #news = new Signal();
  readonly #blocks = new Map<Position, { block: EventBlock; payloadBytes: number }>();
  #position: Position = 0;
  /** How far the journal goes by what the main thread tells; the windows that it offers come before that. */
  #told: Position;
  #committed: Position = 0;
  #sinceCheckpoint = 0;
  #checkpointDue = false;
  readonly #reloads: Reload[] = [];
  #stopping = false;
  #turns: Promise<void> = Promise.resolve();

  constructor(options: AnalyserOptions) {
    this.#options = options;
    this.#told = options.journal.newest;
    this.#position = restored(options);
    this.#committed = this.#position;
  }

  wake(newest: Position): void {
    this.#told = Math.max(this.#told, newest);
    this.#news.raise();
  }

  /** Takes a window that is inflated already. It is used if its turn comes, and forgotten if that is over. */
  offer(position: Position, block: EventBlock, payloadBytes: number): void {
    if (position > this.#position) this.#blocks.set(position, { block, payloadBytes });
  }

  /** Asks for a checkpoint at the next opportunity. When it is taken has no influence on what is put out. */
  requestCheckpoint(): void {
    this.#checkpointDue = true;
    this.#news.raise();
  }

  /**
   * Goes on by another analysis. Records whose outputs are on disk already are replayed by the one that made them, so a
   * start with another configuration after a crash is a reload like any other. Resolves when it is on disk.
   */
  reload(to: Analysis): Promise<void> {
    return new Promise((done, failed) => {
      this.#reloads.push({ to, after: this.#options.results.lastPosition, done, failed });
      this.#news.raise();
    });
  }

  run(): Promise<void> {
    this.#turns = this.#loop();
    return this.#turns;
  }

  /** Finishes the turn in hand and writes a checkpoint, so that the next start has nothing to read again. */
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
        // Messages of the main thread are heard between turns.
        await new Promise<void>((resolve) => setImmediate(resolve));
      } else await this.#news.wait();
    }
  }

  #read(): JournalRecord[] {
    const isOffered = (position: Position) => this.#blocks.has(position);
    const to = Math.min(this.#told, this.#reloads[0]?.after ?? this.#told);
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
        outputs.push({ key: [record.position, ordinal + 1], output });
      });
      if (offered) releaseBuffer(offered.block.bytes);
      this.#position = record.position;
    }
    if (outputs.length > 0) await this.#keep(outputs);
    this.#progress();
  }

  /** Notifications are put away first: a crash in between puts them again, under the same ids. */
  async #keep(outputs: { key: OutputKey; output: Output }[]): Promise<void> {
    const news = outputs.filter(({ key }) => this.#options.results.isNew(key));
    const plain = news.map(({ output }) => output);
    await this.#putAway(plain);
    if ((await this.#options.results.append(news)) > 0) this.#options.onOutputs();
    this.#tell(plain);
  }

  async #putAway(outputs: Output[]): Promise<void> {
    for (const output of outputs)
      if (output.kind === 'notification') await this.#options.notify(output.notification);
  }

  #tell(outputs: Output[]): void {
    for (const output of outputs)
      if (output.kind === 'transition') this.#options.onTransition(output.transition);
  }

  /** An analysis that cannot be is refused, and the one before goes on. */
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
    await this.#putAway(outputs);
    await results.change(outputs, this.#saved(), reload.to);
    this.#checkpointed();
    if (outputs.length > 0) this.#options.onOutputs();
    this.#tell(outputs);
    reload.done();
  }

  async #checkpoint(): Promise<void> {
    this.#checkpointDue = false;
    if (this.#position === this.#committed) return;
    await this.#options.results.saveCheckpoint(this.#saved());
    this.#checkpointed();
  }

  #saved(): Checkpoint {
    return { position: this.#position, state: this.#options.engine.snapshot() };
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

/** Brings the engine to where it was, and returns the place in the journal that this is. */
function restored({ journal, results, engine }: AnalyserOptions): Position {
  try {
    const checkpoint = results.checkpoint();
    refuseAhead(Math.max(checkpoint?.position ?? 0, results.lastPosition), journal.newest, results.folder);
    if (!checkpoint) return 0;
    engine.restore(checkpoint.state);
    return checkpoint.position;
  } catch (error) {
    if (error instanceof LogboomError) throw error;
    throw new LogboomError(
      'DATA_DAMAGED',
      `The analyser’s checkpoint in ${results.folder} cannot be used: ${messageOf(error)}. Restore the folder from a ` +
        'backup. Or move it away and start again: windows and alerts begin anew.',
      { cause: error },
    );
  }
}

/**
 * A journal that was put back from a backup gives positions anew that the analyser has seen: it would take what comes for
 * known, up to there.
 */
function refuseAhead(seen: Position, newest: Position, folder: string): void {
  if (seen <= newest) return;
  throw new LogboomError(
    'DATA_DAMAGED',
    `What the analyser wrote down in ${folder} (record ${seen}) is ahead of the journal, which ends at ${newest}: the ` +
      `journal is an older copy. Put both back from one backup, or move ${folder} away and start again: windows and ` +
      'alerts begin anew.',
  );
}
