import { describe, expect, it } from 'vitest';
import { streamProblems } from '../../../src/notifiers/streams/problems.ts';
import { load } from '../../support/config.ts';

const common = `
rules: [{ name: errors }]
notifiers:
  out: { kind: file, path: /tmp/x }
  pager: { kind: pagerduty, routingKey: R0123456789ABCDEF0123456789ABCDE }
  am: { kind: alertmanager, url: 'http://am:9093' }
  phone: { kind: ntfy, topic: x, rate_limit: { messages: 1, per: 1m } }
`;
const problemsOf = (stream: string) =>
  load({ yaml: `${common}streams: { s: ${stream} }`, checks: [streamProblems] }).problems.map(
    ({ path, message }) => `${path}: ${message}`,
  );

describe('a stream that works', () => {
  it.each([
    '{ notifier: out }',
    '{ notifier: log }',
    '{ notifier: out, rules: [errors], outputs: [windows] }',
  ])('%s', (stream) => expect(problemsOf(stream)).toEqual([]));
});

describe('a stream that cannot work is named', () => {
  it.each([
    ['{ notifier: ot }', /^streams\.s\.notifier: There is no notifier `ot`; did you mean `out`\?/],
    ['{ notifier: pager }', /^streams\.s\.notifier: A notifier of the kind `pagerduty` sends alerts only/],
    ['{ notifier: am }', /`alertmanager` sends alerts only/],
    ['{ notifier: phone }', /`phone` has a limit of messages/],
    ['{ notifier: out, rules: [erors] }', /^streams\.s\.rules\[0\]: There is no rule `erors`; did you mean/],
    ['{ notifier: out, outputs: [] }', /^streams\.s\.outputs: /],
    ['{ notifier: out, outputs: [alerts] }', /^streams\.s\.outputs\[0\]: /],
    ['{ notifier: out, keep: 0 }', /^streams\.s\.keep: /],
    ['{}', /^streams\.s\.notifier: /],
  ])('%s', (stream, expected) => {
    expect(problemsOf(stream)).toEqual([expect.stringMatching(expected)]);
  });
});
