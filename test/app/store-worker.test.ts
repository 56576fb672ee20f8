import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { startStore } from '@logboom/store';
import { describe, expect, it, onTestFinished } from 'vitest';
import { aFolder } from '../support/folder.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const headers = { 'content-type': 'application/json' };

describe('the worker of the embedded store', () => {
  const start = (port: number) => {
    const config = { host: '127.0.0.1', port, keepAge: 1e12, keepSize: 1e12 };
    const log = { level: 'error', format: 'json' };
    return new Worker(`${root}dist/app/store-worker.js`, {
      workerData: { folder: aFolder(), config, log, secrets: [] },
    });
  };
  const message = (worker: Worker) =>
    new Promise<Record<string, Record<string, unknown>>>((resolve) => worker.once('message', resolve));

  it('says where it listens, serves, and stops when told to', async () => {
    const worker = start(0);
    const { ready } = await message(worker);
    const url = String(ready!.url);
    expect((await fetch(`${url}/t/_doc/1`, { method: 'PUT', headers, body: '{"x":1}' })).status).toBe(201);
    const exit = new Promise((resolve) => worker.once('exit', resolve));
    worker.postMessage('stop');
    expect(await exit).toBe(0);
    await expect(fetch(url)).rejects.toThrow();
  });

  it('says why it could not start', async () => {
    const other = await startStore({
      folder: aFolder(),
      config: { host: '127.0.0.1', port: 0, keepAge: 1e12, keepSize: 1e12 },
    });
    onTestFinished(() => other.stop());
    const worker = start(other.port);
    expect((await message(worker)).failed).toMatchObject({
      code: 'PORT_IN_USE',
      message: expect.stringContaining('Elasticsearch already answers'),
    });
    await new Promise((resolve) => worker.once('exit', resolve));
  });
});
