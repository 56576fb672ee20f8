import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openJournal } from '../../src/journal/journal.ts';
import { lockFolder } from '../../src/journal/lock.ts';
import { opened, temporaryFolder } from './support.ts';

const holdScript = fileURLToPath(new URL('fixtures/hold.mjs', import.meta.url));

/** Another process opens the journal; returns it and the first line that it printed. */
async function otherProcess(folder: string) {
  const child = spawn(process.execPath, [holdScript, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [said] = (await once(createInterface(child.stdout), 'line')) as [string];
  return { child, said };
}

describe('the lock', () => {
  it('keeps a second writer out, naming the folder and the process', async () => {
    const folder = temporaryFolder();
    const { child, said } = await otherProcess(folder);
    expect(said).toBe('holding');
    const attempt = openJournal(folder, {} as never);
    await expect(attempt).rejects.toMatchObject({
      code: 'JOURNAL_LOCKED',
      message: expect.stringMatching(new RegExp(`${folder}.* process ${child.pid}\\.`)),
    });
    const third = await otherProcess(folder);
    expect(third.said).toMatch(/^JOURNAL_LOCKED/);
  });

  it('is free after kill -9', async () => {
    const folder = temporaryFolder();
    const { child } = await otherProcess(folder);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(existsSync(join(folder, 'writer.lock'))).toBe(true);
    await opened(folder);
  });

  it('keeps out a second writer in the same process', async () => {
    const folder = temporaryFolder();
    const journal = await opened(folder);
    await expect(opened(folder)).rejects.toMatchObject({ code: 'JOURNAL_LOCKED' });
    await journal.close();
    await opened(folder);
  });

  it('leaves nothing behind', () => {
    const folder = temporaryFolder();
    const lock = lockFolder(folder);
    expect(readdirSync(folder)).toEqual(['writer.lock']);
    lock.release();
    lock.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it("does not release another's lock", () => {
    const folder = temporaryFolder();
    const lock = lockFolder(folder);
    writeFileSync(join(folder, 'writer.lock'), '{"token":"of somebody else"}');
    lock.release();
    expect(existsSync(join(folder, 'writer.lock'))).toBe(true);
  });
});

describe('a lock file that was left behind', () => {
  const holder = { pid: 2 ** 22 + 7, started: '1', host: hostname(), token: 'theirs' };
  const leftBehind = (content: string, secondsAgo = 0) => {
    const folder = temporaryFolder();
    const path = join(folder, 'writer.lock');
    writeFileSync(path, content);
    const then = new Date(Date.now() - secondsAgo * 1_000);
    utimesSync(path, then, then);
    return folder;
  };

  it.each([
    ['by a process that is gone', JSON.stringify(holder), 0],
    ['by an earlier process with our id', JSON.stringify({ ...holder, pid: process.pid }), 0],
    ['by a process whose id was given to another', JSON.stringify({ ...holder, pid: process.ppid }), 0],
    ['by another host, without a heartbeat', JSON.stringify({ ...holder, host: 'elsewhere' }), 60],
    ['half written', '{"pid":', 0],
    ['empty', '', 0],
  ])('%s is taken over', (_, content, secondsAgo) => {
    const folder = leftBehind(content, secondsAgo);
    const lock = lockFolder(folder);
    expect(JSON.parse(readFileSync(join(folder, 'writer.lock'), 'utf8'))).toMatchObject({ pid: process.pid });
    lock.release();
  });

  it('by another host with a heartbeat is respected', () => {
    const folder = leftBehind(JSON.stringify({ ...holder, host: 'elsewhere' }), 2);
    expect(() => lockFolder(folder)).toThrow(/is held by process \d+ on elsewhere/);
  });
});
