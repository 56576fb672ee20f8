import { describe, expect, it } from 'vitest';
import { Dispatch } from '../../src/engine/dispatch.ts';
import type { FieldValue } from '../../src/model.ts';
import { startRule } from '../../src/rules/rule.ts';
import type { Run } from '../../src/rules/run/run.ts';
import { ruleConfig, ruleOfKind } from '../support/rules/rules.ts';
import { event } from '../support/rules/runs.ts';

/** Rules that are called by their filters, in the order in which they stand. */
const rulesWith = (...filters: string[]): Run[] =>
  filters.map((where) => Object.assign(startRule(ruleConfig({ name: 'r', where })), { name: where }));

const shownTo = (runs: Run[], fields: Record<string, FieldValue>) =>
  new Dispatch(runs).runsFor(event(0, fields)).map(({ name }) => name);

/** Rules about other paths, so that the field is worth reading. */
const others = Array.from({ length: 70 }, (_, number) => `url.path : "/other-${number}"`);

describe('the rules that an event is shown to', () => {
  it('are those that ask for a value that it has', () => {
    const runs = rulesWith('url.path : "/a"', ...others, 'url.path : "/b"');
    expect(shownTo(runs, { 'url.path': '/a' })).toEqual(['url.path : "/a"']);
    expect(shownTo(runs, { 'url.path': '/b' })).toEqual(['url.path : "/b"']);
    expect(shownTo(runs, { 'url.path': '/c' })).toEqual([]);
    expect(shownTo(runs, {})).toEqual([]);
  });

  it('stand in their own order, those among them that see every event', () => {
    const runs = rulesWith('n > 1', 'url.path : "/a"', ...others, '', 'url.path : ("/b" or "/a")', 'n < 1');
    expect(shownTo(runs, { 'url.path': '/a' })).toEqual([
      'n > 1',
      'url.path : "/a"',
      '',
      'url.path : ("/b" or "/a")',
      'n < 1',
    ]);
    expect(shownTo(runs, { 'url.path': '/c' })).toEqual(['n > 1', '', 'n < 1']);
  });

  it('are each there once, whatever number of its values an event has', () => {
    const runs = rulesWith(...others, 'url.path : ("/a" or "/b" or "/a")');
    expect(shownTo(runs, { 'url.path': ['/b', '/a', '/b'] })).toEqual(['url.path : ("/a" or "/b" or "/a")']);
  });

  it('are found anew for each event', () => {
    const dispatch = new Dispatch(rulesWith(...others));
    const found = (path: string) => dispatch.runsFor(event(0, { 'url.path': path })).map(({ name }) => name);
    expect(found('/other-3')).toEqual(['url.path : "/other-3"']);
    expect(found('/other-65')).toEqual(['url.path : "/other-65"']);
    expect(found('/')).toEqual([]);
  });

  it.each([
    ['a number as it is written', '500', 500],
    ['a number written otherwise', '5e2', 500],
    ['a text that looks like a number', '500', '500'],
    ['nothing of it, negative', '"-0"', 0],
    ['a boolean', 'true', true],
    ['a boolean as text', 'false', 'false'],
    ['one of several', 'b', ['a', 'b']],
  ])('are found by %s', (_, value, found) => {
    const other = [1, 2, 3].map((number) => `n : other-${number}`);
    expect(shownTo(rulesWith(...other, `n : ${value}`), { n: found })).toEqual([`n : ${value}`]);
  });

  it.each([
    ['a text of another spelling', '5e2', '500'],
    ['the other case', 'a', 'A'],
    ['no value at all', 'null', null],
    ['the other boolean', 'true', false],
  ])('are not found by %s', (_, value, found) => {
    const other = [1, 2, 3].map((number) => `n : other-${number}`);
    expect(shownTo(rulesWith(...other, `n : ${value}`), { n: found })).toEqual([]);
  });

  it('are looked up by the condition that they share with the fewest others', () => {
    const runs = rulesWith(...others.map((path) => `event.dataset : nginx.access and ${path}`));
    const found = shownTo(runs, { 'event.dataset': 'nginx.access', 'url.path': '/other-7' });
    expect(found).toEqual(['event.dataset : nginx.access and url.path : "/other-7"']);
  });

  it('are looked up by a shared condition where their own is of a field that no other asks for', () => {
    const hosts = [1, 2, 3, 4, 5, 6].map(
      (number) => `host.name : h${number % 2} and field-${number} : ${number}`,
    );
    expect(shownTo(rulesWith(...hosts), { 'host.name': 'h1' })).toEqual([hosts[0], hosts[2], hosts[4]]);
  });

  it('are all where so few could be looked up that each may as well look itself', () => {
    const runs = rulesWith('url.path : "/a"', 'url.path : "/b"', 'host.name : a');
    expect(shownTo(runs, {})).toHaveLength(3);
  });

  it('have among them those that hear of shippers from every event', () => {
    const absence = startRule(ruleOfKind('absence', { where: 'url.path : "/beat"', by: ['host.name'] }));
    expect(shownTo([...rulesWith(...others), absence], { 'url.path': '/c' })).toEqual(['absence']);
  });
});
