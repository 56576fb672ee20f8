import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cautions, type ModeOf, unreadableFiles } from '../../src/config/checks/cautions.ts';
import { schema } from '../../src/config/schema/schema.ts';
import { load } from '../support/config.ts';
import { aFolder } from '../support/folder.ts';

const modes =
  (table: Record<string, number>): ModeOf =>
  (path) =>
    table[path];
const tls = { ssl_enabled: true, ssl_certificate: 'c', ssl_key: '/etc/logboom/server.key' };

describe('a configuration is warned about', () => {
  it.each<[string, object, RegExp]>([
    [
      'an open API',
      { api: { host: '0.0.0.0', open: true } },
      /`api` listens on 0\.0\.0\.0.*without credentials/,
    ],
    ['an open store', { store: { host: '::', open: true } }, /`store` listens on ::.*without credentials/],
    [
      'clear text',
      { inputs: { lumberjack: { host: '0.0.0.0', open: true } } },
      /Events travel in clear text/,
    ],
    [
      'an Elasticsearch without TLS',
      { elasticsearch: { hosts: ['http://es:9200'], api_key: 'a:b' } },
      /Documents and credentials travel to http:\/\/es:9200 in clear text/,
    ],
    [
      'an Elasticsearch that is not checked',
      { elasticsearch: { hosts: ['https://es:9200'], ssl_verification_mode: 'none' } },
      /accepts every server certificate/,
    ],
    [
      'a Logstash without TLS',
      { forward: { hosts: ['127.0.0.1:5045', 'logs:5044'] } },
      /Events travel to logs:5044 in clear text/,
    ],
    [
      'a Logstash whose TLS is switched off',
      { forward: { hosts: ['logs'], ssl: { enabled: false } } },
      /Events travel to logs in clear text/,
    ],
    [
      'a Logstash that is not checked',
      { forward: { hosts: ['logs'], ssl: { verification_mode: 'none' } } },
      /forward\.ssl.*accepts every server certificate/,
    ],
    [
      'a setting that nothing needs any more, with what takes its place',
      { time: { settle: '3s' } },
      /`time\.settle` is deprecated: .*`time\.correctFor`.*Remove it/,
    ],
  ])('%s', (_, given, caution) => {
    expect(cautions(schema.parse(given), [], modes({})).join('\n')).toMatch(caution);
  });

  it.each<[string, Record<string, number>, RegExp]>([
    ['a data folder that a group may enter', { '/data': 0o750 }, /Other users .*\(0750\).*chmod 700 \/data/],
    ['a data folder for all', { '/data': 0o40755 }, /Other users .*\(0755\)/],
    ['a key for all', { '/etc/logboom/server.key': 0o100644 }, /Every user can read .*\(0644\)/],
    ['a secret for all', { '/etc/token': 0o100604 }, /can read \/etc\/token .*holds a secret/],
  ])('%s', (_, table, caution) => {
    const config = schema.parse({ data: '/data', inputs: { lumberjack: tls } });
    const said = cautions(config, ['/etc/token'], modes(table));
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(caution);
  });

  it.each<[string, object, Record<string, number>]>([
    ['one with nothing in it', {}, {}],
    ['a folder of one’s own', { data: '/data' }, { '/data': 0o40700 }],
    ['a key for its group', { inputs: { lumberjack: tls } }, { '/etc/logboom/server.key': 0o100640 }],
    ['a secret that the platform mounts', { data: '/data' }, { '/run/secrets/token': 0o100444 }],
    ['an Elasticsearch on the same machine', { elasticsearch: { hosts: ['http://[::1]:9200'] } }, {}],
    ['a Logstash on the same machine', { forward: { hosts: ['localhost', '[::1]:5045'] } }, {}],
    ['a Logstash with TLS', { forward: { hosts: ['logs'], ssl: {} } }, {}],
    ['open listeners on loopback', { api: { open: true }, store: { open: true } }, {}],
  ])('not for %s', (_, given, table) => {
    expect(cautions(schema.parse(given), ['/run/secrets/token'], modes(table))).toEqual([]);
  });

  it('by what is on the disk', () => {
    const data = join(aFolder(), 'data');
    mkdirSync(data);
    chmodSync(data, 0o755);
    expect(cautions(schema.parse({ data }))).toEqual([expect.stringContaining('0755')]);
    chmodSync(data, 0o700);
    expect(cautions(schema.parse({ data }))).toEqual([]);
  });

  it('by the files that its secrets came from', () => {
    const { secretFiles } = load({
      yaml: 'api: { token: { file: /etc/token } }',
      files: { '/etc/token': 't' },
    });
    expect(secretFiles).toEqual(['/etc/token']);
    const file = join(aFolder(), 'token');
    writeFileSync(file, 't');
    chmodSync(file, 0o644);
    expect(cautions(schema.parse({}), [file])).toEqual([expect.stringContaining('chmod 600')]);
  });
});

describe('certificates and keys that cannot be read', () => {
  const there = import.meta.filename;

  it.each<[string, object, string]>([
    [
      'of an input',
      { inputs: { lumberjack: { ...tls, ssl_key: there, ssl_certificate: '/none' } } },
      'inputs.lumberjack.ssl_certificate',
    ],
    ['of the API', { api: { ssl_enabled: true, ssl_certificate: there, ssl_key: '/none' } }, 'api.ssl_key'],
    [
      'of Elasticsearch',
      { elasticsearch: { hosts: ['https://es:9200'], ssl_certificate_authorities: [there, '/none'] } },
      'elasticsearch.ssl_certificate_authorities',
    ],
    [
      'of a Logstash',
      { forward: { hosts: ['logs'], ssl: { certificate_authorities: ['/none'] } } },
      'forward.ssl.certificate_authorities',
    ],
  ])('are named: %s', (_, given, setting) => {
    expect(unreadableFiles(schema.parse(given))).toEqual([
      expect.stringMatching(new RegExp(`^.${setting}. names /none, which cannot be read \\(ENOENT\\)\\.$`)),
    ]);
  });
});
