import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startApp } from '../../src/app/app.ts';
import { openJournal } from '../../src/journal/journal.ts';
import { silentInstruments } from '../../src/telemetry/metrics.ts';
import { aFolder } from '../support/folder.ts';
import { configWith } from '../support/journal/records.ts';

const onAnyPort = { inputs: { lumberjack: { port: 0 } }, store: { port: 0 }, api: { port: 0 } };
const log = { level: 'error' } as const;

/** What keeps the process from ending: timers, sockets, threads. */
const held = () =>
  process.getActiveResourcesInfo().filter((one) => /MessagePort|Timeout|TCPSERVER|Worker/i.test(one)).length;

function theConfig(data: string, more: Record<string, unknown> = {}) {
  return configWith([{ name: 'counted', over: '1s' }], { ...onAnyPort, log, data, ...more });
}

describe('a start that fails', () => {
  it.each(['analysis', 'outbox', 'journal', 'store'])(
    'tells why, and leaves nothing running: the folder %s is a file',
    async (name) => {
      const data = aFolder();
      writeFileSync(join(data, name), 'a file');
      const before = held();
      await expect(startApp(theConfig(data))).rejects.toThrow(/EEXIST|ENOTDIR|Cannot write|not a directory/);
      await new Promise((resolve) => setTimeout(resolve, 200));
      expect(held()).toBeLessThanOrEqual(before + 1);
    },
  );

  it('tells of a port that is taken, and can be tried again on the same data', async () => {
    const data = aFolder();
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void other.close());
    const { port } = other.address() as { port: number };
    const taken = theConfig(data, { inputs: { lumberjack: { port } } });
    await expect(startApp(taken)).rejects.toMatchObject({ code: 'PORT_IN_USE' });
    const app = await startApp(theConfig(data));
    await app.stop();
    await app.stop();
  });

  it('tells that another logboom uses the data', async () => {
    const data = aFolder();
    mkdirSync(data, { recursive: true });
    const journal = await openJournal(join(data, 'journal'), {
      config: { maxSize: 2 ** 20, keepAge: 1, keepSize: 1, tick: 250 },
      readers: [],
      instruments: silentInstruments(),
    });
    onTestFinished(() => journal.close());
    await expect(startApp(theConfig(data))).rejects.toMatchObject({ code: 'JOURNAL_LOCKED' });
  });
});

describe('the data folder', () => {
  it('can be read by its owner only', async () => {
    const data = join(aFolder(), 'data.of.mine');
    const app = await startApp(theConfig(data));
    await app.stop();
    expect(statSync(data).mode & 0o077).toBe(0);
    for (const folder of ['journal', 'analysis', 'outbox']) {
      expect(existsSync(join(data, folder))).toBe(true);
      for (const file of readdirSync(join(data, folder)))
        expect([file, statSync(join(data, folder, file)).mode & 0o077]).toEqual([file, 0]);
    }
  });
});
