import { describe, expect, it } from 'vitest';
import { kibana as command, type KibanaArguments } from '../../src/cli/commands/kibana.ts';
import type { Finding } from '../../src/cli/doctor/finding.ts';
import { savedObjects } from '../../src/kibana/objects.ts';
import { terminal } from '../support/cli.ts';
import { load } from '../support/config.ts';
import { aKibana, type KibanaPlayed } from '../support/kibana.ts';

async function kibana(action: string, args: KibanaArguments) {
  const screen = terminal(false);
  const { config } = load({ yaml: '' });
  const code = await command(action, config!, args, screen);
  return { code, out: screen.text() };
}

/** Imports into a Kibana, changes it, and returns what the check finds. */
async function checked(
  played: KibanaPlayed = {},
  change: (kibana: Awaited<ReturnType<typeof aKibana>>) => void = () => undefined,
  args: KibanaArguments = {},
) {
  const stood = await aKibana({ ...played, forbids: undefined });
  await kibana('import', { url: stood.url, ...args });
  change(stood);
  stood.forbid(played.forbids);
  const { code, out } = await kibana('check', { url: stood.url, json: true, ...args });
  const findings = JSON.parse(out) as Finding[];
  const worst = findings.filter(({ state }) => state !== 'fine');
  return { code, worst, fine: findings.filter(({ state }) => state === 'fine').map(({ what }) => what) };
}

type Stood = Awaited<ReturnType<typeof aKibana>>;
const ruleNamed = ({ rules }: Stood, name: string) =>
  [...rules.values()].find((rule) => rule.name === `logboom: ${name}`)!;

const all: KibanaPlayed['capabilities'] = {
  dashboard: { createNew: true },
  discover_v2: { save: true },
  indexPatterns: { save: true },
  savedObjectsManagement: { edit: true },
  savedObjectsTagging: { create: true },
  actions: { save: true },
};

