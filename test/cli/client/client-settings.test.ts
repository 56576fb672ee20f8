import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { apiOf } from '../../../src/cli/api-settings.ts';
import { aFolder } from '../../support/folder.ts';

afterEach(() => vi.unstubAllEnvs());

function configured(text: string): string {
  const path = join(aFolder(), 'logboom.yml');
  writeFileSync(path, text);
  return path;
}

describe('the commands that ask a running server', () => {
  it('need none of its secrets', () => {
    const config = configured(`
elasticsearch: { hosts: ["https://es:9200"], api_key: "\${UNSET_KEY}", ca: { file: /nothing/here } }
notifiers: { ops: { kind: slack, token: "\${UNSET_TOKEN}", channel: "#ops" } }
api: { host: 10.0.0.1, port: 9700, token: a-token-of-16-characters }
`);
    expect(apiOf({ config })).toEqual({ url: 'http://10.0.0.1:9700', token: 'a-token-of-16-characters' });
  });

  it('run while a rule is broken or a file of rules is missing', () => {
    const broken = configured('rules: [{ name: a, when: "soon" }]\napi: { port: 9701 }\n');
    expect(apiOf({ config: broken }).url).toBe('http://127.0.0.1:9701');
    const missing = configured('rules: ./rules.d/*.yml\napi: { port: 9702 }\n');
    expect(apiOf({ config: missing }).url).toBe('http://127.0.0.1:9702');
  });

  it('read the variables of the API, and no others', () => {
    vi.stubEnv('LOGBOOM_API_PORT', '9703');
    vi.stubEnv('LOGBOOM_ELASTICSEARCH_HOSTS', 'no address');
    expect(apiOf({ config: configured('rules: []\n') }).url).toBe('http://127.0.0.1:9703');
  });

  it.each([
    ['a missing token', 'api: { token: "${UNSET_TOKEN}" }', /UNSET_TOKEN is not set/],
    ['a wrong port', 'api: { port: 99999 }', /api\.port/],
    ['an unknown setting', 'api: { prot: 1 }', /prot/],
    ['no YAML', 'api: [', /./],
  ])('name %s', (_, text, reason) => {
    expect(() => apiOf({ config: configured(text) })).toThrow(reason);
  });

  it('need no configured token where one is given', () => {
    const config = configured('api: { port: 9704, token: "${UNSET_TOKEN}" }\n');
    expect(apiOf({ config, token: 'given' })).toEqual({ url: 'http://127.0.0.1:9704', token: 'given' });
    const wrong = configured('api: { port: 99999, token: "${UNSET_TOKEN}" }\n');
    expect(() => apiOf({ config: wrong, token: 'given' })).toThrow(/api\.port/);
  });
});
