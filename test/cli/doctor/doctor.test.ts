import { startStore } from '@logboom/store';
import { describe, expect, it, onTestFinished } from 'vitest';
import { clockFindings } from '../../../src/cli/doctor/connection.ts';
import { checkOnline, findings } from '../../../src/cli/doctor/doctor.ts';
import { tried } from '../../../src/cli/doctor/finding.ts';
import { schema } from '../../../src/config/schema/schema.ts';
import { terminal } from '../../support/cli.ts';
import { aFolder } from '../../support/folder.ts';
import { anHttpServer, reply } from '../../support/http.ts';
import { freePort } from '../../support/ports.ts';
import { anSmtpServer } from '../../support/smtp.ts';

/** What was found about a part of a configuration on free ports. */
async function found(changes: object, part: string) {
  const ports = { inputs: { lumberjack: { port: await freePort() } }, api: { port: await freePort() } };
  const config = schema.parse({ data: aFolder(), ...ports, store: { port: await freePort() }, ...changes });
  const all = await findings(config);
  return all.filter(({ what }) => what === part).map(({ state, text }) => `${state}: ${text}`);
}

const notifiers = (ops: object) => found({ notifiers: { ops } }, 'notifiers.ops');
const nowhere = async () => `http://127.0.0.1:${await freePort()}`;

describe('Elasticsearch', () => {
  it('answers with its version', async () => {
    const config = { host: '127.0.0.1', port: 0, keepAge: 86_400_000, keepSize: 1e9 };
    const store = await startStore({ folder: aFolder(), config });
    onTestFinished(() => store.stop());
    expect(await found({ elasticsearch: { hosts: [store.url] } }, 'elasticsearch')).toEqual([
      expect.stringMatching(/^fine: logboom [\d.]+ answers and takes documents$/),
    ]);
  });

  it('is a problem where nobody answers, or something else', async () => {
    expect(await found({ elasticsearch: { hosts: [await nowhere()] } }, 'elasticsearch')).toEqual([
      expect.stringMatching(/^problem: .*ECONNREFUSED/),
    ]);
    const other = await anHttpServer((_, response) => reply(response, 200, {}));
    expect(await found({ elasticsearch: { hosts: [other.url] } }, 'elasticsearch')).toEqual([
      expect.stringMatching(/^problem: .*no Elasticsearch/),
    ]);
  });

  it('is a problem where it lacks rights, and its clock is compared', async () => {
    const old = new Date(Date.now() - 3_600_000).toUTCString();
    const server = await anHttpServer(({ path }, response) => {
      response.setHeader('date', old);
      response.setHeader('x-elastic-product', 'Elasticsearch');
      const answers: Record<string, object> = {
        '/': { name: 'n', version: { number: '8.19.0' } },
        '/_ilm/status': { operation_mode: 'RUNNING' },
        '/_security/user/_has_privileges': {
          has_all_requested: false,
          cluster: { monitor: true },
          index: { 'logs-*-*': { create_doc: false } },
        },
      };
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(answers[path.split('?')[0]!] ?? {}));
    });
    const changes = { elasticsearch: { hosts: [server.url] } };
    expect(await found(changes, 'elasticsearch')).toEqual([
      expect.stringMatching(/^problem: its user lacks index logs-\*-\*: create_doc.*setup --dry-run/),
    ]);
    expect(await found(changes, 'clock')).toEqual([
      expect.stringMatching(/^warning: the clock of this machine is 36\d\d s ahead of that of elasticsearch/),
    ]);
  });
});

describe('Kibana', () => {
  const answering = async (status: number, body: object = {}) => {
    const server = await anHttpServer((_, response) => reply(response, status, body));
    return found({ kibana: { url: server.url, space: 'ops' } }, 'kibana');
  };
  it.each([
    [200, { version: { number: '8.12.0' } }, /^fine: Kibana 8.12.0 answers/],
    [401, {}, /^problem: it refuses the login/],
    [404, {}, /^problem: it has no space ops/],
    [503, {}, /^problem: it is not ready yet/],
    [500, {}, /^problem: it answered 500/],
  ])('that answers %i', async (status, body, expected) => {
    expect(await answering(status, body)).toEqual([expect.stringMatching(expected)]);
  });

  it('that is not there', async () => {
    expect(await found({ kibana: { url: await nowhere() } }, 'kibana')).toEqual([
      expect.stringMatching(/^problem: No Kibana answers/),
    ]);
  });
});