describe('logboom kibana check', () => {
  it('is content where everything is there and works', async () => {
    const { code, worst, fine } = await checked({ capabilities: all });
    expect(worst).toEqual([]);
    expect(fine).toEqual(['version', 'privileges', 'objects', 'indices', 'connectors', 'rules']);
    expect(code).toBe(0);
  });

  it('is content in a space, too', async () => {
    const { code, worst } = await checked({ capabilities: all, spaces: ['ops'] }, undefined, {
      space: 'ops',
    });
    expect([code, worst]).toEqual([0, []]);
  });

  it('says what is missing in a space that was not imported into', async () => {
    const stood = await aKibana({ spaces: ['ops'] });
    await kibana('import', { url: stood.url });
    const { code, out } = await kibana('check', { url: stood.url, space: 'ops' });
    expect(out).toMatch(/problem +dashboard logboom-traffic-ops +is missing: run `logboom kibana import`/);
    expect(code).toBe(1);
  });

  it.each<[string, KibanaPlayed, (stood: Stood) => void, Partial<Finding>]>([
    [
      'a Kibana that is too old',
      { version: '8.6.2' },
      () => undefined,
      {
        state: 'problem',
        what: 'version',
        text: 'Kibana 8.6.2 refuses the dashboards: they need 8.12 or newer',
      },
    ],
    [
      'an object that is missing',
      {},
      ({ objects }) => objects.delete('search logboom-error-search'),
      {
        state: 'problem',
        what: 'search logboom-error-search',
        text: 'is missing: run `logboom kibana import`',
      },
    ],
    [
      'a dashboard of another release',
      {},
      ({ objects }) => {
        objects.get('dashboard logboom-traffic')!.attributes.description = 'Traffic. Edition 00000000.';
      },
      { state: 'warning', what: 'dashboard logboom-traffic' },
    ],
    [
      'a data view without an index',
      { without: ['logboom-windows'] },
      () => undefined,
      { state: 'problem', what: 'index metrics-logboom.windows-*' },
    ],
    [
      'a connector that is missing',
      {},
      ({ connectors }) => connectors.delete([...connectors.keys()][0]!),
      { state: 'problem', what: 'connector logboom: log of the Kibana server' },
    ],
    [
      'a connector without its secrets',
      {},
      ({ connectors }) => void Object.assign([...connectors.values()][0]!, { is_missing_secrets: true }),
      { state: 'problem', what: 'connector logboom: log of the Kibana server' },
    ],
    [
      'a rule that is missing',
      {},
      ({ rules }) => rules.delete([...rules.keys()][1]!),
      {
        state: 'problem',
        what: 'rule logboom: critical alerts',
        text: 'is missing: run `logboom kibana import`',
      },
    ],
    [
      'a rule that failed for want of an index',
      {},
      (stood) =>
        Object.assign(ruleNamed(stood, 'dead letters'), {
          execution_status: {
            status: 'error',
            last_execution_date: '2026-11-30T10:00:00Z',
            error: { reason: 'execute', message: 'index_not_found_exception' },
          },
        }),
      {
        state: 'problem',
        what: 'rule logboom: dead letters',
        text: 'failed in its last run (2026-11-30T10:00:00Z): index_not_found_exception; run `logboom setup`',
      },
    ],
    [
      'a rule whose last run failed, as newer versions say it',
      {},
      (stood) =>
        Object.assign(ruleNamed(stood, 'dead letters'), {
          last_run: { outcome: 'failed', outcome_msg: ['out of memory'] },
        }),
      { state: 'problem', text: 'failed in its last run: out of memory' },
    ],
    [
      'a rule that is disabled',
      {},
      (stood) => Object.assign(ruleNamed(stood, 'critical alerts'), { enabled: false }),
      { state: 'problem', text: 'is disabled: enable it (Stack Management → Rules)' },
    ],
    [
      'a rule that tells nobody',
      {},
      (stood) => Object.assign(ruleNamed(stood, 'critical alerts'), { actions: [] }),
      { state: 'problem', text: 'has no action and tells nobody: run `logboom kibana import --overwrite`' },
    ],
    [
      'a rule that is muted',
      {},
      (stood) => Object.assign(ruleNamed(stood, 'critical alerts'), { mute_all: true }),
      { state: 'warning', text: 'is muted and tells nobody (Stack Management → Rules)' },
    ],
    [
      'a privilege that is denied',
      { capabilities: { ...all, indexPatterns: { save: false }, actions: { save: false } } },
      () => undefined,
      {
        state: 'problem',
        what: 'privileges',
        text: 'the login lacks Data View Management: All, Actions and Connectors: All: give them to its role, or import with another login',
      },
    ],
  ])('finds %s', async (_, played, change, finding) => {
    const { code, worst } = await checked({ capabilities: all, ...played }, change);
    expect(worst).toHaveLength(1);
    expect(worst[0]).toMatchObject(finding);
    expect(code).toBe(finding.state === 'problem' ? 1 : 0);
  });

  it.each([
    [/alerting/, 'Stack Rules: Read', 4],
    [/connector/, 'Actions and Connectors: Read', 2],
    [/_export/, 'Saved Objects Management: Read', 1],
    [/data_views/, 'Data View Management: Read', 7],
  ])('names the privilege where %s is refused', async (forbids, privilege, number) => {
    const { code, worst } = await checked({ capabilities: all, forbids });
    expect(worst.map(({ text }) => text.includes(privilege))).toEqual(Array(number).fill(true));
    expect(code).toBe(1);
  });

  it('leaves rules, connectors and their privileges out with --no-rules', async () => {
    const capabilities = { ...all, actions: { save: false } };
    const { code, worst } = await checked({ capabilities, forbids: /alerting|connector/ }, undefined, {
      rules: false,
    });
    expect([code, worst]).toEqual([0, []]);
  });

  it('says so where Kibana does not tell what the login may do', async () => {
    const { code, worst } = await checked();
    expect(worst.map(({ what, state }) => [what, state])).toEqual([['privileges', 'warning']]);
    expect(code).toBe(0);
  });

  it('prints what to mend first at the top', async () => {
    const { url, objects, rules } = await aKibana({ capabilities: all });
    await kibana('import', { url });
    objects.delete('dashboard logboom-errors');
    rules.clear();
    const { out, code } = await kibana('check', { url });
    const lines = out.split('\n');
    expect(lines[0]).toMatch(/^ +problem +dashboard logboom-errors +is missing: run `logboom kibana import`/);
    expect(lines.filter((line) => /^ +problem/.test(line))).toHaveLength(5);
    expect(lines.at(-1)).toBe('Mend the first line first.');
    expect(code).toBe(1);
    await kibana('import', { url });
    expect((await kibana('check', { url })).out).toContain(`See ${url}/app/dashboards`);
  });

  it('knows each dashboard by its edition', async () => {
    const ids = savedObjects().filter(({ type }) => type === 'dashboard');
    const { worst } = await checked({ capabilities: all }, ({ objects }) => {
      for (const { id } of ids) objects.get(`dashboard ${id}`)!.attributes.description = 'mine';
    });
    expect(worst.map(({ what }) => what)).toEqual(ids.map(({ id }) => `dashboard ${id}`));
  });
});
