import { execFile, spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { opened, readerOf, temporaryFolder } from './support.ts';

const fixture = (name: string) => fileURLToPath(new URL(`fixtures/${name}.mjs`, import.meta.url));
const isRoot = process.getuid?.() === 0;

describe('a disk that takes no more', () => {
  it('refuses appends, keeps what it promised, and is used again when there is room', async () => {
    const folder = temporaryFolder();
    // A limit on the size of files stands in for a full disk: the write is cut short just so.
    const limited = `ulimit -f 3000; exec '${process.execPath}' '${fixture('fill-disk')}' '${folder}'`;
    const { stdout } = await promisify(execFile)('bash', ['-c', limited]);
    const [refused, healed] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(refused).toMatchObject({ event: 'refused', code: 'JOURNAL_BROKEN' });
    expect(refused!.message).toMatch(/^Cannot write to the journal in .*: .*Nothing of it was acknowledged/);
    expect(healed).toEqual({ event: 'healed', position: Number(refused!.written) + 1 });
    expect(readerOf(folder).newest).toBe(healed!.position);
  });
});

describe('a folder that cannot be written', () => {
  it('is told of, where it lies below a file', async () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    await expect(opened(join(file, 'journal'))).rejects.toMatchObject({
      code: 'JOURNAL_BROKEN',
      message: expect.stringMatching(/^Cannot write to the folder .*file.*journal/),
    });
  });

  it('is told of, where rights are missing', () => {
    const folder = temporaryFolder();
    chmodSync(folder, 0o500);
    // Root may write anywhere, so somebody else has to try.
    const { stdout } = spawnSync(process.execPath, [fixture('hold'), folder], {
      encoding: 'utf8',
      ...(isRoot && { uid: 65_534, gid: 65_534 }),
    });
    chmodSync(folder, 0o700);
    expect(stdout).toMatch(/^JOURNAL_BROKEN: Cannot write to the folder .*EACCES/);
  });

  it('is told of, where something else bears the name of the journal', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'journal.mdb'), 'x'.repeat(10_000));
    await expect(opened(folder)).rejects.toMatchObject({
      code: 'JOURNAL_BROKEN',
      message: expect.stringMatching(/^Cannot open the journal in /),
    });
  });
});
