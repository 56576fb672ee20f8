import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { documents, mapping, newFolder, send, testStore } from '../support.ts';

const root = fileURLToPath(new URL('../../../..', import.meta.url));

/** Processes and threads of their own run the build: Node does not load TypeScript by itself. */
beforeAll(() => {
  spawnSync(process.execPath, ['scripts/build.mjs'], { cwd: root });
});

const lines = (from: number, count: number) =>
  Array.from({ length: count }, (_, at) => {
    const number = from + at;
    const document = {
      '@timestamp': new Date(1.8e12 + number * 1000).toISOString(),
      n: number,
      message: `line number ${number}`,
    };
    return `${JSON.stringify({ create: { _index: 'logs-a-b', _id: `id${number}` } })}\n${JSON.stringify(document)}\n`;
  }).join('');

describe('what was acknowledged', () => {
  it('is there after a restart, and goes on where it was', async () => {
    const folder = newFolder();
    const first = await testStore({ folder });
    await first.request('PUT', '/t1', mapping);
    await first.index('t1', documents);
    await first.request('DELETE', '/t1/_doc/2');
    await first.request('PUT', '/_index_template/x', { index_patterns: ['x-*'] });
    await first.request('POST', '/_bulk', lines(0, 100));
    const uuid = (await first.request('GET', '/')).at('cluster_uuid');
    await first.stop();
    const second = await testStore({ folder });
    expect((await second.request('GET', '/')).at('cluster_uuid')).toBe(uuid);
    expect((await second.request('HEAD', '/_index_template/x')).status).toBe(200);
    expect(await second.ids('t1', { sort: ['_doc'] })).toEqual(['1', '3', '4', '5', '6']);
    expect(await second.ids('t1', { query: { match: { message: 'quick' } } })).toEqual(['4', '1']);
    expect((await second.request('POST', '/_bulk', lines(0, 100))).at('items.5.create.status')).toBe(409);
    expect((await second.request('GET', '/logs-a-b/_count')).at('count')).toBe(100);
    const added = await second.request('PUT', '/t1/_doc/7', { status: 1 });
    expect(added.at('_seq_no')).toBe(6);
  });

  it('is there after the process was killed in the middle of its work', async () => {
    const folder = newFolder();
    const script = `
      const { startStore } = await import(${JSON.stringify(`${root}packages/store/dist/index.js`)});
      const config = { host: '127.0.0.1', port: 0, keepAge: 1e12, keepSize: 1e12 };
      const store = await startStore({ folder: ${JSON.stringify(folder)}, config });
      console.log(store.url);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const url = await new Promise<string>((resolve) =>
      child.stdout.once('data', (text: Buffer) => resolve(text.toString().trim())),
    );
    const exit = new Promise((resolve) => child.once('exit', resolve));
    let acknowledged = 0;
    try {
      // Enough for sealed segments and an open one.
      for (let from = 0; ; from += 2000) {
        await send(url, 'POST', '/_bulk?filter_path=errors', lines(from, 2000));
        acknowledged = from + 2000;
        // While a request is under way, at no particular point of it.
        if (from === 18_000) setTimeout(() => child.kill('SIGKILL'), 130);
      }
    } catch {
      // The kill arrived.
    }
    await exit;
    const store = await testStore({ folder });
    const count =
      acknowledged === 0 ? 0 : ((await store.request('GET', '/logs-a-b/_count')).at('count') as number);
    expect(acknowledged).toBeGreaterThan(0);
    expect(count).toBeGreaterThanOrEqual(acknowledged);
    // A bulk request is there as a whole or not at all.
    expect(count % 2000).toBe(0);
    const sum = await store.request('POST', '/logs-a-b/_search', {
      size: 0,
      aggs: { s: { sum: { field: 'n' } } },
    });
    expect(sum.at('aggregations.s.value')).toBe((count * (count - 1)) / 2);
    const again = await store.request('POST', '/_bulk', lines(0, 2000));
    expect(
      (again.at('items') as { create: { status: number } }[]).every((item) => item.create.status === 409),
    ).toBe(true);
  });
});
