import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { connect } from '../../../src/generator/client.ts';
import { eventually } from '../../support/eventually.ts';
import { Server } from '../../support/server.ts';

const operator = 'a-token-for-operators';
const reader = 'a-token-for-readers-1';
let server: Server;
let file: string;

const rules = `rules:
  # Ours.
  - name: burst
    where: 'tag : burst'
    by: [host.name]
    over: 1s
    every: 100ms
    lateness: 0s
    when: '>= 3' # a guess
    message: '{{value}} in \${HOME:home}'
  - rules.d/*.yml
`;
const other = "name: other\nwhen: '>= 1000'\nover: 1m\n";

beforeAll(async () => {
  server = await Server.shared({});
  const { data: _, ...config } = server.read();
  file = join(server.folder, 'logboom.yml');
  const settings = {
    ...config,
    data: server.data,
    ...{ time: { idleAfter: '1s' }, journal: { tick: '50ms' } },
    api: { port: server.ports.api, token: operator, tokens: { guest: { token: reader } } },
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name}: ${JSON.stringify(value)}\n`);
  mkdirSync(join(server.folder, 'rules.d'));
  writeFileSync(join(server.folder, 'rules.d/real.txt'), other);
  symlinkSync('real.txt', join(server.folder, 'rules.d/other.yml'));
  writeFileSync(file, `${lines.join('')}# Rules.\n${rules}`);
  chmodSync(file, 0o640);
  server.env = { LOGBOOM_CONFIG: '' };
  await startAndFill();
});
afterAll(async () => {
  await server.end();
});

async function startAndFill(): Promise<void> {
  const status = server.status.bind(server);
  server.status = async () => {
    const { body } = await ask('GET', '/status');
    return body as unknown as Awaited<ReturnType<typeof status>>;
  };
  await server.start();
  const client = await connect({ host: '127.0.0.1', port: server.ports.lumberjack });
  const begin = Date.now() - 60_000;
  const event = (at: number, host: string) =>
    JSON.stringify({ '@timestamp': new Date(begin + at).toISOString(), tag: 'burst', host: { name: host } });
  await client.send([0, 10, 20, 30, 40].map((at) => event(at, 'web-1')));
  await client.send([5_000, 5_010, 5_020].map((at) => event(at, 'web-2')));
  await client.send([20_000].map((at) => event(at, 'web-1')));
  client.close();
  await server.settled();
}

