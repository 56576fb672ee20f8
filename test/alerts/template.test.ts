import { describe, expect, it } from 'vitest';
import { plainMessage } from '../../src/alerts/notifications.ts';
import { templateOf } from '../../src/alerts/template.ts';
import { messageProblems } from '../../src/rules/problems.ts';
import { ruleConfig } from '../support/rules/rules.ts';

const context = {
  value: 7,
  count: 9,
  group: 'web-1',
  by: { 'host.name': 'web-1', 'http.response.status_code': 404 },
  reason: 'count 7 is >= 5',
  at: Date.parse('2026-01-02T03:04:05Z'),
  window: { start: Date.parse('2026-01-02T03:04:00Z'), end: Date.parse('2026-01-02T03:04:10Z') },
  start: () => Date.parse('2026-01-02T03:00:45Z'),
  end: undefined,
  peak: 12,
  samples: [
    { '@timestamp': 't', message: 'GET /a' },
    { '@timestamp': 't', message: 'GET /b' },
  ],
  severity: 'critical' as const,
};
const render = (message: string | undefined, changes: object = {}, measure = 'count') => {
  const rule = ruleConfig({ measure, when: '>= 5', severity: 'critical', labels: { team: 'web' } });
  const said = { ...context, ...changes };
  return templateOf(rule, message)?.(said) ?? plainMessage(rule, said);
};

describe('a message', () => {
  it.each([
    ['{{host.name}} served {{value}} requests in 1 s', 'web-1 served 7 requests in 1 s'],
    ['{{ value }}/{{count}} {{threshold}} {{severity}}', '7/9 >= 5 critical'],
    ['{{rule.name}} [{{group}}]: {{reason}}', 'traffic-burst [web-1]: count 7 is >= 5'],
    ['{{http.response.status_code}} for {{labels.team}}', '404 for web'],
    ['[{{user.name}}{{labels.nobody}}{{toString}}]', '[]'],
    [
      'High traffic generated an alert - hits = {{value}}, triggered at {{time}}',
      'High traffic generated an alert - hits = 7, triggered at 2026-01-02 03:04:05 UTC',
    ],
    ['{{time Europe/Berlin}} {{time Asia/Kolkata}}', '2026-01-02 04:04:05 +01:00 2026-01-02 08:34:05 +05:30'],
    ['{{window.start}} {{window.length}} {{duration}}', '2026-01-02 03:04:00 UTC 10 s 3 m 20 s'],
    ['{{start America/New_York}} [{{end}}] {{peak}} {{value.number}}', '2026-01-01 22:00:45 -05:00 [] 12 7'],
    ['{{samples}}', 'GET /a | GET /b'],
    ['{{', '{{'],
    ['{value} {{}}', '{value} '],
    ['', ''],
  ])('%s becomes %s', (template, text) => {
    expect(render(template)).toBe(text);
  });

  it('of a rule that has none names the rule, the group and the reason', () => {
    expect(render(undefined)).toBe('traffic-burst (web-1): count 7 is >= 5');
    expect(render(undefined, { group: '' })).toBe('traffic-burst: count 7 is >= 5');
    expect(render(undefined, { reason: 'recovered: count 2 is < 3' })).toBe(
      'traffic-burst (web-1) recovered: count 2 is < 3',
    );
  });

  it.each([
    [1234567, 'count', '1,234,567'],
    [0.123456, 'avg(a)', '0.123'],
    [1234.5678, 'avg(a)', '1,235'],
    [1_234_000, 'max(http.response.bytes)', '1.18 MB'],
    [200_000_000_000, 'max(event.duration)', '3 m 20 s'],
    [0.0623, 'share(a:b)', '6.23 %'],
    [undefined, 'avg(a)', 'nothing'],
  ])('writes %d of %s as %s', (value, measure, text) => {
    expect(render('{{value}}', { value }, measure)).toBe(text);
  });

  it('takes nothing from a sender but text', () => {
    const by = { 'host.name': '{{reason}} $& \u001b[2J\n\u202e' };
    expect(render('{{host.name}}', { by })).toBe('{{reason}} $& \\u001b[2J\\u000a\\u202e');
  });

  it('is bounded', () => {
    expect(render('{{host.name}}', { by: { 'host.name': 'x'.repeat(1e6) } })).toHaveLength(2_000);
  });
});

describe('the check of messages', () => {
  const problems = (message: string) =>
    messageProblems({
      rules: [ruleConfig(), ruleConfig({ message, by: ['host.name'], labels: { a: 'b' } })],
    });

  it('has nothing to say about names that are known', () => {
    expect(problems('{{host.name}} {{labels.a}} {{value}} {{rule.name}} {{time Europe/Berlin}}')).toEqual([]);
    expect(problems('{{time Europe/Berlyn}}')).toHaveLength(1);
  });

  it('names all unknown ones at once, with their rule', () => {
    expect(problems('{{user.name}} {{ user.name }} {{vlaue}}')).toEqual([
      {
        path: 'rules[1].message',
        message: expect.stringContaining('no `user.name` and no `vlaue`:'),
        remedy: expect.stringContaining('host.name'),
      },
    ]);
  });
});
