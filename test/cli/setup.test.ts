import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { setup as command, type SetupArguments } from '../../src/cli/commands/setup.ts';
import type { LogboomError } from '../../src/errors.ts';
import { type FakeElasticsearch, startFakeElasticsearch } from '../sinks/support/fake-elasticsearch.ts';
import { terminal } from '../support/cli.ts';
import { load } from '../support/config.ts';

let server: FakeElasticsearch;

/** Runs the command as `main` does, with a terminal that remembers. */
async function setup(args: SetupArguments = {}, yaml = `elasticsearch: { hosts: ["${server.url}"] }`) {
  const screen = terminal(false);
  const { config, problems } = load({ yaml });
  expect(problems).toEqual([]);
  const code = await command(config!, args, screen).catch((error: LogboomError) => {
    screen.err(error.message);
    return error.code;
  });
  return { code, out: screen.text(), err: screen.complaints() };
}

beforeEach(async () => {
  server = await startFakeElasticsearch();
});
afterEach(() => server.close());

describe('logboom setup', () => {
  it('installs everything, the index of episodes included, and says where', async () => {
    const { code, out } = await setup();
    expect(code).toBe(0);
    expect(out).toMatch(/installed\s+logboom-events@mappings/);
    expect(out).toContain('16 installed, 0 kept in elasticsearch 8.19.0.');
    expect([...server.indices]).toEqual(['alerts']);
  });

  it.each(['localhost:9200', 'es-1', 'ftp://es-1'])('takes no %s for an address', async (url) => {
    const { code, err } = await setup({ url });
    expect(code).toBe('USAGE');
    expect(err).toContain(`such as https://es-1:9200, but got "${url}"`);
  });

  it('changes nothing the second time', async () => {
    await setup();
    const { code, out } = await setup();
    expect(code).toBe(0);
    expect(out).toContain('0 installed, 16 kept');
  });

  it('says what somebody changed, and replaces it only when asked to', async () => {
    await setup();
    const theirs = server.templates.get('logboom-windows')!;
    server.templates.set('logboom-windows', { ...theirs, priority: 500 });
    const { code, out } = await setup();
    expect(code).toBe(0);
    expect(out).toMatch(/kept\s+logboom-windows: was changed since logboom installed it/);
    expect((await setup({ overwrite: true })).out).toContain('1 installed, 15 kept');
    expect(server.templates.get('logboom-windows')).toMatchObject({ priority: 200 });
  });

  it('prints the requests in a dry run, each one valid, and the role that a writer needs', async () => {
    const { code, out } = await setup({ 'dry-run': true });
    expect(code).toBe(0);
    expect(
      server.requests.every(({ method, path }) => method === 'GET' || path.startsWith('/_security')),
    ).toBe(true);
    const requests = out.split(/^(?=PUT |# )/m).filter((text) => text.startsWith('PUT'));
    expect(requests).toHaveLength(18);
    for (const request of requests) {
      const [, path, body] = /^PUT (\/\S+)\n(.*)$/s.exec(request)!;
      if (path !== '/alerts') expect(() => JSON.parse(body!)).not.toThrow();
    }
    expect(out).toContain('PUT /_security/role/logboom');
  });

  it('names the rights that are missing, and ends badly', async () => {
    server.rights = { manage_index_templates: false, create_doc: false };
    const { code, err } = await setup();
    expect(code).toBe(1);
    expect(err).toContain('right    cluster: manage_index_templates');
    expect(err).toContain('right    index logs-*-*: create_doc');
  });

  it('sets up another address than the configured one, with the configured login', async () => {
    const yaml = 'elasticsearch: { hosts: ["http://127.0.0.1:9"], user: u, password: p }';
    const { code } = await setup({ url: server.url }, yaml);
    expect(code).toBe(0);
    expect(server.requests[0]?.headers.authorization).toMatch(/^Basic /);
  });

  it('needs an address where the embedded store is in use', async () => {
    const { code, err } = await setup({}, '{}');
    expect(code).toBe('USAGE');
    expect(err).toContain('--url');
  });

  it('says why, where nobody answers', async () => {
    const { code, err } = await setup({ url: 'http://127.0.0.1:9' });
    expect(code).toBe('SINK_UNAVAILABLE');
    expect(err).toContain('not reachable');
  });

  it.each([
    ['events are in Elasticsearch’s own data streams', 'retention: { age: 7d }', /template `logs`/],
    ['indices are the user’s', 'index: app, retention: { age: 7d }', /have no template of ours/],
  ])('remarks that its retention does not reach documents where %s', async (_, indexing, remark) => {
    server.templates.set('logs', { index_patterns: ['logs-*-*'], priority: 100 });
    const yaml = `elasticsearch: { hosts: ["${server.url}"] }\nindexing: { ${indexing} }`;
    expect((await setup({}, yaml)).out).toMatch(remark);
  });
});
