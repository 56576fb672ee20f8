import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Journal } from '../../src/journal/journal.ts';
import { openJournal } from '../../src/journal/journal.ts';
import type { JournalOptions } from '../../src/journal/layout.ts';
import type { JournalReader } from '../../src/journal/reader.ts';
import { openJournalReader } from '../../src/journal/reader.ts';
import type { Batch } from '../../src/model.ts';
import { silentInstruments } from '../../src/telemetry/metrics.ts';

/** The dot is there because lmdb takes a path with one for a file's. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'logboom-journal.'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export interface Settings extends Partial<Omit<JournalOptions, 'config'>> {
  maxSize?: number;
  keepAge?: number;
  keepSize?: number;
}

/** A journal that keeps everything, unless told otherwise, and is closed with the test. */
export async function opened(folder: string, settings: Settings = {}): Promise<Journal> {
  const { maxSize = 2 ** 30, keepAge = 1e15, keepSize = 2 ** 30, ...options } = settings;
  const journal = await openJournal(folder, {
    config: { maxSize, keepAge, keepSize, tick: 250 },
    readers: ['indexer'],
    instruments: silentInstruments(),
    ...options,
  });
  onTestFinished(() => journal.close());
  return journal;
}

export function readerOf(folder: string): JournalReader {
  const reader = openJournalReader(folder);
  onTestFinished(() => reader.close());
  return reader;
}

export function batch(payload: Buffer | string = 'one line', changes: Partial<Batch> = {}): Batch {
  return {
    kind: 'events',
    origin: { input: 'lumberjack', connection: '127.0.0.1:51034#7', address: '127.0.0.1' },
    receivedAt: 1_700_000_000_000,
    encoding: 'ndjson',
    count: 1,
    payload: Buffer.from(payload),
    ...changes,
  };
}

/** Waits until something holds; fails the test with what it waited for. */
export async function eventually(what: string, holds: () => boolean, within = 5_000): Promise<void> {
  const deadline = performance.now() + within;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Whether a promise has settled by now, its reactions included. */
export async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol('pending');
  await new Promise((resolve) => setTimeout(resolve, 30));
  return (await Promise.race([promise.catch(() => undefined), pending])) !== pending;
}

export const everything = Number.MAX_SAFE_INTEGER;
