import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { connect } from '../../src/generator/client.ts';
import { eventually, reported } from '../support/eventually.ts';
import { anHttpServer, reply } from '../support/http.ts';
import { Server } from '../support/server.ts';

type Settings = Record<string, unknown>;

const base = { time: { idleAfter: '1s' }, journal: { tick: '50ms' } };
const rule = (name: string, more: Settings = {}) => ({
  name,
  over: '1s',
  every: '100ms',
  lateness: '0s',
  where: `tag : ${name}`,
  when: '>= 3',
  record: false,
  ...more,
});

async function aServer(config: Settings): Promise<Server> {
  const server = await Server.withConfig({ ...base, ...config });
  await server.start();
  return server;
}

let shared: Server;
beforeAll(async () => {
  shared = await Server.shared({ ...base, rules: [] });
  await shared.start();
});
afterAll(async () => {
  expect(await shared.stop()).toBe(0);
  await shared.end();
});

/** The server of all who need none to themselves, with these rules alone, and nothing open of those before. */
async function theServer(rules: unknown[]): Promise<Server> {
  change(shared, { rules, indexing: { namespace: 'default' }, notifiers: {} });
  expect((await post(shared)).code).toBe(200);
  return shared;
}

/** A sender whose connection, once lost, is lost for good. */
async function aSender(server: Server) {
  const client = await connect({ host: '127.0.0.1', port: server.ports.lumberjack });
  onTestFinished(() => client.close());
  const burst = (tag: string, count = 3) => {
    const now = new Date().toISOString();
    return client.send(
      Array.from({ length: count }, () =>
        JSON.stringify({ '@timestamp': now, tag, agent: { id: 'shipper' }, host: { name: 'web-1' } }),
      ),
    );
  };
  return { burst };
}

const change = (server: Server, config: Settings) => server.write({ ...server.read(), ...config });
const lines = (server: Server, words: string) =>
  server.log.filter(({ message }) => message.includes(words)).length;

/** Asks by SIGHUP, and waits for the answer in the log. */
async function hangUp(server: Server, words = 'configuration loaded anew'): Promise<void> {
  const before = lines(server, words);
  server.child!.kill('SIGHUP');
  await eventually(() => expect(lines(server, words)).toBe(before + 1));
}

async function post(server: Server): Promise<{ code: number; body: Settings }> {
  const response = await fetch(`http://127.0.0.1:${server.ports.api}/reload`, { method: 'POST' });
  return { code: response.status, body: (await response.json()) as Settings };
}

interface Alert {
  rule: string;
  status: string;
  reason: string;
}
async function alerts(server: Server): Promise<Alert[]> {
  return (await server.documents('alerts')).map(({ _source }) => {
    const { status, reason } = _source.alert as { status: string; reason: string };
    return { rule: (_source.rule as { name: string }).name, status, reason };
  });
}
const opened = (server: Server, ...names: string[]) =>
  eventually(async () => {
    const open = (await alerts(server)).filter(({ status }) => status !== 'inactive');
    expect(open.map(({ rule: name }) => name).toSorted()).toEqual(names.toSorted());
  });

