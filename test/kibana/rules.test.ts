import { describe, expect, it } from 'vitest';
import { kibana } from '../../src/config/schema/kibana.ts';
import { viewsOf } from '../../src/kibana/data-views.ts';
import { idIn } from '../../src/kibana/ids.ts';
import { connectorsOf, rulesOf } from '../../src/kibana/rules.ts';
import { parseQuery } from '../../src/rules/kql/parser.ts';

const views = viewsOf();
const connectors = connectorsOf(kibana.parse({}));
const rules = rulesOf(views, connectors);
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('rules of Kibana', () => {
  it('have ids that Kibana takes, each its own, in each space', () => {
    const spaces = [undefined, 'ops', 'Ops', 'ops team'];
    const ids = spaces.flatMap((space) => [
      ...rulesOf(views, connectors, space).map(({ id }) => id),
      ...connectorsOf(kibana.parse({}), space).map(({ id }) => id),
    ]);
    expect(ids.filter((id) => !uuid.test(id))).toEqual([]);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('keep their ids, so that an import finds those of an earlier one', () => {
    expect(rules.map(({ id }) => id)).toEqual(
      [1, 2, 3, 4].map((number) => `6c6f6762-6f6f-5d01-8000-00000000000${number}`),
    );
    expect(rulesOf(views, [], 'default')).toEqual(rulesOf(views, []));
    expect(idIn('ops', 'rule active')).toBe(idIn('ops', 'rule active'));
  });

  it.each(rules.map((rule) => [rule.body.name, rule] as const))(
    '%s: ask with a query and say when it is over',
    (_, { body }) => {
      const { searchConfiguration } = body.params as { searchConfiguration: { query: { query: string } } };
      expect(() => parseQuery(searchConfiguration.query.query)).not.toThrow();
      const groups = body.actions.map(({ group }) => group);
      expect(groups.filter((group) => group === 'recovered')).toHaveLength(connectors.length);
      expect(body.actions.every(({ params }) => JSON.stringify(params).includes('logboom'))).toBe(true);
    },
  );

  it('name the alert, one by one', () => {
    const each = rules.filter(({ body }) => body.params.groupBy === 'top');
    // A document without a group is in no bucket of `alert.group`. Kibana takes lists of two names or more.
    expect(each.map(({ body }) => body.params.termField)).toEqual(['alert.id', 'alert.id']);
    for (const { body } of each)
      expect(body.actions.every(({ params }) => JSON.stringify(params).includes('{{alert.id}}'))).toBe(true);
  });

  it('see an alert that begins and ends between two runs, and one that stays open', () => {
    const [active, critical] = rules.map(
      ({ body }) =>
        body.params as Record<string, unknown> & {
          searchConfiguration: { index: string; query: { query: string } };
        },
    );
    expect([active!.searchConfiguration.index, active!.searchConfiguration.query.query]).toEqual([
      'logboom-transitions',
      'alert.to : active',
    ]);
    expect(critical!.searchConfiguration.index).toBe('logboom-alerts');
    expect([critical!.timeWindowSize, critical!.timeWindowUnit]).toEqual([30, 'd']);
  });
});
