import { describe, expect, it } from 'vitest';
import { type ConfigInput, schema } from '../../src/config/schema/schema.ts';
import { secretsOf } from '../../src/config/secrets.ts';
import { analysisOf, ruleChanges } from '../../src/engine/analysis.ts';
import { configWith } from '../support/journal/records.ts';
import type { RuleInput } from '../support/rules/rules.ts';

const none = { added: [], changed: [], notification: [], removed: [], disabled: [], unchanged: 0 };
const rule: RuleInput = { name: 'one', over: '1s', when: '>= 5' };

describe('what becomes of a rule', () => {
  it.each<[string, RuleInput[], RuleInput[], object]>([
    ['it is there as before', [rule], [rule], { unchanged: 1 }],
    [
      'it stands in another place',
      [rule, { ...rule, name: 'two' }],
      [{ ...rule, name: 'two' }, rule],
      { unchanged: 2 },
    ],
    ['it comes', [], [rule], { added: ['one'] }],
    ['it goes', [rule], [], { removed: ['one'] }],
    ['it is switched off', [rule], [{ ...rule, enabled: false }], { disabled: ['one'] }],
    ['it is switched on', [{ ...rule, enabled: false }], [rule], { added: ['one'] }],
    ['it was off and goes', [{ ...rule, enabled: false }], [], {}],
    ['it counts otherwise', [rule], [{ ...rule, where: 'a : b' }], { changed: ['one'] }],
    ['it lasts otherwise', [rule], [{ ...rule, for: '1s' }], { changed: ['one'] }],
    ['it writes down otherwise', [rule], [{ ...rule, record: false }], { changed: ['one'] }],
    [
      'it only tells otherwise',
      [rule],
      [{ ...rule, severity: 'low', labels: { a: 'b' } }],
      { notification: ['one'] },
    ],
    ['it has another name', [rule], [{ ...rule, name: 'two' }], { added: ['two'], removed: ['one'] }],
  ])('%s', (_, from, to, expected) => {
    expect(ruleChanges(configWith(from), configWith(to))).toEqual({ ...none, ...expected });
  });
});

describe('what is written down beside a checkpoint', () => {
  it('holds no secret', () => {
    const secret = (name: string) => `secret-${name}`;
    const input: ConfigInput = {
      api: { token: secret('token') },
      kibana: { url: 'http://kibana', password: secret('kibana'), api_key: secret('key') },
      elasticsearch: { hosts: ['http://a'], password: secret('elastic'), user: 'u' },
      notifiers: { ops: { kind: 'webhook', url: 'http://b/secret-url', headers: { a: secret('header') } } },
    };
    const config = schema.parse(input);
    const written = JSON.stringify(analysisOf(config));
    expect(secretsOf(config).length).toBeGreaterThan(5);
    for (const value of secretsOf(config)) expect(written).not.toContain(value);
    expect(analysisOf(config).kibana).toEqual({ url: 'http://kibana', dataView: 'logboom-events' });
  });
});
