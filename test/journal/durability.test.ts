import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { everything, opened, readerOf, temporaryFolder } from './support.ts';

const script = fileURLToPath(new URL('fixtures/append-until-killed.mjs', import.meta.url));
const ROUNDS = 20;

/** Lets a child append and kills it at some moment after its first acknowledgement. Returns what it was promised. */
function appendedUntilKilled(folder: string, round: number, after: number): Promise<[number, string][]> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [script, folder, `${round}`], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let printed = '';
    child.stdout.once('data', () => setTimeout(() => child.kill('SIGKILL'), after));
    child.stdout.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
    });
    child.on('close', () => {
      const lines = printed.split('\n').slice(0, -1);
      resolve(lines.map((line) => [Number(line.split(' ')[0]), line.split(' ')[1]!]));
    });
  });
}

describe('kill -9', () => {
  it(`loses nothing that was acknowledged, ${ROUNDS} times over`, { timeout: 120_000 }, async () => {
    const folder = temporaryFolder();
    const { payloadFor } = (await import('./fixtures/journal.mjs' as string)) as {
      payloadFor(name: string): Buffer;
    };
    let acknowledged = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const promised = await appendedUntilKilled(folder, round, 1 + Math.random() * 40);
      expect(promised.length).toBeGreaterThan(0);
      acknowledged += promised.length;
      const reader = readerOf(folder);
      for (const [position, name] of promised) {
        const [record] = reader.read(position - 1, everything, 1);
        if (record?.kind !== 'events') throw new Error(`position ${position} of round ${round} is lost`);
        expect([record.position, record.origin.connection]).toEqual([position, name]);
        expect(record.payload.equals(payloadFor(name))).toBe(true);
      }
      await reader.close();
    }
    const journal = await opened(folder);
    const held = readerOf(folder).read(0, everything);
    expect(held.length).toBeGreaterThanOrEqual(acknowledged);
    expect(held.map((record) => record.position)).toEqual(held.map((_, index) => index + 1));
    expect(journal.fill.newest).toBe(held.length);
    expect(journal.committed('indexer')).toBeLessThanOrEqual(held.length);
  });
});
