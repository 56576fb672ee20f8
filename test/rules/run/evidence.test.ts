import { describe, expect, it } from 'vitest';
import type { Episode, FieldValue } from '../../../src/model.ts';
import { summaryOf } from '../../../src/notifiers/message/summary.ts';
import { aNotification } from '../../support/rules/alerts.ts';
import { type RuleInput, ruleConfig, ruleOfKind } from '../../support/rules/rules.ts';
import { event, lastEpisode, play, type Step } from '../../support/rules/runs.ts';

const rule = (input: Partial<RuleInput>) => ruleConfig({ over: '10s', lateness: '0s', ...input });
const shown = ({ samples }: Episode) =>
  samples.map(({ message, value }) => (value === undefined ? message : `${message}: ${value}`));
const eventsOf = (field: string, values: FieldValue[]): Step[] =>
  values.map((value, place) => event(1 + place, { [field]: value }));

describe('the sample lines of an alert', () => {
  it.each<[string, Partial<RuleInput>, FieldValue[], string[]]>([
    [
      'of a share those that its query counts',
      { measure: 'share(n >= 5)', when: '>= 25%' },
      [1, 9, 2, 8, 3],
      ['at 2', 'at 4'],
    ],
    [
      'of a share that falls those that its query does not count',
      { measure: 'share(n < 5)', when: '< 75%' },
      [1, 9, 2, 8, 3],
      ['at 2', 'at 4'],
    ],
    [
      'of a maximum those beyond the threshold, with their values',
      { measure: 'max(n)', when: '> 5' },
      [1, 9, 2, 8, 5],
      ['at 2: 9', 'at 4: 8'],
    ],
    [
      'of a minimum those beyond the threshold',
      { measure: 'min(n)', when: '< 2' },
      [1, 9, 2, 0, 5],
      ['at 1: 1', 'at 4: 0'],
    ],
    [
      'of a percentile those beyond the threshold',
      { measure: 'percentile(n, 50)', when: '>= 5' },
      [1, 9, 5, 8, 7],
      ['at 2: 9', 'at 3: 5', 'at 4: 8', 'at 5: 7'],
    ],
    [
      'of several values the one beyond the threshold',
      { measure: 'max(n)', when: '> 5' },
      [[1, 7, 2], 3],
      ['at 1: 7'],
    ],
    [
      'of different values one for each',
      { measure: 'distinct(n)', when: '>= 3' },
      ['a', 'a', 'b', 'a', 'c'],
      ['at 1: a', 'at 3: b', 'at 5: c'],
    ],
    ['of a sum those with a value', { measure: 'sum(n)', when: '>= 5' }, [4, 'x', 4], ['at 1: 4', 'at 3: 4']],
    ['of a count all', { when: '>= 3' }, [1, 2, 3], ['at 1', 'at 2', 'at 3']],
  ])('are %s', (_, input, values, lines) => {
    const { outputs } = play(rule(input), [...eventsOf('n', values), { until: 40 }]);
    expect(shown(lastEpisode(outputs))).toEqual(lines);
  });

  it('are the last seen of a group that is absent', () => {
    const config = ruleOfKind('absence', { every: '1m', by: ['host'], lateness: '0s' });
    const lines = [0, 10, 20].map((after) => event(after, { host: 'web-1' }, `line ${after}`));
    const { outputs } = play(config, [...lines, event(70, { host: 'web-2' }), { until: 100 }]);
    expect(shown(lastEpisode(outputs))).toEqual(['line 20']);
  });

  it('are each once and in the order of their times, whatever the order of arrival', () => {
    const arrivals = [12, 1, 17, 6, 6, 3, 15, 2, 9];
    for (let when = 1; when <= arrivals.length; when += 1) {
      const lines = arrivals.map((after, place) => event(after, { n: place }, `${after} (${place})`));
      const config = rule({ over: '20s', when: `>= ${when}` });
      const { outputs } = play(config, [...lines, { until: 90 }]);
      const { samples } = lastEpisode(outputs);
      const names = samples.map(({ message }) => message);
      expect([when, new Set(names).size]).toEqual([when, names.length]);
      const times = samples.slice(0, 5).map((one) => Date.parse(one['@timestamp']));
      expect([when, times]).toEqual([when, times.toSorted((a, b) => a - b)]);
    }
  });

  it('are of an absence the last seen to a second, and no number of others: they are no evidence for it', () => {
    const config = ruleOfKind('absence', { every: '10m', by: ['host'], lateness: '0s' });
    const lines = Array.from({ length: 30 }, (_, place) => event(place, { host: 'web-1' }, `line ${place}`));
    const back = Array.from({ length: 9 }, (_, place) => event(900 + place, { host: 'web-1' }, 'back'));
    const { outputs } = play(config, [...lines, event(700, { host: 'web-2' }), ...back, { until: 950 }]);
    const found = outputs.flatMap((one) =>
      one.kind === 'episode' && one.episode.group === 'web-1' ? [one.episode] : [],
    );
    expect(found.map(({ status, omitted }) => [status, omitted])).toEqual([
      ['active', 0],
      ['inactive', 0],
    ]);
    for (const episode of found) expect(shown(episode)).toEqual(['line 29']);
  });

  it('are first and last of the episode, with how many are not shown, also after a restart', () => {
    const events = Array.from({ length: 40 }, (_, place) => event(1 + place));
    const config = rule({ when: '>= 3', keepActiveFor: '0s' });
    const { outputs } = play(config, [...events, { until: 200 }], { restartAfter: [4, 17, 33, 39] });
    const episode = lastEpisode(outputs);
    expect(episode).toMatchObject({ status: 'inactive', omitted: 33 });
    expect(shown(episode)).toEqual(['at 1', 'at 2', 'at 3', 'at 4', 'at 5', 'at 39']);
  });

  it('do not include lines after the condition held for the last time', () => {
    const burst = [1, 2, 3, 11, 12, 13].map((after) => event(after));
    const { outputs } = play(rule({ when: '>= 3', lateness: '30s' }), [
      ...burst,
      event(25),
      event(35),
      { until: 200 },
    ]);
    expect(shown(lastEpisode(outputs)).at(-1)).toBe('at 13');
  });

  it('have level, service, host, value and where their documents are', () => {
    const line = {
      ...event(1, { n: 7, 'log.level': 'error', 'service.name': 'shop', 'host.name': 'web-1' }),
      storedAs: { id: 'j-1-0', index: 'logs-shop-default' },
    };
    const { outputs } = play(rule({ measure: 'max(n)', when: '> 5' }), [line, { until: 20 }]);
    expect(lastEpisode(outputs).samples).toEqual([
      {
        '@timestamp': '2026-11-21T10:00:01.000Z',
        ...{ message: 'at 1', host: 'web-1', service: 'shop', level: 'error', value: 7 },
        ...{ id: 'j-1-0', index: 'logs-shop-default' },
      },
    ]);
  });

  it('say in messages how many are left out, and the values that the lines do not have', () => {
    const samples = ['a', 'b', 'c'].map((message, place) => ({ '@timestamp': 't', message, value: place }));
    const { episode, ...rest } = aNotification('log');
    expect(summaryOf({ ...rest, episode: { ...episode, samples, omitted: 12 } }).samples).toEqual([
      't [0] a',
      't [1] b',
      '… 12 more lines …',
      't [2] c',
    ]);
  });
});

