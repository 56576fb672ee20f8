import { existsSync } from 'node:fs';
import { LogboomError } from '../../errors.ts';
import { openJournalReader } from '../../journal/reader.ts';
import { openPayload } from '../../journal/record.ts';
import type { EventBlock, Millis, Position } from '../../model.ts';
import { EventReader, type ReadEvent, type ReaderOptions } from '../../parsers/event.ts';
import { fieldsWith, type InputsOfFiles } from '../as-input.ts';
import { openInput } from '../input.ts';

/** What a reading of events found beside the events. */
export interface Reading {
  /** Events without a time that can be read, which a report leaves out. */
  untimed: number;
  /** What is no event: broken JSON, damaged records. */
  broken: number;
}

type Progress = ((share: number, events: number) => void) | undefined;

interface FileOptions {
  paths: readonly string[];
  reader: ReaderOptions;
  /** The inputs of which the files are. */
  inputs: InputsOfFiles;
  fields?: Readonly<Record<string, unknown>> | undefined;
  receivedAt: Millis;
  onEvent: (event: ReadEvent) => void;
  onProgress?: Progress;
}

/** Reads log files. Each file that names no source of its own is one. */
export async function readFiles(options: FileOptions): Promise<Reading> {
  const reading: Reading = { untimed: 0, broken: 0 };
  const reader = new EventReader(options.reader);
  let events = 0;
  for (const path of options.paths) {
    const { origin, fields, takes } = options.inputs.for(path);
    const input = openInput(path, { takes, fields: fieldsWith(fields, options.fields) });
    const facts = { origin: { ...origin, connection: path }, receivedAt: options.receivedAt };
    for await (const block of input.blocks) {
      reader.open(block, facts);
      for (let event = reader.next(); event; event = reader.next()) {
        events += 1;
        if (event.problem !== undefined) reading.broken += 1;
        else if (event.timeSource === 'receipt') reading.untimed += 1;
        else options.onEvent(event);
      }
      options.onProgress?.(input.read / Math.max(input.size, 1), events);
    }
  }
  return reading;
}

/** First and last event time of files. Throws `INPUT_UNREADABLE` where no line has a time. */
export async function timesIn(options: Omit<FileOptions, 'onEvent'>): Promise<[first: Millis, last: Millis]> {
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  const { untimed } = await readFiles({
    ...options,
    onEvent({ time }) {
      if (time < first) first = time;
      if (time > last) last = time;
    },
  });
  if (first <= last) return [first, last];
  throw new LogboomError(
    'INPUT_UNREADABLE',
    untimed === 0
      ? 'The files have no event.'
      : `None of the ${untimed} lines has a time that logboom can read. \`logboom parse\` shows what they become.`,
  );
}

interface JournalOptions {
  /** Folder of the journal. */
  folder: string;
  reader: ReaderOptions;
  /** Event times lie at or after it. */
  from: Millis;
  maxAhead: Millis;
  onEvent: (event: ReadEvent) => void;
  onProgress?: Progress;
}

const turnBytes = 2 * 2 ** 20;

/** Receipt time of the first record that a journal holds; undefined where there is no journal or no record. */
export async function journalBegins(folder: string): Promise<Millis | undefined> {
  if (!existsSync(`${folder}/journal.mdb`)) return undefined;
  const reader = openJournalReader(folder);
  try {
    return reader.read(0, 0, 1, () => true)[0]?.receivedAt;
  } finally {
    await reader.close();
  }
}

/**
 * Reads the events of a journal that may lie at or after a time. No event time is later than its receipt by more than `maxAhead`, so
 * records that were received before are left out.
 */
export async function readJournal(options: JournalOptions): Promise<Reading> {
  const journal = openJournalReader(options.folder);
  const reading: Reading = { untimed: 0, broken: 0 };
  const reader = new EventReader(options.reader);
  try {
    const { newest } = journal;
    const receivedAt = (position: Position) =>
      journal.read(position - 1, 0, 1, () => true)[0]?.receivedAt ?? 0;
    const begin = firstSince(journal.oldest, newest, options.from - options.maxAhead, receivedAt);
    let events = 0;
    for (let position = begin - 1; position < newest; ) {
      const records = journal.read(position, turnBytes);
      if (records.length === 0) break;
      for (const record of records) {
        position = record.position;
        if (record.kind === 'tick') continue;
        const { origin, receivedAt } = record;
        const block = blockOf(() => openPayload(record));
        if (block === undefined) {
          reading.broken += record.count;
          continue;
        }
        reader.open(block, { origin, receivedAt, position });
        for (let event = reader.next(); event; event = reader.next()) {
          events += 1;
          if (event.problem === undefined) options.onEvent(event);
          else reading.broken += 1;
        }
      }
      options.onProgress?.((position - begin + 1) / Math.max(1, newest - begin + 1), events);
    }
  } finally {
    await journal.close();
  }
  return reading;
}

/** A payload that cannot be read never will be. */
function blockOf(open: () => EventBlock): EventBlock | undefined {
  try {
    return open();
  } catch (error) {
    if (error instanceof LogboomError) return undefined;
    throw error;
  }
}

/** The first position with a receipt time at or after `from`. Receipt times never go back within a journal. */
function firstSince(
  oldest: Position,
  newest: Position,
  from: Millis,
  receivedAt: (at: Position) => Millis,
): Position {
  let low = Math.max(1, oldest);
  let high = newest + 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (receivedAt(middle) < from) low = middle + 1;
    else high = middle;
  }
  return low;
}
