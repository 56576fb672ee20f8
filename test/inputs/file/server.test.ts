import { appendFileSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { eventually, reported } from '../../support/eventually.ts';
import { aFolder } from '../../support/folder.ts';
import { Server } from '../../support/server.ts';
import { append } from './support.ts';

const realLines = readFileSync(
  fileURLToPath(new URL('../../fixtures/apache-combined.log', import.meta.url)),
  'utf8',
)
  .split('\n')
  .slice(0, 200);

describe('a server that reads files', () => {
  it('parses, counts and stores their lines as those of a Filebeat, and shows the state of each input', async () => {
    const folder = aFolder();
    append(`${folder}/access.log`, ...realLines);
    append(`${folder}/app.log`, '{"time":"2026-11-29T10:00:00","level":"error","message":"boom"}', 'plain');
    const server = await Server.withConfig({
      inputs: [
        {
          kind: 'file',
          name: 'web',
          paths: [`${folder}/access.log`],
          dataset: 'nginx.access',
          parser: 'access',
        },
        {
          kind: 'file',
          name: 'app',
          paths: [`${folder}/app.log`],
          parser: 'json',
          zone: 'Europe/Berlin',
          fields: { 'service.name': 'shop' },
          tags: ['shop'],
        },
        { kind: 'file', name: 'none', paths: [`${folder}/*.none`] },
      ],
      rules: [],
    });
    await server.start();
    await reported(server, 'logboom_file_events_total{input="web"}', realLines.length);
    await reported(server, 'logboom_file_events_total{input="app"}', 2);
    await server.settled();

    const { inputs } = await server.status();
    expect(inputs).not.toHaveProperty('lumberjack');
    expect(inputs.web).toMatchObject({ kind: 'file', events: 200, lagBytes: 0, files: { watched: 1 } });
    expect(inputs.none!.problems).toEqual([`no file matches ${folder}/*.none`]);
    expect(await server.metric('logboom_file_read_from_start_total{input="web",reason="new"}')).toBe(1);

    const access = await server.documents('logs-nginx.access-default');
    expect(access).toHaveLength(200);
    expect(access[0]!._source).toMatchObject({
      http: { response: { status_code: expect.any(Number) } },
      log: { file: { path: `${folder}/access.log` }, offset: expect.any(Number) },
      input: { type: 'filestream' },
      agent: { type: 'logboom' },
    });
    const app = await server.documents('logs-generic-default');
    const json = app.find(({ _source }) => _source.message === 'boom');
    // Ten o'clock in Berlin.
    expect(json!._source).toMatchObject({
      '@timestamp': '2026-11-29T09:00:00.000Z',
      service: { name: 'shop' },
      tags: ['shop'],
    });
    const plain = app.find(({ _source }) => _source.message === 'plain');
    expect(plain!._source.tags).toContain('_parsefailure');
    expect(await server.stop()).toBe(0);
  });

  it('takes Lumberjack beside them, and keeps no file batch in the memory of redelivered events', async () => {
    const folder = aFolder();
    append(`${folder}/a.log`, 'one', 'one', 'one');
    const server = await Server.withConfig({
      inputs: [
        { kind: 'file', name: 'a', paths: [`${folder}/a.log`] },
        { kind: 'lumberjack', name: 'beats', port: 0 },
      ],
      rules: [],
    });
    await server.start();
    await reported(server, 'logboom_file_events_total{input="a"}', 3);
    expect((await server.status()).inputs.lumberjack).toMatchObject({ connections: 0 });
    await server.kill();
    await server.start();
    expect(await server.metric('logboom_redelivery_remembered_events')).toBe(0);
    appendFileSync(`${folder}/a.log`, 'one\n');
    await eventually(async () => {
      await server.settled();
      expect(await server.documents('logs-generic-default')).toHaveLength(4);
    });
  });
});
