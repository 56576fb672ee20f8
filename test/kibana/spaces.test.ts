import { describe, expect, it } from 'vitest';
import { discoverLink } from '../../src/alerts/discover.ts';
import { schema } from '../../src/config/schema/schema.ts';
import { analysisOf } from '../../src/engine/analysis.ts';
import { editionIn } from '../../src/kibana/dashboard.ts';
import { viewsOf } from '../../src/kibana/data-views.ts';
import { savedObjects } from '../../src/kibana/objects.ts';
import { rulesOf } from '../../src/kibana/rules.ts';
import { knownFields } from '../support/kibana/fields.ts';
import { savedObjectProblems } from '../support/kibana/saved-object-problems.ts';

const window = { start: 0, end: 1000 };
/** The link of an alert with this configuration. */
const linkWith = (settings: object) => {
  const config = schema.parse({ kibana: { url: 'http://kibana', ...settings } });
  const view = { query: '', names: [], by: {}, group: '', window };
  return decodeURIComponent(discoverLink(analysisOf(config).kibana, view)!);
};

const idsOf = (space?: string) => savedObjects({}, space).map(({ type, id }) => `${type} ${id}`);

describe('objects of a space', () => {
  it.each([undefined, 'default', ''])('keep their names in the default space (%j)', (space) => {
    expect(idsOf(space)).toEqual(idsOf());
    expect(idsOf(space)).toContain('dashboard logboom-traffic');
  });

  it('have ids that are in no other space, for Kibana would give them random ones', () => {
    const all = [undefined, 'ops', 'shop', 'ops-shop'].flatMap((space) => idsOf(space));
    expect(new Set(all).size).toBe(all.length);
    expect(idsOf('ops')).toContain('dashboard logboom-traffic-ops');
  });

  it('refer to one another', () => {
    const views = viewsOf({}, 'ops');
    expect(savedObjectProblems(savedObjects({}, 'ops'), knownFields(views))).toEqual([]);
  });

  it('are those that rules and links of the space lead to', () => {
    const ids = idsOf('ops');
    for (const { body } of rulesOf(viewsOf({}, 'ops'), [], 'ops')) {
      const { index } = body.params.searchConfiguration as { index: string };
      expect(ids).toContain(`index-pattern ${index}`);
    }
    const [, linked] = /index:'([^']+)'/.exec(linkWith({ space: 'ops' }))!;
    expect(ids).toContain(`index-pattern ${linked}`);
  });

  it.each([
    [{ dataView: 'mine', space: 'ops' }, "index:'mine'", '/s/ops/app/discover'],
    [{ space: 'default' }, "index:'logboom-events'", 'http://kibana/app/discover'],
  ])('a link with %j has %s at %s', (config, index, path) => {
    const link = linkWith(config);
    expect(link).toContain(index);
    expect(link).toContain(path);
  });
});

describe('the edition of a dashboard', () => {
  const editions = (patterns = {}) =>
    savedObjects(patterns)
      .filter(({ type }) => type === 'dashboard')
      .map(({ attributes }) => editionIn(attributes.description));

  it('is the same for the same content, and differs between dashboards', () => {
    expect(editions()).toEqual(editions());
    expect(new Set(editions()).size).toBe(8);
    expect(editions()).not.toContain(undefined);
  });

  it('is not that of a text that somebody wrote', () =>
    expect(editionIn('Mine. Edition 2.')).toBeUndefined());

  it('changes with what is shown', () => {
    // The timeline of episodes names its index.
    const changed = editions({ alerts: 'my-alerts' }).filter((one, at) => one !== editions()[at]);
    expect(changed).toHaveLength(1);
  });
});
