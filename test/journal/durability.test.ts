import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { rounds } from '../support/rounds.ts';
import { everything, opened, readerOf, temporaryFolder } from './support.ts';

const script = fileURLToPath(new URL('fixtures/append-until-killed.mjs', import.meta.url));
const kills = rounds('DURABILITY_RUNS', 8);
const everythingKept = 2 ** 30;
const hardlyAnythingKept = 200_000;

/** Acknowledgements that a round has at least; where the past is trimmed, enough that some of it is. */
const leastOf = (keepSize: number) => (keepSize === hardlyAnythingKept ? 40 : 1);

/** Lets a child append and kills it at some moment after its first acknowledgements. Returns what it was promised. */
function appendedUntilKilled(folder: string, round: number, keepSize: number): Promise<[number, string][]> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [script, folder, `${round}`, `${keepSize}`], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let printed = '';
    let isKilled = false;
    child.stdout.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
      if (isKilled || printed.split('\n').length <= leastOf(keepSize)) return;
      isKilled = true;
      setTimeout(() => child.kill('SIGKILL'), 1 + Math.random() * 40);
    });
    child.on('close', () => {
      const lines = printed.split('\n').slice(0, -1);
      resolve(lines.map((line) => [Number(line.split(' ')[0]), line.split(' ')[1]!]));
    });
  });
}

type Payloads = { payloadFor(name: string): Buffer };

describe('kill -9', () => {
  it.each([
    ['', everythingKept, kills],
    [', also while the past is trimmed', hardlyAnythingKept, Math.ceil(kills / 2)],
  ])(
    'loses nothing that was acknowledged%s',
    { timeout: 60_000 + kills * 5_000 },
    async (_, keepSize, times) => {
      const folder = temporaryFolder();
      const { payloadFor } = (await import('./fixtures/journal.mjs' as string)) as Payloads;
      let acknowledged = 0;
      for (let round = 0; round < times; round++) {
        const promised = await appendedUntilKilled(folder, round, keepSize);
        acknowledged += promised.length;
        const reader = readerOf(folder);
        const { oldest } = reader;
        expect(promised.length).toBeGreaterThan(0);
        // The child commits all but the last few of what it appends, so no more than that may be trimmed.
        expect(oldest).toBeLessThanOrEqual(reader.committed('indexer') + 1);
        for (const [position, name] of promised.filter(([at]) => at >= oldest)) {
          const [record] = reader.read(position - 1, everything, 1);
          if (record?.kind !== 'events') throw new Error(`position ${position} of round ${round} is lost`);
          expect([record.position, record.origin.connection]).toEqual([position, name]);
          expect(record.payload.equals(payloadFor(name))).toBe(true);
        }
        await reader.close();
      }
      const journal = await opened(folder);
      const { oldest, newest, bytes } = journal.fill;
      const held = readerOf(folder).read(0, everything);
      expect(oldest > 1).toBe(keepSize === hardlyAnythingKept);
      expect(newest).toBeGreaterThanOrEqual(acknowledged);
      expect(held.map((record) => record.position)).toEqual(
        Array.from({ length: newest - oldest + 1 }, (_, index) => oldest + index),
      );
      expect(bytes).toBeGreaterThan(0);
    },
  );
});
