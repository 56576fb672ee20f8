import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type KibanaConfig, kibana } from '../../src/config/schema/kibana.ts';
import { KibanaClient, reasonOf } from '../../src/kibana/client.ts';
import { viewsOf } from '../../src/kibana/data-views.ts';
import {
  importObjects,
  isTooOld,
  kibanaVersion,
  putConnector,
  putRule,
  requireSpace,
  together,
} from '../../src/kibana/import.ts';
import { connectorsOf, rulesOf } from '../../src/kibana/rules.ts';

interface Seen {
  method: string;
  path: string;
  headers: Record<string, unknown>;
  text: string;
}
type Reply = [status: number, body: unknown];

/** A real server that answers each request as the test says; texts as they are, anything else as JSON. */
async function aServer(answer: (seen: Seen, number: number) => Reply, changes: Partial<KibanaConfig> = {}) {
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const { method = '', url = '', headers } = request;
    seen.push({ method, path: url, headers, text });
    const [status, body] = answer(seen.at(-1)!, seen.length);
    response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = new KibanaClient({ ...kibana.parse({}), url, ...changes });
  onTestFinished(async () => {
    await client.close();
    server.closeAllConnections();
    server.close();
  });
  return { client, seen, url };
}

describe('the client of Kibana', () => {
  it.each<[Partial<KibanaConfig>, string | undefined]>([
    [{}, undefined],
    [{ user: 'ann', password: 'secret' }, `Basic ${Buffer.from('ann:secret').toString('base64')}`],
    [{ user: 'ann' }, `Basic ${Buffer.from('ann:').toString('base64')}`],
    [{ api_key: 'id:key' }, `ApiKey ${Buffer.from('id:key').toString('base64')}`],
    [{ api_key: 'aWQ6a2V5' }, 'ApiKey aWQ6a2V5'],
    [{ api_key: 'k', user: 'ann', password: 'secret' }, 'ApiKey k'],
  ])('with %j sends the authorization %s', async (changes, authorization) => {
    const { client, seen } = await aServer(() => [200, {}], changes);
    await client.get('/api/status');
    expect(seen[0]!.headers.authorization).toBe(authorization);
    // Kibana refuses requests that change something without this header.
    expect(seen[0]!.headers['kbn-xsrf']).toBe('logboom');
  });

  it.each<[string | undefined, string]>([
    [undefined, '/api/x'],
    ['', '/api/x'],
    ['default', '/api/x'],
    ['ops', '/s/ops/api/x'],
    ['a b/c', '/s/a%20b%2Fc/api/x'],
  ])('asks in the space %j for %s', async (space, path) => {
    const { client, seen } = await aServer(() => [200, {}], space === undefined ? {} : { space });
    await client.get('/api/x');
    await client.outside('/api/x');
    expect(seen.map((one) => one.path)).toEqual([path, '/api/x']);
  });

  it('leaves out slashes at the end of the address', async () => {
    const { url } = await aServer(() => [200, {}]);
    expect(new KibanaClient({ ...kibana.parse({}), url: `${url}//` }).url).toBe(url);
  });

  it('needs an address', () => {
    expect(() => new KibanaClient(kibana.parse({}))).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        message: 'Where Kibana is is not known: set `kibana.url`, or use --url.',
      }),
    );
  });

  it('sends JSON, and a file whose name Kibana accepts', async () => {
    const { client, seen } = await aServer(() => [200, {}]);
    await client.send('PUT', '/api/y', { a: 1 });
    await client.upload('/api/z', '{"b":2}\n');
    expect(seen[0]).toMatchObject({ method: 'PUT', path: '/api/y', text: '{"a":1}' });
    expect(seen[0]!.headers['content-type']).toBe('application/json');
    expect(seen[1]!.method).toBe('POST');
    expect(seen[1]!.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/);
    expect(seen[1]!.text).toContain('name="file"; filename="logboom.ndjson"');
    expect(seen[1]!.text).toContain('{"b":2}\n');
  });

  it.each<[unknown, Record<string, unknown>]>([
    [{ a: 1 }, { a: 1 }],
    ['', { message: '' }],
    ['<html>', { message: '<html>' }],
    ['x'.repeat(300), { message: 'x'.repeat(200) }],
    ['null', { message: 'null' }],
    ['7', { message: '7' }],
    ['[1]', { message: '[1]' }],
    ['"ok"', { message: '"ok"' }],
  ])('reads the answer %j as %j', async (body, wanted) => {
    const { client } = await aServer(() => [200, body]);
    expect(await client.get('/')).toEqual({ status: 200, body: wanted });
  });

  it.each<[Reply, object[]]>([
    [
      [200, '{"a":1}\n\n{"b":2}\n'],
      [{ a: 1 }, { b: 2 }],
    ],
    [[200, ''], []],
    [[404, '{"message":"no"}'], []],
  ])('reads the lines of %j', async (reply, lines) => {
    const { client } = await aServer(() => reply);
    expect((await client.lines('/x', {})).lines).toEqual(lines);
  });

  it('names the address and the cause where nothing answers', async () => {
    const { client, url } = await aServer(() => [200, {}]);
    const away = new KibanaClient({ ...kibana.parse({}), url: 'http://127.0.0.1:9' });
    await expect(away.get('/')).rejects.toMatchObject({
      code: 'KIBANA_UNAVAILABLE',
      message: expect.stringMatching(/^No Kibana answers at http:\/\/127\.0\.0\.1:9 \(.+\)\.$/),
    });
    expect(client.url).toBe(url);
  });

  it.each<[number, Record<string, unknown>, string]>([
    [404, { message: 'Not Found' }, '404: Not Found'],
    [500, {}, '500'],
    [500, { message: 7 }, '500'],
  ])('a failure %d with %j is %s', (status, body, text) => expect(reasonOf({ status, body })).toBe(text));
});

