import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  certificateFileFindings,
  diskFindings,
  portFindings,
  zoneFindings,
} from '../../../src/cli/doctor/machine.ts';
import { type Config, schema } from '../../../src/config/schema/schema.ts';
import { certificateFiles, makeAuthority } from '../../support/certificates.ts';
import { aFolder } from '../../support/folder.ts';
import { freePort, listening } from '../../support/ports.ts';

const day = 86_400_000;

/** A configuration on ports that nobody listens on. */
async function aConfig(changes: object = {}): Promise<Config> {
  const [lumberjack, api, store] = [await freePort(), await freePort(), await freePort()];
  return schema.parse({
    data: aFolder(),
    inputs: { lumberjack: { port: lumberjack } },
    api: { port: api },
    store: { port: store },
    ...changes,
  });
}

describe('ports', () => {
  it('are fine while nobody listens on them', async () => {
    const config = await aConfig();
    expect(await portFindings(config, false)).toEqual([
      { state: 'fine', what: 'ports', text: expect.stringContaining(`${config.api.port}`) },
    ]);
  });

  it('are a problem where another process listens', async () => {
    const config = await aConfig();
    const server = createServer();
    await listening(server, config.inputs.lumberjack.port);
    onTestFinished(() => void server.close());
    const port = config.inputs.lumberjack.port;
    expect(await portFindings(config, false)).toEqual([
      {
        state: 'problem',
        what: 'inputs.lumberjack',
        text: `another process listens on tcp port ${port} of 127.0.0.1: end it, or set another port`,
      },
    ]);
    expect(await portFindings(config, true)).toEqual([
      { state: 'fine', what: 'ports', text: 'logboom runs, and listens by itself' },
    ]);
  });

  it('of another machine are none of ours', async () => {
    const config = await aConfig({ inputs: { lumberjack: { host: '192.0.2.1', open: true } } });
    expect((await portFindings(config, false))[0]).toMatchObject({
      state: 'problem',
      text: 'this machine has no address 192.0.2.1: correct `host`',
    });
  });

  it('of UDP are tried as such', async () => {
    const input = {
      name: 'routers',
      kind: 'udp',
      host: '192.0.2.1',
      port: await freePort(),
      open: true,
      dataset: 'a',
    };
    const config = await aConfig({
      inputs: [{ name: 'beats', kind: 'lumberjack', port: await freePort() }, input],
    });
    expect(await portFindings(config, false)).toEqual([
      { state: 'problem', what: 'inputs[1]', text: 'this machine has no address 192.0.2.1: correct `host`' },
    ]);
  });
});

describe('the disk', () => {
  it('is fine where journal and store fit', async () => {
    const config = await aConfig({ journal: { maxSize: '64mb' }, store: { port: 0, keepSize: '64mb' } });
    expect(diskFindings(config)).toEqual([
      { state: 'fine', what: 'data', text: expect.stringMatching(/free at/) },
    ]);
  });

  it('is too small for what the configuration allows', async () => {
    const config = await aConfig({ journal: { maxSize: '9000tb' } });
    expect(diskFindings(config)).toEqual([
      { state: 'warning', what: 'data', text: expect.stringMatching(/may take .*lower `journal.maxSize`/) },
    ]);
  });

  it('is looked at where the folder will be', async () => {
    const config = await aConfig({ data: join(aFolder(), 'new', 'data') });
    expect(diskFindings(config)[0]).toMatchObject({
      what: 'data',
      text: expect.stringContaining('free at /'),
    });
  });

  it.skipIf(process.getuid?.() === 0)('is a problem where the folder cannot be written', async () => {
    const data = join(aFolder(), 'data');
    mkdirSync(data);
    chmodSync(data, 0o500);
    expect(diskFindings(await aConfig({ data }))[0]).toMatchObject({ state: 'problem' });
  });
});

describe('certificates of listeners', () => {
  async function secured() {
    const { ssl_certificate, ssl_key } = certificateFiles(makeAuthority());
    return aConfig({ api: { port: 0, ssl_enabled: true, ssl_certificate, ssl_key } });
  }
  it.each([
    ['is fine while it is long valid', 0, undefined],
    ['is a warning when it ends soon', 10, 'warning'],
    ['is a problem when it has ended', -1, 'problem'],
  ])('%s', async (_, left, state) => {
    const config = await secured();
    const { X509Certificate } = await import('node:crypto');
    const { readFileSync } = await import('node:fs');
    const end = Date.parse(new X509Certificate(readFileSync(config.api.ssl_certificate!)).validTo);
    const now = state === undefined ? end - 30 * day : end - left * day;
    expect(certificateFileFindings(config, now).map((one) => [one.state, one.what])).toEqual(
      state === undefined ? [] : [[state, 'api.ssl_certificate']],
    );
  });

  it('are a problem where the file is none', async () => {
    const config = await secured();
    writeFileSync(config.api.ssl_certificate!, 'nothing');
    expect(certificateFileFindings(config, Date.now())[0]).toMatchObject({
      state: 'problem',
      text: expect.stringContaining('cannot be read'),
    });
  });
});

describe('time zones', () => {
  const now = Date.parse('2026-11-30T00:00:00Z');
  it.each([
    ['2026a', 'fine'],
    ['2025b', 'fine'],
    ['2024a', 'warning'],
    ['2019c', 'warning'],
    [undefined, 'fine'],
  ])('of %s are %s', (version, state) => {
    expect(zoneFindings(now, version).map((one) => one.state)).toEqual([state]);
  });
});
