import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { outputItem } from '../../src/alerts/documents.ts';
import { categoryOf, relatedOf } from '../../src/alerts/ecs-fields.ts';
import { definitionOf } from '../../src/alerts/entry.ts';
import { transitionOutput } from '../../src/alerts/notifications.ts';
import { alertSettings } from '../../src/config/schema/rule-settings.ts';
import { schema } from '../../src/config/schema/schema.ts';
import type { Episode, Output, Sample } from '../../src/model.ts';
import { noteReceipt } from '../../src/readers/analyser/history.ts';
import { alerts } from '../../src/sinks/elasticsearch/setup/templates/own.ts';
import { anEpisode, aTransition } from '../support/rules/alerts.ts';
import { ruleConfig } from '../support/rules/rules.ts';
import { event, play, ten } from '../support/rules/runs.ts';

const config = schema.parse({});
const settings = z.strictObject(alertSettings);
const documentOf = (output: Output) => JSON.parse(String(outputItem(output, config)!.document));
const at = aTransition().at;
const line = (changes: Partial<Sample> = {}): Sample => ({
  ...{ '@timestamp': new Date(at).toISOString(), message: 'GET /' },
  ...changes,
});
const definition = { version: '0a1b2c', where: 'log.level: error', measure: 'count', recover: '< 2' };
const full = anEpisode({
  ...{ definition, created: at + 250, span: { start: at - 60_000, end: at + 10_000 } },
  ...{ samples: [line({ ip: '10.0.0.9', user: 'ann', category: 'web' })], runbook: 'https://wiki' },
  ...{ end: at + 5_000, status: 'inactive', labels: { team: 'web' }, url: 'https://kibana', omitted: 3 },
});

describe('the category of an alert', () => {
  it.each<[string, (string | undefined)[], string[] | undefined]>([
    ['is that of its lines', ['web'], ['web']],
    ['is each of theirs, once', ['web', 'database', 'web'], ['web', 'database']],
    ['is absent where they have none', [undefined, undefined], undefined],
    ['is absent where there are no lines', [], undefined],
    ['is none that ECS does not know', ['billing', 'Web', ''], undefined],
    ['leaves out what ECS does not know', ['billing', 'iam'], ['iam']],
  ])('%s', (_, categories, expected) => {
    expect(
      categoryOf(categories.map((category) => line({ ...(category !== undefined && { category }) }))),
    ).toEqual(expected);
  });
});

describe('what is related to an alert', () => {
  it.each<[string, Episode['by'], Partial<Sample>[], object | undefined]>([
    ['is absent where there is nothing', {}, [{}], undefined],
    ['is of the group', { 'host.name': 'a', 'source.ip': '::1' }, [], { hosts: ['a'], ip: ['::1'] }],
    [
      'is of the lines',
      {},
      [{ host: 'a', ip: '10.0.0.1', user: 'ann' }],
      { hosts: ['a'], ip: ['10.0.0.1'], user: ['ann'] },
    ],
    [
      'is each once',
      { 'host.name': 'a' },
      [{ host: 'a' }, { host: 'b' }, { host: 'b' }],
      { hosts: ['a', 'b'] },
    ],
    ['is no address that is none', { 'source.ip': 'unknown' }, [{ ip: '-' }, { ip: '1.2.3' }], undefined],
    ['is an address among others', { 'client.ip': 'x' }, [{ ip: '1.2.3.4' }], { ip: ['1.2.3.4'] }],
    ['is no number', { 'user.id': 7 }, [], undefined],
    ['is no empty text', { 'user.name': '' }, [{ host: '' }], undefined],
    ['is no missing value', { 'host.name': null }, [], undefined],
  ])('%s', (_, by, samples, expected) => {
    const related = relatedOf(by, samples.map(line));
    expect(related && JSON.parse(JSON.stringify(related))).toEqual(expected);
  });
});

describe('the rule in a document', () => {
  const rule = (changes: object = {}) =>
    settings.parse({
      name: 'errors',
      where: 'log.level: error',
      when: '>= 5',
      ...changes,
    });

  it('is its filter, measure and recovery', () => {
    expect(definitionOf(rule({ recover: '< 2' }))).toMatchObject({
      ...{ where: 'log.level: error', measure: 'count', recover: '< 2' },
    });
  });

  it('has no empty settings', () => {
    expect(Object.keys(definitionOf(rule({ where: '' })))).toEqual(['version', 'measure']);
  });

  it('has the same version where it is the same', () => {
    expect(definitionOf(rule()).version).toBe(definitionOf(rule()).version);
    expect(definitionOf(rule()).version).toMatch(/^[\da-f]{12}$/);
  });

  it.each([
    [{ when: '>= 6' }],
    [{ where: 'log.level: warn' }],
    [{ message: 'other' }],
    [{ severity: 'low' }],
    [{ labels: { a: 'b' } }],
    [{ by: ['host.name'] }],
  ])('has another version with %j', (changes) => {
    expect(definitionOf(rule(changes)).version).not.toBe(definitionOf(rule()).version);
  });

  it.each<[string, Output]>([
    ['an episode', { kind: 'episode', episode: full }],
    ['a transition', transitionOutput(aTransition(), full)],
  ])('is in that of %s', (_, output) => {
    expect(documentOf(output)).toMatchObject({
      rule: { id: 'burst', name: 'burst', version: '0a1b2c', reference: 'https://wiki' },
      alert: { where: 'log.level: error', measure: 'count', recover: '< 2' },
    });
  });
});

