import { Worker } from 'node:worker_threads';
import { longest } from './mutate.ts';

/** Longer than any input takes, however busy the machine: what takes longer never ends. */
const patience = 60_000;

/**
 * An endless loop cannot be interrupted from within, so a thread looks on: it writes the input that does not end
 * into a file, says so and ends the process.
 */
const source = `
const { workerData } = require('node:worker_threads');
const { writeFileSync } = require('node:fs');
const { state, input, folder, patience } = workerData;
let seen = -1, since = Date.now();
setInterval(() => {
  const now = Atomics.load(state, 0);
  if (now !== seen || Atomics.load(state, 2) === 0) { seen = now; since = Date.now(); return; }
  if (Date.now() - since < patience) return;
  const bytes = Buffer.from(input.slice(0, Atomics.load(state, 1)));
  const file = folder + '/hang-' + Date.now();
  writeFileSync(file, bytes);
  console.error('This input does not come to an end: ' + file);
  process.kill(process.pid, 'SIGKILL');
}, 500);
`;

export interface Watchdog {
  begin(input: Buffer): void;
  end(): void;
  stop(): Promise<void>;
}

export function watchdog(folder: string): Watchdog {
  const state = new Int32Array(new SharedArrayBuffer(12));
  const shown = new Uint8Array(new SharedArrayBuffer(longest));
  const worker = new Worker(source, {
    eval: true,
    workerData: { state, input: shown, folder, patience },
  });
  worker.unref();
  return {
    begin(input) {
      shown.set(input.subarray(0, longest));
      Atomics.store(state, 1, Math.min(longest, input.length));
      Atomics.add(state, 0, 1);
      Atomics.store(state, 2, 1);
    },
    end: () => void Atomics.store(state, 2, 0),
    stop: async () => void (await worker.terminate()),
  };
}
