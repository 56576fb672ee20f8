import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { aFolder } from '../support/folder.ts';

const fixture = fileURLToPath(new URL('fixtures/fill-disk.mjs', import.meta.url));

describe.skipIf(process.platform === 'win32')('a disk that takes no more', () => {
  it('refuses outputs and messages with the cause, keeps those that it took, and ends no process', async () => {
    // A limit on the size of files stands in for a full disk: the write is cut short just so.
    const limited = `ulimit -f 3000; exec '${process.execPath}' '${fixture}' '${aFolder()}'`;
    const { stdout } = await promisify(execFile)('bash', ['-c', limited]);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    const [outputs, held, messages, pending, note] = lines as [
      { written: number; reason: string },
      number,
      { written: number; reason: string },
      number,
      string,
    ];
    expect(outputs.written).toBeGreaterThan(3);
    expect(held).toBe(outputs.written);
    expect(messages.written).toBeGreaterThan(3);
    expect(pending).toBe(messages.written);
    for (const { reason } of [outputs, messages])
      expect(reason).toMatch(/Input\/output error|File too large/);
    expect(['noted', 'refused']).toContain(note);
  });
});
