import { appendFileSync } from 'node:fs';
import { onTestFinished } from 'vitest';
import type { z } from 'zod';
import { type FileInputConfig, fileInput } from '../../../src/config/schema/file-input.ts';
import { FileInput } from '../../../src/inputs/file/file-input.ts';
import type { InputState } from '../../../src/model.ts';
import { silentInstruments } from '../../../src/telemetry/metrics.ts';
import { eventually } from '../../support/eventually.ts';

export interface FileEvent {
  '@timestamp': string;
  message: string;
  log: {
    offset: number;
    flags?: string[];
    file: { path: string; device_id: string; inode: string; fingerprint?: string };
  };
  [field: string]: unknown;
}

export type Settings = Partial<Omit<z.input<typeof fileInput>, 'kind'>> & { paths: string[] };

/** What a journal keeps: events and states, all or nothing, in memory. A crash keeps it, as the disk does. */
export class MemoryStore {
  readonly events: FileEvent[] = [];
  readonly kept = new Map<string, unknown>();
  readonly batches: number[] = [];
  /** Refuses so many batches. */
  refusals = 0;
  /** Nothing is stored before it is resolved. */
  gate: Promise<void> | undefined;

  async append(batch: { payload: Buffer; count: number }, _block: unknown, states: readonly InputState[]) {
    const lines = batch.payload.toString().split('\n').slice(0, -1);
    await this.gate;
    if (this.refusals > 0) {
      this.refusals -= 1;
      throw new Error('the disk is full');
    }
    this.batches.push(batch.count);
    for (const line of lines) this.events.push(JSON.parse(line) as FileEvent);
    await this.saveStates(states);
  }

  async saveStates(states: readonly InputState[]): Promise<void> {
    for (const { key, value } of states)
      if (value === undefined) this.kept.delete(key);
      else this.kept.set(key, JSON.parse(JSON.stringify(value)));
  }

  states(prefix: string): InputState[] {
    return [...this.kept]
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]) => ({ key, value: structuredClone(value) }));
  }

  get messages(): string[] {
    return this.events.map(({ message }) => message);
  }
}

export interface Running {
  input: FileInput;
  store: MemoryStore;
  /** What was logged. */
  log: string[];
  /** Waits until exactly these messages were stored, in any order. */
  stored(messages: readonly string[]): Promise<void>;
  stop(): Promise<void>;
}

/** A file input that runs until the test ends. With a store of another one it goes on where that one ended. */
export async function reading(settings: Settings, store = new MemoryStore()): Promise<Running> {
  const config: FileInputConfig = fileInput.parse({
    kind: 'file',
    name: 'logs',
    scanEvery: '100ms',
    backoffMax: '200ms',
    ...settings,
  });
  const log: string[] = [];
  const instruments = silentInstruments();
  const write = (first: unknown, text?: string) => void log.push(text ?? String(first));
  instruments.log = Object.assign(Object.create(instruments.log), { info: write, warn: write, error: write });
  const input = new FileInput({ config, store, fields: { host: { name: 'web-1' } }, instruments });
  await input.start();
  onTestFinished(() => input.stop(1_000));
  return {
    input,
    store,
    log,
    stored: (messages) =>
      eventually(() => {
        const [got, wanted] = [store.messages.toSorted(), [...messages].sort()];
        if (got.join('\n') === wanted.join('\n')) return;
        const place = got.findIndex((message, index) => message !== wanted[index]);
        const said = `${got.length} are stored instead of ${wanted.length}; ${got[place]} stands where ${wanted[place]} should`;
        throw new Error(`${said.slice(0, 1000)}\n${log.join('\n')}`);
      }),
    stop: () => input.stop(1_000),
  };
}

export const append = (path: string, ...lines: string[]): void =>
  appendFileSync(path, lines.map((line) => `${line}\n`).join(''));

export const numbered = (word: string, from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, index) => `${word} ${from + index}`);