describe('the messages of an alert', () => {
  it('are by the templates of the rule, of the problem and of its end', () => {
    const config = rule({
      when: '>= 2',
      message: 'High traffic generated an alert - hits = {{value}}, triggered at {{time}}',
      recoveryMessage: 'as usual after {{duration}}, peak {{peak}}',
    });
    const { outputs } = play(config, [event(1), event(2), event(3), { until: 30 }]);
    expect(outputs.flatMap((one) => (one.kind === 'transition' ? [one.transition.message] : []))).toEqual([
      'High traffic generated an alert - hits = 2, triggered at 2026-11-21 10:00:02 UTC',
      'as usual after 19 s, peak 3',
    ]);
  });
});

describe('the message of an open alert', () => {
  it('stays that of its problem while the document follows a peak in windows that cannot be judged', () => {
    const config = rule({ measure: 'share(n >= 5)', when: '>= 50%', minCount: 3, every: '5s', over: '10s' });
    const lines = [
      ...[1, 1, 9, 9].map((n, place) => event(1 + place, { n })),
      ...[9, 9, 9, 9].map((n, place) => event(6 + place, { n })),
      event(26, { n: 9 }),
    ];
    const { outputs } = play(config, [...lines, { until: 60 }]);
    const written = outputs.flatMap((one) => (one.kind === 'episode' ? [one.episode] : []));
    expect(written.at(-1)!.peak).toBe(1);
    expect(written.some(({ reason }) => reason.startsWith('1 event is fewer than 3'))).toBe(true);
    for (const { message } of written)
      expect(message).toMatch(/^traffic-burst: share\(n >= 5\) [\d.]+% is >= 50%/);
  });
});
