import { describe, expect, it } from 'vitest';
import { kibana as command, type KibanaArguments } from '../../src/cli/commands/kibana.ts';
import type { LogboomError } from '../../src/errors.ts';
import { savedObjects } from '../../src/kibana/objects.ts';
import { terminal } from '../support/cli.ts';
import { load } from '../support/config.ts';
import { anHttpServer } from '../support/http.ts';
import { aKibana } from '../support/kibana.ts';

/** Runs the command as `main` does, with a terminal that remembers. */
async function kibana(action: string, args: KibanaArguments = {}, yaml = '') {
  const screen = terminal(false);
  const { config, problems } = load({ yaml });
  expect(problems).toEqual([]);
  const code = await command(action, config!, args, screen).catch((error: LogboomError) => {
    screen.err(error.message);
    return error.code;
  });
  return { code, out: screen.text(), err: screen.complaints() };
}

const number = savedObjects().length;
const namesOf = (made: ReadonlyMap<string, Record<string, unknown>>) =>
  [...made.values()].map(({ name }) => name);

describe('logboom kibana import', () => {
  it('puts everything in by one command', async () => {
    const { url, objects, rules, connectors } = await aKibana();
    const { code, out } = await kibana('import', { url });
    expect(out).toContain(`${number + 2 + 4} imported, 0 kept, 0 failed`);
    expect(code).toBe(0);
    expect([...objects.keys()]).toContain('dashboard logboom-traffic');
    expect(namesOf(connectors)).toEqual([
      'logboom: log of the Kibana server',
      'logboom: index of what Kibana said',
    ]);
    expect(rules.size).toBe(4);
    const told = [...rules.values()].map(({ actions }) => actions as { group: string; id: string }[]);
    for (const actions of told) {
      expect(actions.map(({ group }) => group)).toEqual([
        'query matched',
        'recovered',
        'query matched',
        'recovered',
      ]);
      expect(actions.every(({ id }) => connectors.has(id))).toBe(true);
    }
  });

  it('puts in what is missing where something is there already', async () => {
    const { url, objects } = await aKibana();
    await kibana('import', { url });
    objects.delete('dashboard logboom-errors');
    objects.delete('index-pattern logboom-events');
    const { code, out } = await kibana('import', { url });
    expect(out).toContain('imported  dashboard logboom-errors');
    expect(out).toContain(`2 imported, ${number - 2 + 2 + 4} kept, 0 failed`);
    expect(code).toBe(0);
    expect(objects.size).toBe(number);
  });

  it('keeps what is there when it runs again, and ends well', async () => {
    const { url, objects } = await aKibana();
    await kibana('import', { url });
    objects.get('dashboard logboom-traffic')!.attributes.title = 'mine';
    const { code, out } = await kibana('import', { url });
    expect(out).toContain('kept  dashboard logboom-traffic (exists; --overwrite replaces it)');
    expect(code).toBe(0);
    expect(objects.get('dashboard logboom-traffic')!.attributes.title).toBe('mine');
  });

  it('replaces it with --overwrite', async () => {
    const { url, objects } = await aKibana();
    await kibana('import', { url });
    objects.get('dashboard logboom-traffic')!.attributes.title = 'mine';
    const { code, out } = await kibana('import', { url, overwrite: true });
    expect(out).toContain(`${number + 2 + 4} imported, 0 kept, 0 failed`);
    expect(code).toBe(0);
    expect(objects.get('dashboard logboom-traffic')!.attributes.title).toBe('logboom: Traffic');
  });

  it('leaves rules and connectors out with --no-rules', async () => {
    const { url, rules, connectors } = await aKibana();
    expect((await kibana('import', { url, rules: false })).code).toBe(0);
    expect(rules.size + connectors.size).toBe(0);
  });

  it('goes into a space, with an API key in either of its forms', async () => {
    const authorization = `ApiKey ${Buffer.from('id:key').toString('base64')}`;
    const { url, paths } = await aKibana({ authorization });
    expect((await kibana('import', { url, space: 'ops team', 'api-key': 'id:key' })).code).toBe(0);
    const within = paths.filter((path) => !path.startsWith('/api/spaces/'));
    expect(within.every((path) => path.startsWith('/s/ops%20team/api/'))).toBe(true);
  });

  it('gives each space rules and connectors of its own', async () => {
    const { url, rules, connectors } = await aKibana();
    for (const space of [undefined, 'ops', 'shop']) await kibana('import', { url, ...(space && { space }) });
    expect([rules.size, connectors.size]).toEqual([12, 6]);
    await kibana('import', { url, space: 'default' });
    expect([rules.size, connectors.size]).toEqual([12, 6]);
  });

  it('names a space that is not there, and puts nothing in', async () => {
    const { url, objects } = await aKibana({ spaces: ['ops'] });
    const { code, err } = await kibana('import', { url, space: 'opps' });
    expect(err).toContain(
      'Kibana has no space `opps`: create it (Stack Management → Spaces), or name another',
    );
    expect(code).toBe('KIBANA_REFUSED');
    expect(objects.size).toBe(0);
    expect((await kibana('import', { url, space: 'ops' })).code).toBe(0);
  });

  it('waits while Kibana starts, and says so once', async () => {
    const { url } = await aKibana({ starting: 2 });
    const { code, err } = await kibana('import', { url });
    expect(err.match(/is starting \(503: Kibana server is not ready yet\); waiting for it/g)).toHaveLength(1);
    expect(code).toBe(0);
  });

  it('says that a login is missing where anyone may see the status', async () => {
    const { url } = await aKibana({ anonymous: true });
    const { code, err } = await kibana('import', { url });
    expect(err).toContain('shows its version only to who is logged in: set `kibana.api_key`');
    expect(code).toBe('KIBANA_REFUSED');
  });

  it('shows events under another pattern', async () => {
    const { url, objects } = await aKibana();
    await kibana('import', { url, events: 'filebeat-*' });
    expect(objects.get('index-pattern logboom-events')!.attributes.title).toBe('filebeat-*');
  });

  it('reads the answer’s body: a 200 that took not all is a failure', async () => {
    const { url } = await aKibana({ refuses: ['logboom-traffic'] });
    const { code, out, err } = await kibana('import', { url });
    expect(out).toContain('failed    dashboard logboom-traffic: unknown, refused');
    expect(err).toContain('1 failed');
    expect(code).toBe(1);
  });

  it('says what is wrong with the login', async () => {
    const { url } = await aKibana({ authorization: 'ApiKey x' });
    const { code, err } = await kibana('import', { url });
    expect(err).toContain('refuses the login (401: Unauthorized): set `kibana.api_key`');
    expect(code).toBe('KIBANA_REFUSED');
  });

  it('says that nothing answers', async () => {
    const { url, stop } = await anHttpServer(() => undefined);
    await stop();
    const { code, err } = await kibana('import', { url });
    expect(err).toMatch(/No Kibana answers at .* \(.*ECONNREFUSED.*\)/);
    expect(code).toBe('KIBANA_UNAVAILABLE');
  });

  it('asks for an address where none is known', async () => {
    const { code, err } = await kibana('import');
    expect(err).toContain('set `kibana.url`, or use --url');
    expect(code).toBe('CONFIG_INVALID');
  });

  it('warns of a Kibana that is too old for the dashboards', async () => {
    const { url } = await aKibana({ version: '8.6.2' });
    expect((await kibana('import', { url })).err).toContain('Kibana 8.6.2 is older than 8.12');
  });
});

