import { describe, expect, it } from 'vitest';
import { inner } from '../../src/kibana/columns.ts';
import { savedObjects } from '../../src/kibana/objects.ts';
import {
  alertStates,
  colours,
  levels,
  outcomes,
  severities,
  statusClasses,
} from '../../src/kibana/palette.ts';
import { panelsOf, type ReadPanel } from '../support/kibana/panels.ts';

const meanings = { statusClasses, severities, alertStates, levels, outcomes };
const objects = savedObjects();
const panels = panelsOf(objects);
const charts = panels.filter(({ lens, vega }) => lens ?? vega);
const nameOf = ({ dashboard, title }: ReadPanel) => `${dashboard}: ${title}`;
const named = (some: ReadPanel[]) => some.map((panel) => [nameOf(panel), panel] as const);

/** What a panel paints, by the words that people read beside it. */
function painted({ lens, vega }: ReadPanel): [label: string, colour: string][] {
  if (vega) {
    const { domain, range } = vega.encoding.color.scale;
    return domain.map((label, at) => [label, range[at]!]);
  }
  return (lens?.layers ?? []).flatMap(({ yConfig = [] }) =>
    yConfig.map(
      ({ forAccessor, color }) =>
        [lens!.columns[forAccessor]!.label, color] as [label: string, colour: string],
    ),
  );
}

describe('colours', () => {
  const meant = Object.fromEntries(
    Object.values(meanings).flatMap((parts) =>
      Object.entries(parts).map(([label, { colour }]) => [label, colour]),
    ),
  );

  it('of one label are the same in all panels', () => {
    const found = new Map<string, Set<string>>();
    for (const [label, colour] of charts.flatMap(painted))
      found.set(label, new Set([...(found.get(label) ?? []), colour]));
    expect([...found].filter(([, all]) => all.size > 1)).toEqual([]);
  });

  it.each(Object.entries(meant))('of %s are those of its meaning, %s, where it is shown', (label, colour) => {
    const shown = charts.flatMap(painted).filter(([one]) => one === label);
    expect(shown.length).toBeGreaterThan(0);
    expect(shown.every(([, one]) => one === colour)).toBe(true);
  });

  it.each(['5xx', 'critical', 'active', 'errors', 'failure'])('%s is red, and nothing good is', (label) => {
    expect(meant[label]).toBe(colours.failed);
    for (const good of ['2xx', 'inactive', 'success', 'info', 'information'])
      expect([colours.good, colours.plain]).toContain(meant[good]);
  });

  it.each(Object.entries(meanings))('of the parts of %s differ', (_, parts) => {
    const all = Object.values(parts).map(({ colour }) => colour);
    expect(new Set(all).size).toBe(all.length);
  });

  it.each(named(charts.filter(({ lens }) => lens?.kind === 'lnsXY')))(
    '%s: each series has one, unless it is one of many values',
    (_, { lens }) => {
      const [data] = lens!.layers;
      const coloured = new Set(data!.yConfig!.map(({ forAccessor }) => forAccessor));
      if (data!.splitAccessor === undefined) expect(coloured).toEqual(new Set(data!.accessors));
      else expect(coloured.size).toBe(0);
    },
  );
});

describe('titles', () => {
  it.each(named(charts.filter(({ lens }) => lens?.kind === 'lnsXY')))(
    '%s: axes do not repeat the title',
    (_, { lens }) => expect(lens!.axisTitles).toEqual({ x: false, yLeft: false, yRight: false }),
  );

  it.each(named(charts.filter(({ lens }) => lens?.kind === 'lnsMetric')))(
    '%s: a figure shows its label alone',
    (_, panel) => expect(panel.hidesTitle).toBe(true),
  );

  it.each(named(charts.filter(({ lens }) => lens?.kind !== 'lnsMetric')))('%s: is shown', (_, panel) =>
    expect(panel.hidesTitle).toBe(false),
  );
});

describe('a panel without anything to show', () => {
  const mayBeEmpty = panels.filter(
    ({ type, lens, vega }) => type === 'search' || vega !== undefined || (lens && lens.kind !== 'lnsMetric'),
  );

  it.each(named(mayBeEmpty))('%s: says why, beside its title and at the end', (_, panel) => {
    expect(panel.description?.length).toBeGreaterThan(20);
    const text = panels.find(({ dashboard, markdown }) => dashboard === panel.dashboard && markdown)!;
    const line = text.markdown!.split('\n').find((one) => one.endsWith(panel.description!));
    expect(line).toContain(panel.title);
  });
});

