import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
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
    expect(readdirSync(folder)).toEqual(['writer.lock', 'writer.sock']);
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

describe('a holder in another container on the same machine', () => {
  /** The lock of another process, as it looks from another process namespace: same host name, and our own process id. */
  async function seenFromOutside(folder: string) {
    const other = await otherProcess(folder);
    const path = join(folder, 'writer.lock');
    const holder = JSON.parse(readFileSync(path, 'utf8')) as object;
    writeFileSync(path, JSON.stringify({ ...holder, pid: process.pid, namespace: 'pid:[1]' }));
    return other;
  }

  it('keeps a second writer out, with the remedy', async () => {
    const folder = temporaryFolder();
    await seenFromOutside(folder);
    expect(() => lockFolder(folder, 'data')).toThrow(
      `The data in ${folder} is held by process ${process.pid} in another container. Stop that logboom, or name another data folder.`,
    );
  });

  it('keeps it out also after its heart has stopped beating, as when the machine is slow', async () => {
    const folder = temporaryFolder();
    await seenFromOutside(folder);
    const then = new Date(Date.now() - 3_600_000);
    utimesSync(join(folder, 'writer.lock'), then, then);
    expect(() => lockFolder(folder)).toThrow(/in another container/);
  });

  it('has given the lock up at once after kill -9', async () => {
    const folder = temporaryFolder();
    const { child } = await seenFromOutside(folder);
    child.kill('SIGKILL');
    await once(child, 'exit');
    lockFolder(folder).release();
  });

  it('is recognised where the path of the folder is longer than that of a socket may be', async () => {
    const folder = join(temporaryFolder(), 'x'.repeat(120));
    mkdirSync(folder);
    const { child } = await seenFromOutside(folder);
    expect(() => lockFolder(folder)).toThrow(/in another container/);
    child.kill('SIGKILL');
    await once(child, 'exit');
    lockFolder(folder).release();
  });

  it('is judged by its heartbeat where there is no socket', async () => {
    const folder = temporaryFolder();
    const { child } = await seenFromOutside(folder);
    child.kill('SIGKILL');
    await once(child, 'exit');
    rmSync(join(folder, 'writer.sock'));
    expect(() => lockFolder(folder)).toThrow(/in another container/);
    const then = new Date(Date.now() - 20_000);
    utimesSync(join(folder, 'writer.lock'), then, then);
    lockFolder(folder).release();
  });
});
