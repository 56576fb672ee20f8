import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { labelsOf } from '../../src/notifiers/control/matcher.ts';
import { controlProblems } from '../../src/notifiers/control/problems.ts';
import { RouteTree } from '../../src/notifiers/control/routes.ts';
import { compileQuery } from '../../src/rules/kql/compile.ts';
import { load } from '../support/config.ts';
import { anEpisode } from '../support/rules/alerts.ts';

const page = readFileSync(new URL('../../docs/from-alertmanager.md', import.meta.url), 'utf8');
const blocks = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, yaml]) => yaml!);
const pairs = page.split(/^## /m).flatMap((section): [title: string, theirs: string, ours: string][] => {
  const [theirs, ours] = [...section.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, yaml]) => yaml!);
  return theirs?.startsWith('route:') ? [[section.split('\n')[0]!, theirs, ours!]] : [];
});

interface TheirRoute {
  receiver?: string;
  group_by?: string[];
  matchers?: string[];
  continue?: boolean;
  routes?: TheirRoute[];
}

type Labels = Record<string, string>;

/** A matcher as Alertmanager’s documentation defines it, apart from the code of logboom. */
function matches(text: string, labels: Labels): boolean {
  const [, name, operator, value] = /^(\w+)(=~|!~|!=|=)"(.*)"$/.exec(text)!;
  const found = labels[name!] ?? '';
  const isEqual = operator!.endsWith('~') ? new RegExp(`^(?:${value})$`).test(found) : found === value;
  return operator!.startsWith('!') ? !isEqual : isEqual;
}

/** `Route.Match` of Alertmanager: receivers, each with the names by which it groups. */
function theirReceivers(route: TheirRoute, labels: Labels, around: TheirRoute = {}): string[] {
  const { matchers = [], routes = [] } = route;
  const whole = {
    receiver: route.receiver ?? around.receiver,
    group_by: route.group_by ?? around.group_by ?? [],
  };
  if (!matchers.every((one) => matches(one, labels))) return [];
  const found: string[] = [];
  for (const child of routes) {
    const inner = theirReceivers(child, labels, whole as TheirRoute);
    found.push(...inner);
    if (inner.length > 0 && !child.continue) break;
  }
  return found.length > 0 ? found : [`${whole.receiver} by ${whole.group_by.join(',')}`];
}

/** What a configuration needs beside the block, so that `check` knows rules and notifiers. */
const beside = `
rules:
${['low', 'high', 'critical', 'medium'].flatMap((severity) => ['shop', 'cart', 'web'].map((team) => `  - { name: ${severity}-${team}, severity: ${severity}, labels: { team: ${team} } }`)).join('\n')}
notifiers:
${['ops', 'pager', 'shop', 'cart'].map((name) => `  ${name}: { kind: file, path: /tmp/${name} }`).join('\n')}
`;

describe('docs/from-alertmanager.md', () => {
  it('has pairs of routes', () => {
    expect(pairs.length).toBeGreaterThan(1);
  });

  it.each(pairs)(
    '%s: the pair sends each alert to the same receivers, in the same groups',
    (_, theirs, ours) => {
      const { config, problems } = load({ yaml: ours + beside, checks: [controlProblems(compileQuery)] });
      expect(problems).toEqual([]);
      const tree = new RouteTree(config!.routes);
      const seen = new Set<string>();
      for (const { name: rule, severity, labels } of config!.rules) {
        const alert = labelsOf(anEpisode({ rule, severity, labels, by: {}, group: '' }));
        const found = tree
          .of(alert)
          .flatMap(({ notify, groupBy }) => notify.map((one) => `${one} by ${groupBy}`));
        expect(found, rule).toEqual(theirReceivers((parse(theirs) as { route: TheirRoute }).route, alert));
        for (const one of found) seen.add(one);
      }
      expect(seen.size).toBeGreaterThan(2);
    },
  );

  it('has further examples that load without a problem', () => {
    const others = blocks.filter((block) => !block.startsWith('route'));
    expect(others).not.toEqual([]);
    for (const block of others)
      expect(load({ yaml: block + beside, checks: [controlProblems(compileQuery)] }).problems).toEqual([]);
  });
});