describe('a notifier', () => {
  it('of a webhook is reached without a request', async () => {
    const server = await anHttpServer((_, response) => reply(response, 200));
    expect(await notifiers({ kind: 'webhook', url: server.url })).toEqual([
      'fine: 127.0.0.1 can be reached; nothing was sent',
    ]);
    expect(server.received).toEqual([]);
  });

  it('of a webhook that is not there is a problem', async () => {
    expect(await notifiers({ kind: 'webhook', url: await nowhere() })).toEqual([
      'problem: 127.0.0.1 cannot be reached: ECONNREFUSED',
    ]);
    expect(await notifiers({ kind: 'webhook', url: 'http://no-such-host.invalid' })).toEqual([
      expect.stringMatching(/^problem: no-such-host.invalid cannot be reached: (ENOTFOUND|EAI_AGAIN)/),
    ]);
  });

  it('of Slack has its token tried', async () => {
    const slack = async (answer: object) => {
      const server = await anHttpServer((_, response) => reply(response, 200, answer));
      const text = await notifiers({ kind: 'slack', token: 'xoxb-1', channel: '#ops', api: server.url });
      expect(server.received.map(({ path }) => path)).toEqual(['/auth.test']);
      return text;
    };
    expect(await slack({ ok: true, user: 'bot' })).toEqual([
      expect.stringMatching(/^fine: Slack takes the token/),
    ]);
    expect(await slack({ ok: false, error: 'invalid_auth' })).toEqual([
      expect.stringMatching(/^problem: .*invalid_auth.*bot token/),
    ]);
  });

  it('of e-mail connects and logs in, and sends no mail', async () => {
    const smtp = await anSmtpServer({ login: { user: 'ann', password: 'right' } });
    const email = {
      ...{ kind: 'email', ...smtp.settings, from: 'a@example.com', to: ['b@example.com'], user: 'ann' },
    };
    expect(await notifiers({ ...email, password: 'right' })).toEqual([
      expect.stringMatching(/^fine: .* answers and takes the login of ann$/),
    ]);
    expect(await notifiers({ ...email, password: 'wrong' })).toEqual([
      expect.stringMatching(/^problem: .*535.*check `user` and `password`/),
    ]);
    expect(smtp.received).toEqual([]);
  });

  it('of Alertmanager says its version', async () => {
    const server = await anHttpServer(({ path }, response) =>
      reply(response, path === '/api/v2/status' ? 200 : 404, { versionInfo: { version: '0.28.1' } }),
    );
    expect(await notifiers({ kind: 'alertmanager', url: server.url })).toEqual([
      'fine: Alertmanager 0.28.1 answers',
    ]);
  });

  it('without a peer is named', async () => {
    expect(await notifiers({ kind: 'file', path: `${aFolder()}/alerts.ndjson` })).toEqual([
      'fine: `file` has no peer; `logboom notify test ops` tries it',
    ]);
  });
});

describe('peers of inputs and of `forward`', () => {
  it('are tried', async () => {
    const port = await freePort();
    expect(await found({ forward: { hosts: [`127.0.0.1:${port}`] } }, 'forward')).toEqual([
      'problem: 127.0.0.1 cannot be reached: ECONNREFUSED',
    ]);
  });
});

describe('logboom check --online', () => {
  it('lists what to mend first, and ends with 1', async () => {
    const ports = { inputs: { lumberjack: { port: await freePort() } }, api: { port: await freePort() } };
    const url = await nowhere();
    const config = schema.parse({
      ...{ data: aFolder(), ...ports, store: { port: await freePort() } },
      notifiers: { ops: { kind: 'webhook', url } },
    });
    const screen = terminal();
    expect(await checkOnline(config, {}, screen)).toBe(1);
    expect(screen.text()).toMatch(/^ {2}problem {2}notifiers\.ops {2}127\.0\.0\.1 cannot be reached/);
    expect(screen.text()).toMatch(/fine +ports/);
    const json = terminal();
    await checkOnline({ ...config, notifiers: {} }, { json: true }, json);
    expect(JSON.parse(json.text()).map(({ what }: { what: string }) => what)).toContain('time zones');
  });
});

describe('a trial', () => {
  it('that does not end is a problem after its time', async () => {
    expect(await tried('x', () => new Promise(() => undefined), 20)).toEqual([
      { state: 'problem', what: 'x', text: 'no answer within 0.02 s' },
    ]);
  });

  it('that throws is a problem with its words', async () => {
    expect(await tried('x', () => Promise.reject(new Error('broken')))).toEqual([
      { state: 'problem', what: 'x', text: 'broken' },
    ]);
  });
});

describe('clocks', () => {
  const now = Date.parse('2026-11-30T00:00:10Z');
  it.each([
    ['Mon, 30 Nov 2026 00:00:10 GMT', []],
    ['Mon, 30 Nov 2026 00:00:09 GMT', []],
    ['Mon, 30 Nov 2026 00:00:00 GMT', ['10 s ahead of']],
    ['Mon, 30 Nov 2026 00:01:00 GMT', ['50 s behind']],
    ['no date', []],
    [undefined, []],
  ])('of %s', (date, expected) => {
    const texts = clockFindings('es', date, now).map(({ text }) => text);
    expect(texts).toEqual(expected.map((words) => expect.stringContaining(words)));
  });
});
