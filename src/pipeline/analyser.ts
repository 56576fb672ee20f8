import { LogboomError, messageOf } from '../errors.ts';
import type { JournalReader } from '../journal/journal.ts';
import type {
  EventBlock,
  JournalRecord,
  Notification,
  Output,
  OutputKey,
  Position,
  Transition,
} from '../model.ts';
import { giveBack } from '../util/give-back.ts';
import type { Engine } from './engine.ts';
import type { Results } from './results.ts';
import { Signal } from './signal.ts';

export interface AnalyserOptions {
  journal: JournalReader;
  results: Results;
  engine: Engine;
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

/** Reads the journal, drives the engine, and puts its outputs on disk before it goes on. */
export class Analyser {
  private readonly options: AnalyserOptions;
  private readonly news = new Signal();
  private readonly blocks = new Map<Position, { block: EventBlock; payloadBytes: number }>();
  private position: Position = 0;
  /** How far the journal goes by what the main thread tells; the windows that it offers come before that. */
  private told: Position;
  private committed: Position = 0;
  private sinceCheckpoint = 0;
  private checkpointDue = false;
  private stopping = false;
  private turns: Promise<void> = Promise.resolve();

  constructor(options: AnalyserOptions) {
    this.options = options;
    this.told = options.journal.newest;
    this.position = restored(options);
    this.committed = this.position;
  }

  wake(newest: Position): void {
    this.told = Math.max(this.told, newest);
    this.news.raise();
  }

  /** Takes a window that is inflated already. It is used if its turn comes, and forgotten if that is over. */
  offer(position: Position, block: EventBlock, payloadBytes: number): void {
    if (position > this.position) this.blocks.set(position, { block, payloadBytes });
  }

  /** Asks for a checkpoint at the next opportunity. When it is taken has no influence on what is put out. */
  requestCheckpoint(): void {
    this.checkpointDue = true;
    this.news.raise();
  }

  run(): Promise<void> {
    this.turns = this.loop();
    return this.turns;
  }

  /** Finishes the turn in hand and writes a checkpoint, so that the next start has nothing to read again. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.news.raise();
    await this.turns;
    await this.checkpoint();
  }

  private async loop(): Promise<void> {
    this.progress();
    while (!this.stopping) {
      const records = this.read();
      if (records.length > 0) await this.turn(records);
      if (this.checkpointDue || this.sinceCheckpoint >= this.options.checkpointBytes) await this.checkpoint();
      if (records.length > 0) {
        // Messages of the main thread are heard between turns.
        await new Promise<void>((resolve) => setImmediate(resolve));
      } else await this.news.wait();
    }
  }

  private read(): JournalRecord[] {
    const isOffered = (position: Position) => this.blocks.has(position);
    return this.options.journal.read(this.position, turnBytes, this.told - this.position, isOffered);
  }

  private async turn(records: JournalRecord[]): Promise<void> {
    const outputs: { key: OutputKey; output: Output }[] = [];
    for (const record of records) {
      const offered = this.blocks.get(record.position);
      this.blocks.delete(record.position);
      this.sinceCheckpoint += offered?.payloadBytes ?? (record.kind === 'events' ? record.payload.length : 1);
      this.options.engine.process(record, offered?.block).forEach((output, ordinal) => {
        outputs.push({ key: [record.position, ordinal + 1], output });
      });
      if (offered) giveBack(offered.block.bytes);
      this.position = record.position;
    }
    if (outputs.length > 0) await this.keep(outputs);
    this.progress();
  }

  /** Notifications are put away first: a crash in between puts them again, under the same ids. */
  private async keep(outputs: { key: OutputKey; output: Output }[]): Promise<void> {
    const news = outputs.filter(({ key }) => this.options.results.isNew(key));
    for (const { output } of news)
      if (output.kind === 'notification') await this.options.notify(output.notification);
    if ((await this.options.results.append(news)) > 0) this.options.onOutputs();
    for (const { output } of news)
      if (output.kind === 'transition') this.options.onTransition(output.transition);
  }

  private async checkpoint(): Promise<void> {
    this.checkpointDue = false;
    if (this.position === this.committed) return;
    await this.options.results.saveCheckpoint({
      position: this.position,
      state: this.options.engine.snapshot(),
    });
    this.committed = this.position;
    this.sinceCheckpoint = 0;
    this.progress();
  }

  private progress(): void {
    this.options.onProgress(this.position, this.committed, this.options.engine.waiting);
  }
}

/** Brings the engine to where it was, and returns the place in the journal that this is. */
function restored({ results, engine }: AnalyserOptions): Position {
  try {
    const checkpoint = results.checkpoint();
    if (!checkpoint) return 0;
    engine.restore(checkpoint.state);
    return checkpoint.position;
  } catch (error) {
    throw new LogboomError(
      'DATA_DAMAGED',
      `The analyser’s checkpoint in ${results.folder} cannot be used: ${messageOf(error)}. Restore the folder from a ` +
        'backup. Or move it away and start again: windows and alerts begin anew.',
      { cause: error },
    );
  }
}