describe('a reload', () => {
  it('lets every thread log from another level on', async () => {
    const hosts = ['127.0.0.1:1'];
    const server = await aServer({ log: { level: 'error', format: 'json' }, forward: { hosts } });
    const { burst } = await aSender(server);
    change(server, { log: { level: 'debug', format: 'json' } });
    expect(await post(server)).toMatchObject({ code: 200, body: { settings: ['log.level'] } });
    await burst('any');
    // The forwarder's thread was told as well: at `error` it says nothing of a host that refuses.
    await eventually(() => expect(lines(server, 'Logstash takes nothing')).toBeGreaterThan(0));
    expect(lines(server, 'configuration loaded anew')).toBe(1);
    expect(await server.stop()).toBe(0);
  });

  it('that is asked for without end keeps no sender waiting, and is done once for many who ask', async () => {
    const server = await aServer({});
    const { burst } = await aSender(server);
    await burst('before');
    const { pid } = server.child!;
    let asked = 0;
    const storm = setInterval(() => {
      for (let n = 0; n < 20; n += 1) process.kill(pid!, 'SIGHUP');
      asked += 20;
    }, 5);
    onTestFinished(() => clearInterval(storm));
    await eventually(() => expect(asked).toBeGreaterThan(500));
    await burst('within');
    await eventually(() => expect(asked).toBeGreaterThan(2_000));
    clearInterval(storm);
    await burst('after');
    expect(await post(server)).toMatchObject({ code: 200 });
    expect(lines(server, 'configuration loaded anew')).toBeLessThan(asked / 4);
    expect(await server.stop()).toBe(0);
  });

  it('keeps connections, windows and timers of what stays, and ends the alerts of what goes', async () => {
    const held = rule('held', { when: '>= 1', over: '10s', for: '5s', cooldown: '1h' });
    const lasting = rule('lasting', { keepActiveFor: '1h' });
    const going = rule('going', { keepActiveFor: '1h' });
    const changing = rule('changing', { keepActiveFor: '1h' });
    const server = await aServer({ rules: [held, lasting, going, changing] });
    const { burst } = await aSender(server);
    await burst('held', 1);
    for (const tag of ['lasting', 'going', 'changing']) await burst(tag);
    await opened(server, 'lasting', 'going', 'changing');
    const ofHeld = async () =>
      (await server.documents('logs-logboom.alerts-default')).filter(
        ({ _source }) => (_source.rule as { name: string }).name === 'held',
      );
    await eventually(async () => expect(await ofHeld()).toHaveLength(1));

    change(server, { rules: [held, lasting, { ...changing, when: '>= 4' }, rule('new')] });
    await hangUp(server);
    await opened(server, 'lasting');
    const found = await alerts(server);
    expect(found).toContainEqual({ rule: 'going', status: 'inactive', reason: 'the rule was removed' });
    expect(found).toContainEqual({ rule: 'changing', status: 'inactive', reason: 'the rule was changed' });

    // The very connection goes on, and its events are counted by the new rules.
    await burst('new');
    await opened(server, 'lasting', 'new');
    expect((await server.status()).inputs.lumberjack!.connections).toBe(1);

    // The timer ran on: its five seconds count from before the reload.
    await eventually(async () => expect((await alerts(server)).map((one) => one.rule)).toContain('held'));
    const all = await ofHeld();
    expect(new Set(all.map(({ _source }) => (_source.alert as { episode: string }).episode)).size).toBe(1);
    const [pending, active] = all.map(({ _source }) => Date.parse(_source['@timestamp'] as string));
    expect(active! - pending!).toBe(5_000);
    expect(await server.stop()).toBe(0);
  });

  it('leaves all as it is where the file is broken, and says what is wrong', async () => {
    const server = await theServer([rule('burst')]);
    const { burst } = await aSender(server);
    const whole = server.read();
    const failures = () => server.metric('logboom_config_reloads_total{result="failure"}');
    const before = await failures();
    change(server, { rules: [{ ...rule('burst'), when: 'many' }, rule('other', { every: '3s' })] });
    await hangUp(server, 'the one before stays in force');
    const { code, body } = await post(server);
    expect(code).toBe(400);
    expect(body).toMatchObject({
      error: 'The configuration has problems; the one before stays in force.',
      file: join(server.folder, 'logboom.yml'),
      problems: [
        { path: 'rules[0].when', value: '"many"', line: 1, remedy: expect.any(String) },
        { path: 'rules[1].every', message: expect.stringContaining('longer than the window') },
      ],
    });
    expect((await server.get('/health')).text).toContain('the one before stays in force');
    expect((await server.get('/health')).status).toBe(200);
    await reported(server, 'logboom_config_last_reload_successful', 0);
    expect(await failures()).toBe(before + 2);
    await burst('burst');
    await opened(server, 'burst');

    server.write(whole);
    expect(await post(server)).toMatchObject({ code: 200, body: { rules: { unchanged: 1 }, settings: [] } });
    expect((await server.get('/health')).text).not.toContain('in force');
    await reported(server, 'logboom_config_last_reload_successful', 1);
  });

  it('tells what changed, and what needs a restart; secrets it does not tell', async () => {
    const server = await theServer([rule('kept'), rule('told')]);
    const webhook = await anHttpServer((_, response) => reply(response, 200));
    change(server, {
      rules: [rule('kept'), rule('told', { severity: 'critical' }), rule('new', { notify: ['ops'] })],
      notifiers: {
        ops: { kind: 'webhook', url: webhook.url, headers: { authorization: 'tell-nobody-of-me' } },
      },
      indexing: { namespace: 'other' },
      journal: { tick: '50ms', maxSize: '1gb' },
      shutdown: { timeout: '20s' },
    });
    const { code, body } = await post(server);
    expect({ code, body }).toEqual({
      code: 200,
      body: {
        rules: {
          added: ['new'],
          changed: [],
          notification: ['told'],
          removed: [],
          disabled: [],
          unchanged: 1,
        },
        notifiers: { added: ['ops'], changed: [], removed: [] },
        settings: ['indexing.namespace'],
        needsRestart: ['journal.maxSize', 'shutdown.timeout'],
        pending: [],
      },
    });
    await (await aSender(server)).burst('new');
    await eventually(() => expect(webhook.received.length).toBeGreaterThan(0));
    await eventually(async () => expect(await server.documents('logs-generic-other')).toHaveLength(3));
    expect(server.text).not.toContain('tell-nobody-of-me');
    change(server, { journal: base.journal, shutdown: undefined });
  });

  it('brings another address of a notifier to the messages that wait', async () => {
    const dead = await anHttpServer((_, response) => reply(response, 503));
    const alive = await anHttpServer((_, response) => reply(response, 200));
    const rules = [rule('burst', { notify: ['ops'] })];
    const ops = (url: string) => ({ ops: { kind: 'webhook', url } });
    const server = await aServer({ rules, notifiers: ops(dead.url) });
    await (await aSender(server)).burst('burst');
    await eventually(() => expect(dead.received.length).toBeGreaterThan(0));
    change(server, { notifiers: ops(alive.url) });
    await hangUp(server);
    await eventually(async () => expect((await server.status()).notifiers.ops).toMatchObject({ pending: 0 }));
    await eventually(() => expect(alive.received).toHaveLength(2));
    const states = alive.received.map(({ body }) => (body as { alert: { status: string } }).alert.status);
    expect(states).toEqual(['active', 'inactive']);
    expect(await server.stop()).toBe(0);
  });

  it('brings another Elasticsearch what the one before it did not take', async () => {
    const target = await aServer({ rules: [] });
    const elasticsearch = (port: number) => ({ hosts: [`http://127.0.0.1:${port}`], timeout: '1s' });
    const indexing = { retryInitial: '100ms', retryMax: '500ms' };
    const server = await aServer({ rules: [rule('burst')], elasticsearch: elasticsearch(1), indexing });
    const { burst } = await aSender(server);
    await burst('burst');
    await eventually(async () => expect((await server.status()).readers.indexer!.waitsFor).toBeDefined());
    change(server, { elasticsearch: elasticsearch(target.ports.store) });
    expect(await post(server)).toMatchObject({ code: 200, body: { settings: ['elasticsearch.hosts'] } });
    await burst('burst');
    await eventually(async () => expect(await target.documents('logs-generic-default')).toHaveLength(6));
    await eventually(async () => expect((await alerts(target)).length).toBeGreaterThan(0));
    expect((await server.status()).sink).toMatchObject({
      state: 'ready',
      url: expect.stringContaining(`${target.ports.store}`),
    });
    expect(await server.stop()).toBe(0);
  });

  it('makes the embedded store keep less', async () => {
    const server = await theServer([]);
    const held = async () => (await server.documents('logs-generic-default')).length;
    const before = await held();
    await (await aSender(server)).burst('old');
    await eventually(async () => expect(await held()).toBe(before + 3));
    change(server, { store: { ...(server.read().store as object), keepAge: '1ms' } });
    expect(await post(server)).toMatchObject({ code: 200, body: { settings: ['store.keepAge'] } });
    await eventually(async () => expect(await held()).toBe(0));
  });

  it('is refused as a whole where the client cannot be made', async () => {
    const elasticsearch = { hosts: ['http://127.0.0.1:1'] };
    const server = await aServer({ rules: [rule('burst')], elasticsearch });
    change(server, {
      rules: [],
      elasticsearch: { ...elasticsearch, ssl_certificate_authorities: ['gone.pem'] },
    });
    const { code, body } = await post(server);
    expect(code).toBe(400);
    expect(JSON.stringify(body.problems)).toContain('gone.pem');
    expect(await post(server)).toMatchObject({ code: 400 });
    expect(await server.stop()).toBe(0);
  });

  it('happens by itself where the files are watched, however they are replaced', async () => {
    const server = await aServer({ rules: [rule('one')], reload: { watch: true, every: '100ms' } });
    const path = join(server.folder, 'logboom.yml');
    const next = (rules: unknown[]) => JSON.stringify({ ...server.read(), rules });
    writeFileSync(`${path}.new`, next([rule('two')]));
    renameSync(`${path}.new`, path);
    await eventually(() => expect(lines(server, '1 added (two)')).toBe(1));
    writeFileSync(path, 'rules: [');
    await eventually(() => expect(lines(server, 'the one before stays in force')).toBe(1));
    await (await aSender(server)).burst('two');
    await opened(server, 'two');
    expect(await server.stop()).toBe(0);
  });

  it('comes about by the start, too, where the file changed while the server was down', async () => {
    const server = await aServer({ rules: [rule('going', { keepActiveFor: '1h' })] });
    await (await aSender(server)).burst('going');
    await opened(server, 'going');
    await server.kill();
    change(server, { rules: [rule('other')] });
    await server.start();
    // A search may have shown the alert before it was on disk: the kill takes it away then, and it is published again.
    const gone = { rule: 'going', status: 'inactive', reason: 'the rule was removed' };
    await eventually(async () => expect(await alerts(server)).toEqual([gone]));
    expect(await server.stop()).toBe(0);
  });
});