describe('the windows of an alert', () => {
  it.each<[string, Output]>([
    ['an episode', { kind: 'episode', episode: full }],
    ['a transition', transitionOutput(aTransition(), full)],
  ])('are beside that of the decision: %s', (_, output) => {
    const { window, alert } = documentOf(output);
    expect(window).toEqual({ start: '2026-01-02T03:04:04.000Z', end: '2026-01-02T03:04:05.000Z' });
    expect(alert.window).toEqual({ start: '2026-01-02T03:03:05.000Z', end: '2026-01-02T03:04:15.000Z' });
  });
});

describe('the windows of an episode that a rule raises', () => {
  const steps = [3, 4, 5, 12, 13, 14].map((second) => event(second));
  const spansOf = (restartAfter: number[] = []) =>
    play(
      ruleConfig({ over: '10s', every: '5s', lateness: '0s', when: '>= 3', where: '', recover: '< 2' }),
      [...steps, { until: 60 }],
      { restartAfter },
    ).outputs.flatMap((output) =>
      output.kind === 'episode'
        ? [{ ...output.episode, start: ((output.episode.span?.start ?? 0) - ten) / 1000 }]
        : [],
    );

  it('begin with the first one, and end where the last one or the episode ends', () => {
    const spans = spansOf();
    expect(spans.length).toBeGreaterThan(1);
    for (const { start, span, window, end = 0 } of spans) {
      // That of the first window with three events: it ends at 10 s.
      expect(start).toBe(0);
      expect(span!.end).toBe(Math.max(window.end, end));
    }
    expect(spans.at(-1)).toMatchObject({ status: 'inactive', definition: { recover: '< 2' } });
  });

  it.each([1, 3, 5])('are the same after a restart behind event %i', (place) => {
    expect(spansOf([place])).toEqual(spansOf());
  });
});

describe('the receipt of what led to an alert', () => {
  it('stays that of the record which raised it', () => {
    const episode = anEpisode();
    noteReceipt({ kind: 'episode', episode }, at + 100);
    noteReceipt({ kind: 'episode', episode: { ...episode, revision: 2 } }, at + 900);
    expect(documentOf({ kind: 'episode', episode }).event.created).toBe(new Date(at + 100).toISOString());
    const next: Output = { kind: 'episode', episode: { ...episode, revision: 2 } };
    noteReceipt(next, at + 900);
    expect(documentOf(next).event.created).toBe(new Date(at + 100).toISOString());
  });

  it('is of each transition its own', () => {
    const output = transitionOutput(aTransition(), anEpisode({ created: at }));
    noteReceipt(output, at + 700);
    expect(documentOf(output).event.created).toBe(new Date(at + 700).toISOString());
  });

  it('is absent where no server received anything', () => {
    expect(documentOf({ kind: 'episode', episode: anEpisode() }).event).not.toHaveProperty('created');
    expect(documentOf(transitionOutput(aTransition(), anEpisode())).event).not.toHaveProperty('created');
  });
});

describe('the type of the document of an episode', () => {
  it.each<[Partial<Episode>, string, string]>([
    [{ status: 'active', revision: 1 }, 'active', 'start'],
    [{ status: 'active', revision: 2 }, 'active', 'change'],
    [{ status: 'recovering', revision: 3 }, 'recovering', 'change'],
    [{ status: 'no-data', revision: 3 }, 'no-data', 'change'],
    [{ status: 'inactive', revision: 4 }, 'inactive', 'end'],
    [{ status: 'inactive', revision: 1, late: true }, 'inactive', 'end'],
  ])('of %j is %s, %s', (changes, action, type) => {
    const { event } = documentOf({ kind: 'episode', episode: anEpisode(changes) });
    expect(event).toMatchObject({ action, type: [type] });
  });
});

describe('the index template of alerts', () => {
  type Mapping = { type?: string; properties?: Record<string, Mapping> };
  const types: Record<string, string> = {
    string: 'keyword text date ip',
    number: 'long double',
    boolean: 'boolean',
  };
  const unmapped = (value: unknown, mapping: Mapping | undefined, path: string): string[] => {
    if (Array.isArray(value)) return value.flatMap((one) => unmapped(one, mapping, path));
    if (mapping === undefined) return [path];
    // Labels are the user's own.
    if (mapping.type === 'object') return [];
    if (typeof value === 'object' && value !== null)
      return Object.entries(value).flatMap(([name, inner]) =>
        unmapped(inner, mapping.properties?.[name], path === '' ? name : `${path}.${name}`),
      );
    return (types[typeof value] ?? '').split(' ').includes(mapping.type ?? '')
      ? []
      : [`${path}: ${mapping.type}`];
  };
  const root = { properties: alerts('alerts').properties } as Mapping;

  it.each<[string, Output]>([
    ['an episode', { kind: 'episode', episode: { ...full, by: {} } }],
    [
      'a transition',
      transitionOutput(aTransition({ by: {} }), full, { send: true, reason: 'it began' }, ['ops']),
    ],
  ])('has each field of the document of %s, with its type', (_, output) => {
    expect(unmapped(documentOf(output), root, '')).toEqual([]);
  });
});