describe('what panels lead to', () => {
  it.each(objects.filter(({ type }) => type === 'dashboard').map((one) => [one.id, one] as const))(
    '%s has links to all dashboards and the tag',
    (_, { references }) => {
      const linked = references.filter(({ name }) => /^p1:link_.*_dashboard$/.test(name)).map(({ id }) => id);
      expect(linked).toEqual(objects.filter(({ type }) => type === 'dashboard').map(({ id }) => id));
      expect(references).toContainEqual({ name: 'tag-ref-logboom-tag', type: 'tag', id: 'logboom-tag' });
    },
  );

  it('is another dashboard, by a click on a value', () => {
    const ways = objects.flatMap(({ id, references }) =>
      references.filter(({ name }) => name.includes(':drilldown:')).map((reference) => [id, reference.id]),
    );
    expect(new Set(ways.map(([from, to]) => `${from} → ${to}`))).toEqual(
      new Set([
        'logboom-traffic → logboom-errors',
        'logboom-errors → logboom-traffic',
        'logboom-errors → logboom-alerts-overview',
        'logboom-alerts-overview → logboom-rules',
        'logboom-rules → logboom-alerts-overview',
        'logboom-clients → logboom-errors',
        'logboom-logins → logboom-traffic',
      ]),
    );
  });

  it('has an id of its own at each place', () => {
    const ids = panels.length;
    const events = objects
      .filter(({ type }) => type === 'dashboard')
      .flatMap(({ attributes }) => [...String(attributes.panelsJSON).matchAll(/"eventId":"([^"]+)"/g)])
      .map(([, id]) => id);
    expect(ids).toBeGreaterThan(0);
    expect(new Set(events).size).toBe(events.length);
  });
});

describe('alerts as marks in charts', () => {
  it.each([
    ['logboom: Traffic', 'Requests a second, and alerts'],
    ['logboom: Traffic', 'Share of failed requests, and alerts'],
    ['logboom: Errors', 'Share of errors, and alerts'],
    ['logboom: Rules', 'Value against the threshold, and alerts'],
    ['logboom: Logins and sudo', 'Logins by outcome, and alerts'],
    ['logboom: Syslog', 'Messages by severity, and alerts'],
  ])('are in %s: %s', (dashboard, title) => {
    const panel = panels.find((one) => one.dashboard === dashboard && one.title === title);
    const marks = panel!.lens!.layers.filter(({ layerType }) => layerType === 'annotations');
    expect(marks.flatMap(({ annotations }) => annotations!.map(({ color }) => color))).toEqual([
      colours.failed,
    ]);
  });
});

describe('shares', () => {
  const formulas = charts.flatMap((panel) =>
    Object.entries(panel.lens?.columns ?? {})
      .filter(([, { operationType }]) => operationType === 'formula')
      .map(([id, column]) => [`${nameOf(panel)}: ${column.label}`, id, panel] as const),
  );

  it.each(formulas)('%s: is in per cent, of columns that are not shown', (_, id, { lens }) => {
    const column = lens!.columns[id]!;
    expect(column.params!.format).toMatchObject({ id: 'percent' });
    expect(inner(lens!.columns)).toEqual(new Set([`${id}X0`, `${id}X1`, `${id}X2`]));
    expect(
      lens!.layers.flatMap(({ accessors = [] }) => accessors).filter((one) => one.includes('X')),
    ).toEqual([]);
  });

  it.each(['logboom: Traffic', 'logboom: Errors'])('%s has one as a line', (dashboard) => {
    const lines = formulas.filter(
      ([, , panel]) => panel.dashboard === dashboard && panel.lens!.layers[0]?.seriesType === 'line',
    );
    expect(lines).toHaveLength(1);
  });
});

describe('events without a service or a host', () => {
  it.each([
    ['Errors by service', 'value'],
    ['Errors by host', 'value'],
    ['Services', 'value'],
    ['Hosts', 'value'],
    ['Kinds of errors', 'type'],
  ])('are in a row of their own in %s', (title, column) => {
    const { lens } = panels.find((one) => one.dashboard === 'logboom: Errors' && one.title === title)!;
    expect(lens!.columns[column]!.params).toMatchObject({ missingBucket: true, otherBucket: true });
  });
});
