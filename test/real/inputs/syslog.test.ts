import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from '@elastic/elasticsearch';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requestsTo } from '../support/findings.ts';
import { type RealLogboom, startLogboom } from '../support/logboom.ts';
import { eventually, freePort } from '../support/peers.ts';
import { startRsyslog } from '../support/rsyslog.ts';

const run = promisify(execFile);
let folder: string;
let server: RealLogboom;
let syslog: number;
let http: number;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'logboom-syslog-'));
  [syslog, http] = [await freePort(), await freePort()];
  server = await startLogboom({
    inputs: [
      { kind: 'syslog', name: 'syslog', port: syslog, dataset: 'syslog' },
      { kind: 'http', name: 'web', port: http },
    ],
  });
});
afterAll(async () => {
  await server?.discard();
  if (folder) await rm(folder, { recursive: true });
});

/** The documents whose message contains a word, once there are so many. */
async function documents(word: string, count: number, index = 'logs-syslog-default') {
  const request = requestsTo(server.store);
  let hits: { _source: Record<string, unknown> }[] = [];
  await eventually(
    `${count} documents with ${word}`,
    async () => {
      const query = { size: 1_000, query: { match_phrase: { message: word } } };
      const { body } = await request('POST', `/${index}/_search`, query);
      hits = body.hits?.hits ?? [];
      return hits.length >= count;
    },
    60_000,
  );
  return hits.map(({ _source }) => _source);
}

const field = (document: Record<string, unknown>, name: string) =>
  name.split('.').reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], document);

describe("util-linux's logger", () => {
  it.each<[what: string, options: string[]]>([
    ['RFC 3164 over UDP', ['--udp', '--rfc3164']],
    ['RFC 5424 over UDP', ['--udp', '--rfc5424']],
    ['RFC 3164 over TCP', ['--tcp', '--rfc3164']],
    ['RFC 5424 over TCP', ['--tcp', '--rfc5424']],
    ['RFC 5424 over TCP with the length in front', ['--tcp', '--rfc5424', '--octet-count']],
  ])('is read: %s', async (what, options) => {
    const word = what.replaceAll(/\W/g, '').toLowerCase();
    const target = ['--server', '127.0.0.1', '--port', String(syslog)];
    await run('logger', [...options, ...target, '-t', 'shop', '-p', 'user.err', `${word} payment 7 failed`]);
    const [found] = await documents(word, 1);
    expect(found).toMatchObject({
      message: `${word} payment 7 failed`,
      log: { level: 'error', syslog: { facility: { name: 'user-level' }, severity: { code: 3 } } },
      process: { name: 'shop' },
    });
    expect(Math.abs(Date.parse(found!['@timestamp'] as string) - Date.now())).toBeLessThan(120_000);
  });
});

/** A program that logs as Python's documentation shows it. */
const python = (word: string, socktype: string) => `
import logging, logging.handlers, socket
handler = logging.handlers.SysLogHandler(address=('127.0.0.1', ${syslog}), socktype=socket.${socktype})
handler.ident = 'till: '
log = logging.getLogger('till')
log.addHandler(handler)
for number in range(20):
    log.error('${word} payment %d failed', number)
handler.close()
`;

describe("Python's SysLogHandler", () => {
  it.each([
    ['UDP', 'SOCK_DGRAM'],
    ['TCP, where lines end with a NUL', 'SOCK_STREAM'],
  ])('is read over %s', async (_, socktype) => {
    const word = `python${socktype.toLowerCase().replace('_', '')}`;
    await run('python3', ['-c', python(word, socktype)]);
    const found = await documents(word, 20);
    expect(found.map(({ message }) => message).sort()).toEqual(
      Array.from({ length: 20 }, (__, number) => `${word} payment ${number} failed`).sort(),
    );
    expect(found[0]).toMatchObject({
      log: { level: 'error', syslog: { priority: 11 } },
      process: { name: 'till' },
    });
  });
});