async function ask(method: string, path: string, sent?: object, token = operator) {
  const response = await fetch(`http://127.0.0.1:${server.ports.api}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(sent !== undefined && { 'content-type': 'application/json' }),
    },
    ...(sent !== undefined && { body: JSON.stringify(sent) }),
  });
  // biome-ignore lint/suspicious/noExplicitAny: each test knows what it asked for.
  return { code: response.status, body: (await response.json()) as Record<string, any> };
}

const source = (rule: string) => ask('GET', `/api/rules/source?rule=${rule}`);
const attempt = (text: string, replaces?: string) => ask('POST', '/api/rules/try', { text, replaces });

describe('a rule in its file', () => {
  it('is read as it is written there', async () => {
    const { code, body } = await source('burst');
    expect(code).toBe(200);
    expect(body.file).toBe(file);
    expect(body.text).toMatch(/^name: burst\nwhere: 'tag : burst'\n[\s\S]*when: '>= 3' # a guess\n/);
    expect((await source('other')).body).toMatchObject({
      text: other,
      file: join(server.folder, 'rules.d/other.yml'),
    });
    expect((await ask('GET', '/api/rules/source')).body.text).toMatch(/^name: new-rule/);
  });

  it('is tried on the journal beside the one in force', async () => {
    const { text } = (await source('burst')).body;
    const { code, body } = await attempt(text.replace('>= 3', '>= 4'), 'burst');
    expect(code).toBe(200);
    const [compared, ...more] = body.comparison.rules;
    expect(more).toEqual([]);
    expect(compared).toMatchObject({
      rule: 'burst',
      change: 'changed',
      alerts: { before: 2, after: 1 },
      gained: [],
    });
    expect(compared.lost).toMatchObject([{ group: 'web-2' }]);
    expect(body.comparison.events).toBe(9);
    expect(readFileSync(file, 'utf8')).toContain("when: '>= 3' # a guess");
  });

  it('is tried as a new one', async () => {
    const { body } = await attempt(
      "- name: one\n  where: 'tag: burst'\n  over: 1s\n  lateness: 0s\n  when: '>= 1'\n",
    );
    expect(body.comparison.rules).toMatchObject([{ rule: 'one', change: 'added', alerts: { before: 0 } }]);
    expect(body.comparison.rules[0].gained.length).toBeGreaterThan(0);
  });

  it('comes with what people said of the alerts that it loses', async () => {
    const { text } = (await source('burst')).body;
    const { lost } = (await attempt(text.replace('>= 3', '>= 4'), 'burst')).body.comparison.rules[0];
    const said = { ids: [lost[0].id], verdict: 'true', by: 'Ada' };
    expect((await ask('POST', '/api/alerts/verdict', said)).body).toEqual({ unknown: [] });
    const { verdicts } = (await attempt(text, 'burst')).body;
    expect(verdicts).toMatchObject([{ id: lost[0].id, verdict: 'true', group: 'web-2' }]);
    const { rules: rows } = (await ask('GET', '/api/rules')).body;
    expect(rows[0]).toMatchObject({ name: 'burst', verdicts: { true: 1, false: 0, missed: 0 } });
    expect(rows[0].latest).toMatchObject({ bounds: [3] });
    expect(rows[0].state.cost).toBeGreaterThan(0);
  });

  it.each([
    ["name: burst\nwhen: 'often'", { path: 'when', line: 2 }],
    ['name: burst\nover: 1m\n\nwhere: (((', { path: 'where', line: 4 }],
    ['name: other\n', { path: expect.stringContaining('name') }],
    ["name: burst\nwhen: '> 1'\nnotify: [nobody]", { line: 3 }],
  ])('with a problem is not tried: %j', async (text, problem) => {
    const { code, body } = await attempt(text, 'burst');
    expect(code).toBe(200);
    expect(body.problems).toEqual(expect.arrayContaining([expect.objectContaining(problem)]));
  });

  it('names the lines of a new rule that has problems', async () => {
    const { body } = await attempt("name: one\nover: 1m\nwhen: 'often'\n");
    expect(body.problems).toMatchObject([{ path: 'when', line: 3 }]);
  });

  it('names the file of problems that are elsewhere in it', async () => {
    const before = readFileSync(file, 'utf8');
    writeFileSync(file, before.replace('# Rules.\n', 'surplus: 1\n'));
    const { problems } = (await attempt("name: burst\nwhen: '>= 3'\n", 'burst')).body;
    const line = before.split('\n').indexOf('# Rules.') + 1;
    writeFileSync(file, before);
    expect(problems).toMatchObject([{ path: 'surplus', file, line }]);
  });

  it('names the file and the line of another rule in it that has the problem', async () => {
    const before = readFileSync(file, 'utf8');
    const added = before.split('\n').length;
    writeFileSync(file, `${before}  - name: last\n    when: '>= 1'\n`);
    const { problems } = (await attempt("name: last\nwhen: '>= 3'\n", 'burst')).body;
    writeFileSync(file, before);
    expect(problems).toMatchObject([{ path: expect.stringMatching(/^rules.*name/), file, line: added }]);
  });

  it('names the rule of another place that has the same name', async () => {
    const { problems } = (await attempt('name: other\n', 'burst')).body;
    expect(problems).toMatchObject([
      { path: expect.stringContaining('name'), file: expect.stringMatching(/other\.yml$/), line: 1 },
    ]);
  });

  it.each([
    [{ text: 'name: [', replaces: 'burst' }, /not valid YAML, line 1/],
    [{ text: 'name: one', replaces: 'nowhere' }, /`nowhere` does not stand/],
    [{ text: 'name: burst\nmessage: "${PATH}"', replaces: 'burst' }, /environment variable PATH/],
    [{ text: 'name: burst\nmessage: "\\u0024{PATH}"', replaces: 'burst' }, /environment variable PATH/],
    [{ text: 'name: one\nmessage: "${HOME:x}"' }, /environment variable HOME/],
    [{ replaces: 'burst' }, /`text`/],
    [{ text: 'name: one', more: 1 }, /more/],
  ])('is refused as %j', async (sent, reason) => {
    const { code, body } = await ask('POST', '/api/rules/try', sent);
    expect([code, body.error]).toEqual([400, expect.stringMatching(reason)]);
  });

  it('may keep the variables that it had', async () => {
    const { text } = (await source('burst')).body;
    expect((await attempt(text.replace(':home', ':house'), 'burst')).code).toBe(200);
  });

  it('is for who may operate', async () => {
    const sent = { text: 'name: one', revision: 'x' };
    for (const [method, path] of [
      ['GET', '/api/rules/source?rule=burst'],
      ['POST', '/api/rules/try'],
      ['POST', '/api/rules/save'],
      ['GET', '/api/alerts/capsule?alert=x'],
    ] as const)
      expect((await ask(method, path, method === 'GET' ? undefined : sent, reader)).code).toBe(403);
  });
});

it.each([
  ['', 400, /name the alert/],
  ['?alert=x&maskAddresses=perhaps', 400, /name the alert/],
  ['?alert=nothing', 400, /is not the ID of an alert/],
  ['?alert=burst~web-1~2020-01-01T00:00:00.000Z', 404, /journal holds nothing about/],
])('a capsule of %j is refused', async (query, code, reason) => {
  const answer = await ask('GET', `/api/alerts/capsule${query}`);
  expect([answer.code, answer.body.error]).toEqual([code, expect.stringMatching(reason)]);
});

describe('a saved rule', () => {
  it('stands in its file, with all else as it was, and is in force', async () => {
    const before = readFileSync(file, 'utf8');
    writeFileSync(`${file}.new`, 'a copy of the operator');
    const { text, revision } = (await source('burst')).body;
    const changed = text.replace("'>= 3' # a guess", "'>= 4' # measured");
    const { code, body } = await ask('POST', '/api/rules/save', {
      text: changed,
      replaces: 'burst',
      revision,
    });
    expect(code).toBe(200);
    expect(body).toMatchObject({ saved: 'burst', file, applied: { rules: { changed: ['burst'] } } });
    expect(readFileSync(file, 'utf8')).toBe(before.replace("'>= 3' # a guess", "'>= 4' # measured"));
    expect(statSync(file).mode & 0o777).toBe(0o640);
    expect(readFileSync(`${file}.new`, 'utf8')).toBe('a copy of the operator');
    expect(readdirSync(server.folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    const { rules: rows } = (await ask('GET', '/api/rules')).body;
    expect(rows[0]).toMatchObject({ name: 'burst', when: '>= 4' });
    await eventually(() =>
      expect(server.log).toContainEqual(
        expect.objectContaining({ message: `token saved the rule burst in ${file}`, 'rule.name': 'burst' }),
      ),
    );
  });

  it('stands in a file of rules, behind its link', async () => {
    const { text, revision } = (await source('other')).body;
    const sent = { text: text.replace('1000', '2000'), replaces: 'other', revision };
    expect((await ask('POST', '/api/rules/save', sent)).body).toMatchObject({ saved: 'other' });
    expect(readFileSync(join(server.folder, 'rules.d/real.txt'), 'utf8')).toBe(other.replace('1000', '2000'));
  });

  it('is added after the others', async () => {
    const { revision } = (await ask('GET', '/api/rules/source')).body;
    const sent = { text: "name: third\nwhen: '>= 7'\n", revision };
    expect((await ask('POST', '/api/rules/save', sent)).body).toMatchObject({
      saved: 'third',
      applied: { rules: { added: ['third'] } },
    });
    expect(readFileSync(file, 'utf8')).toMatch(
      / {2}- rules\.d\/\*\.yml\n {2}- name: third\n {4}when: '>= 7'\n$/,
    );
  });

  it('does not overwrite what somebody else wrote meanwhile', async () => {
    const { text, revision } = (await source('burst')).body;
    writeFileSync(file, `${readFileSync(file, 'utf8')}# mine\n`);
    const { code, body } = await ask('POST', '/api/rules/save', { text, replaces: 'burst', revision });
    expect([code, body.error]).toEqual([400, expect.stringContaining('was changed meanwhile')]);
    expect(readFileSync(file, 'utf8')).toMatch(/# mine\n$/);
  });

  it('is not written where it has problems', async () => {
    const before = readFileSync(file, 'utf8');
    const { revision } = (await source('burst')).body;
    const sent = { text: 'name: burst\nwhen: often', replaces: 'burst', revision };
    expect((await ask('POST', '/api/rules/save', sent)).body.problems).toMatchObject([
      { path: 'when', line: 2 },
    ]);
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  it('is taken out of its file again where the server cannot take up the configuration', async () => {
    const certified = `${readFileSync(file, 'utf8')}forward: {"hosts":["127.0.0.1:1"],"ssl":{"certificate_authorities":["gone.pem"]}}\n`;
    const before = readFileSync(file, 'utf8');
    writeFileSync(file, certified);
    onTestFinished(() => writeFileSync(file, before));
    const { text, revision } = (await source('burst')).body;
    const sent = { text: text.replace(/when: .*/, "when: '>= 9'"), replaces: 'burst', revision };
    const { body } = await ask('POST', '/api/rules/save', sent);
    expect(JSON.stringify(body.problems)).toContain('gone.pem');
    expect(body).not.toHaveProperty('saved');
    expect(readFileSync(file, 'utf8')).toBe(certified);
    const { rules: rows } = (await ask('GET', '/api/rules')).body;
    expect(rows[0].when).not.toBe('>= 9');
    await eventually(() => expect(server.text).toContain(`${file} is as it was before`));
  });

  it('is not written where that is switched off', async () => {
    writeFileSync(file, readFileSync(file, 'utf8').replace('api: {', 'api: {"saveRules":false,'));
    await server.stop();
    await server.start();
    const { body } = await source('burst');
    expect(body.mayNotSave).toBe('`api.saveRules` is off');
    const sent = { text: body.text, replaces: 'burst', revision: body.revision };
    expect(await ask('POST', '/api/rules/save', sent)).toMatchObject({
      code: 400,
      body: { error: expect.stringContaining('saveRules') },
    });
  });
});