describe('the version of Kibana', () => {
  const patience = { within: 50, pause: 1, onWait: () => undefined };
  const login = 'set `kibana.api_key`, or `kibana.user` and `kibana.password`.';

  it('is that of its status', async () => {
    const { client } = await aServer(() => [200, { version: { number: '8.19.2' }, status: {} }]);
    expect(await kibanaVersion(client, patience)).toBe('8.19.2');
  });

  it('is waited for while Kibana starts, which is said once', async () => {
    const said: string[] = [];
    const { client, url } = await aServer((_, number) =>
      number < 4 ? [503, { message: 'not ready' }] : [200, { version: { number: '9.0.0' } }],
    );
    const waiting = { within: 60_000, pause: 1, onWait: (reason: string) => said.push(reason) };
    expect(await kibanaVersion(client, waiting)).toBe('9.0.0');
    expect(said).toEqual([`${url} is starting (503: not ready)`]);
  });

  it('is not waited for for ever', async () => {
    const { client, url } = await aServer(() => [503, 'Kibana server is not ready yet']);
    await expect(kibanaVersion(client, { ...patience, within: 0 })).rejects.toMatchObject({
      code: 'KIBANA_UNAVAILABLE',
      message: `${url} has not started: 503: Kibana server is not ready yet.`,
    });
  });

  it.each<[Reply, (url: string) => string]>([
    [[401, { message: 'Unauthorized' }], (url) => `${url} refuses the login (401: Unauthorized): ${login}`],
    [[403, {}], (url) => `${url} refuses the login (403): ${login}`],
    [
      [200, { status: { overall: { level: 'available' } } }],
      (url) => `${url} shows its version only to who is logged in: ${login}`,
    ],
    [[200, { hello: 'world' }], (url) => `${url} does not answer like Kibana (200).`],
    [[200, 'null'], (url) => `${url} does not answer like Kibana (200: null).`],
    [[404, 'no page'], (url) => `${url} does not answer like Kibana (404: no page).`],
  ])('is refused by the answer %j', async (reply, message) => {
    const { client, url } = await aServer(() => reply);
    await expect(kibanaVersion(client, patience)).rejects.toMatchObject({
      code: 'KIBANA_REFUSED',
      message: message(url),
    });
  });

  it.each([
    ['7.17.9', true],
    ['8.0.0', true],
    ['8.11.4', true],
    ['8.12.0', false],
    ['8.12.0-SNAPSHOT', false],
    ['8.19.2', false],
    ['9.0.0', false],
    ['10.1', false],
    ['8', true],
    ['9', false],
  ])('%s is too old: %s', (version, old) => expect(isTooOld(version)).toBe(old));
});

describe('a space of Kibana', () => {
  it.each([undefined, '', 'default'])('%j is not asked for', async (space) => {
    const { client, seen } = await aServer(() => [500, {}], space === undefined ? {} : { space });
    await requireSpace(client);
    expect(seen).toEqual([]);
  });

  it('is asked for outside of it', async () => {
    const { client, seen } = await aServer(() => [200, {}], { space: 'a/b' });
    await requireSpace(client);
    expect(seen[0]!.path).toBe('/api/spaces/space/a%2Fb');
  });

  it.each<[number, string]>([
    [
      404,
      'Kibana has no space `ops`: create it (Stack Management → Spaces), or name another one with `kibana.space` or --space.',
    ],
    [401, 'refuses the login (401): set `kibana.api_key`, or `kibana.user` and `kibana.password`.'],
  ])('is refused by %d', async (status, message) => {
    const { client } = await aServer(() => [status, {}], { space: 'ops' });
    await expect(requireSpace(client)).rejects.toMatchObject({
      code: 'KIBANA_REFUSED',
      message: expect.stringContaining(message),
    });
  });

  it('is not refused by 403, for a login may use a space that it may not read', async () => {
    const { client } = await aServer(() => [403, {}], { space: 'ops' });
    await expect(requireSpace(client)).resolves.toBeUndefined();
  });
});

