import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from '@elastic/elasticsearch';
import { pino } from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import { startApp } from '../../src/app/app.ts';
import { status } from '../../src/cli/commands/status.ts';
import { connect } from '../../src/generator/client.ts';
import { certificateFiles, makeAuthority } from '../support/certificates.ts';
import { terminal } from '../support/cli.ts';
import { eventually } from '../support/eventually.ts';
import { aFolder } from '../support/folder.ts';
import { configWith } from '../support/journal/records.ts';

const authority = makeAuthority();
const files = certificateFiles(authority);
const tls = { ssl_enabled: true, ssl_certificate: files.ssl_certificate, ssl_key: files.ssl_key };

const filesUnder = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).map((file) =>
    join(file.parentPath, file.name),
  );

it('with TLS and credentials on its store and its API, logboom itself still gets in, and nobody reads its files', async () => {
  const data = join(aFolder(), 'data');
  const config = configWith([{ name: 'counted', over: '1s' }], {
    data,
    log: { level: 'error' },
    inputs: { lumberjack: { port: 0 } },
    store: { port: 0, user: 'elastic', password: 'for-people', ...tls },
    api: { port: 0, tokens: { eye: { token: 'reads-only' } }, ...tls },
  });
  const app = await startApp(config, { log: pino({ level: 'silent' }) });
  onTestFinished(() => app.stop());
  const [host, port] = app.urls.lumberjack!.split(':');
  const shipper = await connect({ host: host!, port: Number(port) });
  await shipper.send([JSON.stringify({ '@timestamp': new Date().toISOString(), message: 'a line' })]);
  shipper.close();

  const client = new Client({
    node: app.urls.store!,
    auth: { username: 'elastic', password: 'for-people' },
    tls: { ca: authority.cert },
  });
  onTestFinished(() => client.close());
  await eventually(
    async () => expect((await client.count({ index: 'logs-generic-default' })).count).toBe(1),
    { interval: 100 },
  );

  const screen = terminal();
  const source = { url: app.urls.api, token: 'reads-only', certificate: files.ssl_certificate };
  expect(await status(source, false, screen)).toBe(0);

  const loose = filesUnder(data).filter((file) => (statSync(file).mode & 0o077) !== 0);
  expect(loose).toEqual([]);
  expect(filesUnder(data).length).toBeGreaterThan(5);
});
