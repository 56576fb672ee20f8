import { existsSync } from 'node:fs';
import type { Config } from '../config/schema/schema.ts';
import type { Engine } from '../engine/engine.ts';
import { LogboomError } from '../errors.ts';
import { openJournalReader } from '../journal/reader.ts';
import type { JournalRecord, Millis, Position } from '../model.ts';
import { fieldsWith, InputsOfFiles } from './as-input.ts';
import { EndOfFiles } from './end-of-files.ts';
import { type InputOptions, openInput } from './input.ts';
import { type EventFile, mergeByTime, mergeOptions } from './merge.ts';
import { Replay } from './replay.ts';
import { type Report, Reporter } from './report.ts';

interface BacktestOptions extends InputOptions {
  config: Config;
  /** Files, or one `journal:<data folder>`. */
  inputs: readonly string[];
  /** The input of the configuration that the files are taken to be of. Undefined: that whose `paths` name a file. */
  input?: string | undefined;
  /** Count lines of files without a readable time, or with one in the future, as of now, instead of leaving them out. */
  assumeTimes?: boolean | undefined;
  /** Wall time of the replay. */
  receivedAt: Millis;
  /** Selects records of a journal with a receipt time in `[from, to)`. */
  from?: Millis | undefined;
  to?: Millis | undefined;
  /** Called after each block with the share of the inputs that was read (0 to 1) and the number of events. */
  onProgress?: ((share: number, events: number) => void) | undefined;
}

/** Runs rules over stored events with the live engine. */
export async function backtest(options: BacktestOptions): Promise<Report> {
  const reporter = new Reporter(options.config.rules);
  const folder = journalIn(options.inputs);
  const replay = new Replay({
    config: options.config,
    receivedAt: options.receivedAt,
    onOutput: (output) => reporter.take(output),
    observer: reporter,
    // A journal has the receipt time of each event; a file has none.
    leaveUntimed: folder === undefined && !options.assumeTimes,
  });
  if (folder === undefined) {
    await replayFiles(replay, reporter, options);
    reporter.end = new EndOfFiles(options.config.rules, replay.engine.clock.farthest);
    replay.finish();
  } else await replayJournal(replay, folder, options);
  demandTimes(replay.engine.tally);
  return reporter.report(replay.engine);
}

/** Without any event time there is nothing to test rules on. */
function demandTimes({ events, problems, untimed }: Engine['tally']): void {
  if (untimed === 0 || untimed < events - problems) return;
  throw new LogboomError(
    'INPUT_UNREADABLE',
    `None of the ${untimed} lines has a time that logboom can read, so windows cannot be counted. Use logs in a known format (docs/configuration.md, parsers), or add --assume-times to count all lines as of now.`,
  );
}

function journalIn(inputs: readonly string[]): string | undefined {
  const journals = inputs.filter((input) => input.startsWith('journal:'));
  if (journals.length === 0) return undefined;
  if (inputs.length === 1) return journals[0]!.slice('journal:'.length);
  throw new LogboomError('USAGE', 'A journal cannot be combined with other inputs.');
}

async function replayFiles(replay: Replay, reporter: Reporter, options: BacktestOptions): Promise<void> {
  const { config, inputs, onProgress } = options;
  if (options.from !== undefined || options.to !== undefined)
    throw new LogboomError(
      'USAGE',
      '--from and --to select a part of a journal. Files are always read completely.',
    );
  const inputsOf = new InputsOfFiles(config, 'backtest', options.input);
  reporter.withoutEffect = inputsOf.withoutEffect(inputs);
  const files = inputs.map((path) => {
    const { origin, fields, takes } = inputsOf.for(path);
    // Files that are merged are copied as documents.
    const asPlain = inputs.length === 1;
    return { origin, input: openInput(path, { takes, asPlain, fields: fieldsWith(fields, options.fields) }) };
  });
  const size = files.reduce((sum, { input }) => sum + input.size, 0);
  const all = files.map(({ origin, input }) => ({ origin, blocks: input.blocks }));
  const merged = mergeByTime(all, mergeOptions(config), options.receivedAt);
  for await (const { block, origin } of all.length === 1 ? blocksOf(all[0]!) : merged) {
    replay.feed(block, origin);
    const read = files.reduce((sum, { input }) => sum + input.read, 0);
    onProgress?.(size === 0 ? 1 : read / size, replay.engine.tally.events);
  }
}

async function* blocksOf({ blocks, origin }: EventFile) {
  for await (const block of blocks) yield { block, origin };
}

/** A journal has its own ticks. Alerts that are open at its end stay open. */
async function replayJournal(replay: Replay, data: string, options: BacktestOptions): Promise<void> {
  if (options.input !== undefined)
    throw new LogboomError('USAGE', '--as-input is for files. The events of a journal have their inputs.');
  const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY, onProgress } = options;
  for await (const { record, share } of journalRecords(data)) {
    if (record.receivedAt < from || record.receivedAt >= to) continue;
    replay.process(record);
    onProgress?.(share, replay.engine.tally.events);
  }
}

const turnBytes = 2 * 2 ** 20;

/** All records of the journal of a data folder, or those after a position. A server may write to it meanwhile. */
export async function* journalRecords(
  data: string,
  after: Position = 0,
): AsyncGenerator<{ record: JournalRecord; share: number }> {
  const folder = existsSync(`${data}/journal`) ? `${data}/journal` : data;
  if (!existsSync(folder))
    throw new LogboomError(
      'INPUT_UNREADABLE',
      `There is no journal in ${data}. Set the folder of the setting \`data\`.`,
    );
  const reader = openJournalReader(folder);
  try {
    const { oldest, newest } = reader;
    let position = Math.max(oldest - 1, after);
    while (position < newest) {
      const records = reader.read(position, turnBytes);
      if (records.length === 0) return;
      for (const record of records) {
        yield { record, share: (record.position - oldest + 1) / (newest - oldest + 1) };
      }
      position = records.at(-1)!.position;
    }
  } finally {
    await reader.close();
  }
}