describe('an import into Kibana', () => {
  const object = (id: string) => ({
    ...{ id, type: 'tag' as const, attributes: {}, references: [] },
    ...{ coreMigrationVersion: '8.8.0', typeMigrationVersion: '8.0.0', managed: false },
  });

  it.each<[string, Reply, object]>([
    ['done', [200, { success: true }], { done: ['tag a'] }],
    ['kept', [200, { success: false, errors: [{ error: { type: 'conflict' } }] }], { kept: ['tag a'] }],
    [
      'failed with its reason',
      [200, { success: false, errors: [{ error: { type: 'unknown', message: 'bad tag' } }] }],
      { failed: ['tag a: unknown, bad tag'] },
    ],
    [
      'failed with its type alone',
      [200, { success: false, errors: [{ error: { type: 'missing_references' } }] }],
      { failed: ['tag a: missing_references'] },
    ],
    ['failed without a reason', [200, { success: false }], { failed: ['tag a: Kibana does not say why'] }],
    ['failed by a proxy', [200, 'null'], { failed: ['tag a: Kibana does not say why'] }],
    ['failed by its status', [413, { message: 'too large' }], { failed: ['tag a: 413: too large'] }],
  ])('is %s', async (_, reply, outcome) => {
    const { client } = await aServer(() => reply);
    expect(await importObjects(client, [object('a')], false)).toEqual({
      ...{ done: [], kept: [], failed: [] },
      ...outcome,
    });
  });

  it.each([true, false])('asks to overwrite: %s', async (overwrite) => {
    const { client, seen } = await aServer(() => [200, { success: true }]);
    await importObjects(client, [object('a')], overwrite);
    expect(seen[0]!.path).toBe(`/api/saved_objects/_import?overwrite=${overwrite}`);
  });

  it('tells how far it is, one object after the other', async () => {
    const { client } = await aServer((_, number) => (number === 2 ? [500, {}] : [200, { success: true }]));
    const progress: [number, number][] = [];
    const outcome = await importObjects(client, ['a', 'b', 'c'].map(object), true, (...now) =>
      progress.push(now),
    );
    expect(progress).toEqual([
      [1, 3],
      [2, 3],
      [3, 3],
    ]);
    expect(outcome).toEqual({ done: ['tag a', 'tag c'], kept: [], failed: ['tag b: 500'] });
  });

  it('has no outcomes of nothing', () => {
    expect(together([])).toEqual({ done: [], kept: [], failed: [] });
  });
});

describe('rules and connectors in Kibana', () => {
  const [connector] = connectorsOf(kibana.parse({}));
  const [rule] = rulesOf(viewsOf(), connectorsOf(kibana.parse({})));
  const puts = [
    [
      'connector',
      (client: KibanaClient, over: boolean) => putConnector(client, connector!, over),
      connector!.name,
    ],
    ['rule', (client: KibanaClient, over: boolean) => putRule(client, rule!, over), rule!.body.name],
  ] as const;

  describe.each(puts)('a %s', (kind, put, name) => {
    it.each<[string, boolean, Reply[], string[], object]>([
      ['is made', false, [[200, {}]], ['POST'], { done: [`${kind} ${name}`] }],
      ['is kept', false, [[409, {}]], ['POST'], { kept: [`${kind} ${name}`] }],
      [
        'is changed',
        true,
        [
          [409, {}],
          [200, {}],
        ],
        ['POST', 'PUT'],
        { done: [`${kind} ${name}`] },
      ],
      ['is made although it might be changed', true, [[200, {}]], ['POST'], { done: [`${kind} ${name}`] }],
    ])('%s', async (_, overwrite, replies, methods, outcome) => {
      const { client, seen } = await aServer((_one, number) => replies[number - 1]!);
      expect(await put(client, overwrite)).toEqual({ done: [], kept: [], failed: [], ...outcome });
      expect(seen.map(({ method }) => method)).toEqual(methods);
    });

    it.each<[boolean, Reply[], string]>([
      [false, [[403, { message: 'licence' }]], '403: licence'],
      [
        true,
        [
          [409, {}],
          [400, { message: 'bad' }],
        ],
        '400: bad',
      ],
      [
        true,
        [
          [409, {}],
          [409, {}],
        ],
        '409',
      ],
    ])('fails with its reason and the address', async (overwrite, replies, reason) => {
      const { client, url } = await aServer((_one, number) => replies[number - 1]!);
      const { failed } = await put(client, overwrite);
      expect(failed).toEqual([`${kind} ${name}: ${reason} (${url})`]);
    });
  });

  // Kibana answers 400 to a change that names what cannot be changed.
  it('are changed without what cannot be changed', async () => {
    const { client, seen } = await aServer((_, number) => (number % 2 === 1 ? [409, {}] : [200, {}]));
    await putRule(client, rule!, true);
    await putConnector(client, connector!, true);
    const bodies = seen.map(({ text }) => Object.keys(JSON.parse(text) as object).sort());
    expect(bodies[0]).toEqual([
      ...['actions', 'consumer', 'name', 'params', 'rule_type_id', 'schedule', 'tags'],
    ]);
    expect(bodies[1]).toEqual(['actions', 'name', 'params', 'schedule', 'tags']);
    expect(bodies[2]).toEqual(['config', 'connector_type_id', 'name', 'secrets']);
    expect(bodies[3]).toEqual(['config', 'name', 'secrets']);
  });
});
