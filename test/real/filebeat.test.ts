import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureFilebeat, eventually, type RealFilebeat, startFilebeat } from './support/peers.ts';

let folder: string;
let filebeat: RealFilebeat;
/** Filebeat's file output begins a new file, `shipped`, with each start and numbers the older ones. */
const shipped = async () => {
  const names = (await readdir(folder))
    .filter((name) => name.startsWith('shipped'))
    .sort()
    .reverse();
  const text = (await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')))).join('');
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line).message as string);
};

beforeAll(async () => {
  await ensureFilebeat();
  folder = await mkdtemp(join(tmpdir(), 'logboom-lines-'));
  await writeFile(join(folder, 'app.log'), 'one\ntwo\n');
  filebeat = await startFilebeat({
    paths: [join(folder, 'app.log')],
    config: { 'output.file': { path: folder, filename: 'shipped' } },
  });
});
afterAll(async () => {
  await filebeat?.stop();
  if (folder) await rm(folder, { recursive: true });
});

describe('the Filebeat that our tests start', () => {
  it('ships a file and says how many events were acknowledged', async () => {
    expect(await filebeat.acked(2)).toMatchObject({ acked: 2, active: 0 });
    expect(await shipped()).toEqual(['one', 'two']);
  });

  it('sees a new line within seconds', async () => {
    await appendFile(join(folder, 'app.log'), 'three\n');
    await filebeat.acked(3, 10_000);
  });

  it('goes on from its registry when it is started again', async () => {
    await filebeat.restart();
    await appendFile(join(folder, 'app.log'), 'four\n');
    await eventually('the fourth line is shipped', async () => (await shipped()).includes('four'));
    expect(await shipped()).toEqual(['one', 'two', 'three', 'four']);
  });
});