describe('connectors of Kibana’s own rules', () => {
  const yaml = (url: string) => `
kibana:
  url: ${url}
  connectors:
    slack: { url: 'https://hooks.example/x' }
    email: { from: a@example.org, to: [b@example.org], host: mail.example, user: u, password: p }
`;

  it('are e-mail and Slack, too, where they are configured', async () => {
    const { url, connectors, rules } = await aKibana();
    expect((await kibana('import', {}, yaml(url))).code).toBe(0);
    expect(namesOf(connectors).slice(2)).toEqual(['logboom: Slack', 'logboom: e-mail']);
    expect([...rules.values()].map(({ actions }) => (actions as unknown[]).length)).toEqual([8, 8, 8, 8]);
  });

  it('that the licence does not cover are named, and the rules go in without them', async () => {
    const { url, connectors, rules } = await aKibana({ unlicensed: ['.slack', '.email'] });
    const { code, out } = await kibana('import', {}, yaml(url));
    expect(out).toContain('failed    connector logboom: Slack: 403: your basic license does not support it');
    expect(code).toBe(1);
    expect(connectors.size).toBe(2);
    expect([...rules.values()].map(({ actions }) => (actions as unknown[]).length)).toEqual([4, 4, 4, 4]);
  });
});

describe('logboom kibana export', () => {
  it('prints the file that Kibana’s own page imports', async () => {
    const { code, out } = await kibana('export', { events: 'filebeat-*' });
    const lines = out.split('\n').map((line) => JSON.parse(line));
    expect(lines).toEqual(JSON.parse(JSON.stringify(savedObjects({ events: 'filebeat-*' }))));
    expect(code).toBe(0);
  });
});

it('an action that is none is named', async () => {
  const { code, err } = await kibana('improt');
  expect(err).toContain('There is no `kibana improt`. Known actions: import, check, export.');
  expect(code).toBe('USAGE');
});
