import { describe, expect, it } from 'vitest';
import { notifierProblems } from '../../src/notifiers/problems.ts';
import { load } from '../support/config.ts';

const problemsOf = (yaml: string) => load({ yaml, checks: [notifierProblems] }).problems;
const ops = (settings: string) => `notifiers: { ops: { ${settings} } }`;

describe('the check of notifiers finds', () => {
  it.each([
    ['Slack without anything', 'kind: slack, timeout: 1s', 'notifiers.ops.url', /webhook/],
    ['Slack with two ways', 'kind: slack, url: http://a, token: b, channel: c', 'notifiers.ops.url', /Both/],
    ['Slack without a channel', 'kind: slack, token: b', 'notifiers.ops.channel', /`channel` is missing/],
    ['Slack without a token', 'kind: slack, channel: b', 'notifiers.ops.token', /`token` is missing/],
    [
      'an unknown name in a body',
      'kind: webhook, url: http://a, body: { a: { b: "{{valeu}}" } }',
      'notifiers.ops.body.a.b',
      /no `valeu`; did you mean `value`/,
    ],
  ])('%s', (_, settings, path, message) => {
    const problems = problemsOf(ops(settings));
    expect(problems).toMatchObject([{ path, message: expect.stringMatching(message) }]);
    expect(problems[0]!.remedy).not.toBe('');
  });

  it.each([
    ['a webhook of Slack', 'kind: slack, url: https://hooks.example.org/x'],
    ['a bot of Slack', 'kind: slack, token: b, channel: c'],
    [
      'a template by the fields of rules',
      'kind: webhook, url: http://a, body: { a: "{{host.name}} {{labels.team}}" }',
    ],
  ])('nothing wrong with %s', (_, settings) => {
    const rules = 'rules: [{ name: a, by: [host.name], labels: { team: web }, notify: [ops] }]';
    expect(problemsOf(`${ops(settings)}\n${rules}`)).toEqual([]);
  });
});