describe('rsyslog', () => {
  it('forwards by all of its ways, each line once and in order', async () => {
    const target = `target="127.0.0.1" port="${syslog}"`;
    const rsyslog = await startRsyslog(folder, [
      `action(type="omfwd" ${target} protocol="tcp" TCP_Framing="octet-counted" template="RSYSLOG_SyslogProtocol23Format")`,
      `action(type="omfwd" ${target} protocol="tcp" template="RSYSLOG_TraditionalForwardFormat")`,
      `action(type="omfwd" ${target} protocol="udp" template="RSYSLOG_ForwardFormat")`,
    ]);
    try {
      for (let from = 0; from < 100; from += 25) {
        const lines = Array.from({ length: 25 }, (_, index) => `forwarded ${from + index}`);
        for (const line of lines) await run('logger', ['-u', rsyslog.socket, '-t', 'worker', line]);
      }
      const found = await documents('forwarded', 300);
      expect(found).toHaveLength(300);
      const counts = new Map<string, number>();
      for (const { message } of found) {
        // RFC 5424 of rsyslog has two spaces before the text.
        const line = String(message).trim();
        counts.set(line, (counts.get(line) ?? 0) + 1);
      }
      expect(counts.size).toBe(100);
      expect(new Set(counts.values())).toEqual(new Set([3]));
      for (const document of found) {
        expect(field(document, 'process.name')).toBe('worker');
        expect(field(document, 'host.name')).not.toBe('127.0.0.1');
        expect(document.tags ?? []).not.toContain('_parsefailure');
      }
    } finally {
      await rsyslog.stop();
    }
  });
});

describe("rsyslog's output for Elasticsearch", () => {
  it('sends in bulk, and each line is there once', async () => {
    const template = [
      'template(name="event" type="list" option.json="on") {',
      '  constant(value="{\\"@timestamp\\":\\"") property(name="timereported" dateFormat="rfc3339")',
      '  constant(value="\\",\\"process\\":{\\"name\\":\\"") property(name="programname")',
      '  constant(value="\\"},\\"message\\":\\"") property(name="msg" position.from="2")',
      '  constant(value="\\"}")',
      '}',
    ].join('\n');
    const target = `server="127.0.0.1" serverport="${http}" searchIndex="logs-rsyslog-default" searchType=""`;
    const rsyslog = await startRsyslog(
      folder,
      [
        `action(type="omelasticsearch" ${target} template="event" bulkmode="on" action.resumeRetryCount="-1")`,
      ],
      ['module(load="omelasticsearch")', template],
    );
    try {
      const lines = Array.from({ length: 100 }, (_, number) => `indexed line "${number}"`);
      for (const line of lines) await run('logger', ['--socket', rsyslog.socket, '-t', 'worker', line]);
      const found = await documents('indexed', 100, 'logs-rsyslog-default');
      expect(found.map(({ message }) => String(message)).sort()).toEqual(lines.sort());
      expect(found[0]).toMatchObject({ process: { name: 'worker' } });
    } finally {
      await rsyslog.stop();
    }
  });
});

describe("Elastic's client for JavaScript", () => {
  it('sends with its helper for bulk requests, and each document is there once', async () => {
    const client = new Client({ node: `http://127.0.0.1:${http}` });
    const datasource = Array.from({ length: 500 }, (_, number) => ({
      '@timestamp': new Date().toISOString(),
      message: `bulked ${number}`,
      number,
    }));
    const result = await client.helpers.bulk({
      datasource,
      flushBytes: 10_000,
      onDocument: () => ({ create: { _index: 'logs-client-default' } }),
    });
    expect(result).toMatchObject({ total: 500, successful: 500, failed: 0 });
    const found = await documents('bulked', 500, 'logs-client-default');
    expect(new Set(found.map(({ number }) => number)).size).toBe(500);
    await client.close();
  });
});
