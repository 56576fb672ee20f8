import { expect, it } from 'vitest';
import type { Batch, Episode, Millis } from '../../src/model.ts';
import { aBatch, at, engineWith, journaled, t } from '../support/journal/records.ts';
import type { AnyInput } from '../support/rules/rules.ts';

const second: Millis = 1_000;
const quiet: AnyInput = {
  name: 'quiet',
  over: '10s',
  lateness: '5s',
  when: '< 5',
  for: '20s',
  notify: ['ops'],
};

interface Line {
  time: Millis;
  receivedAt: Millis;
  host: string;
}

const lines = (host: string, [from, to]: [number, number], every: number, receivedAt?: number): Line[] =>
  Array.from({ length: (to - from) / every }, (_, n) => {
    const time = t + (from + n * every) * second;
    return { host, time, receivedAt: receivedAt === undefined ? time : t + receivedAt * second };
  });

const record = ({ time, host, receivedAt }: Line): Batch =>
  aBatch([at(time, { host: { name: host }, agent: { id: host } })], { receivedAt });

/** The last document of each alert, and to what states people were notified. */
function came(all: Line[]) {
  const engine = engineWith([quiet], { time: { correctFor: '1h', late: 'notify' } });
  const episodes = new Map<string, Episode>();
  const notified: string[] = [];
  const ordered = [...all].sort((a, b) => a.receivedAt - b.receivedAt);
  for (const one of journaled(ordered.map(record)))
    for (const output of engine.process(one)) {
      if (output.kind === 'episode') episodes.set(output.episode.id, output.episode);
      if (output.kind === 'notification') notified.push(output.notification.transition.to);
    }
  return { episodes: [...episodes.values()], notified };
}

/** A line each second, but one each 5 s for a minute: the condition holds for so long that the alert is raised. */
const steady = [
  ...lines('good', [0, 60], 1),
  ...lines('good', [60, 120], 5),
  ...lines('good', [120, 900], 1),
];

it('an alert is raised where the condition holds for long enough', () => {
  const { episodes, notified } = came(steady);
  expect(episodes).toMatchObject([{ status: 'inactive' }]);
  expect(episodes[0]!.withdrawn).toBeUndefined();
  expect(notified).toEqual(['active', 'inactive']);
});

it('it is withdrawn where late events leave a time in which the condition holds, but not for long enough', () => {
  const { episodes, notified } = came([...steady, ...lines('slow', [70, 120], 1, 250)]);
  expect(episodes).toMatchObject([{ status: 'inactive', withdrawn: true }]);
  expect(episodes[0]!.corrected).toBe(
    'withdrawn: with the events that came late, the condition did not hold',
  );
  expect(notified).toEqual(['active', 'inactive', 'inactive']);
});

it('there is none where the same events come in time', () => {
  expect(came([...steady, ...lines('slow', [70, 120], 1)])).toEqual({ episodes: [], notified: [] });
});

it('it stays where late events leave the condition as it was', () => {
  const { episodes, notified } = came([...steady, ...lines('slow', [70, 120], 10, 250)]);
  expect(episodes).toMatchObject([{ status: 'inactive', lateCount: 5 }]);
  expect(episodes[0]!.withdrawn).toBeUndefined();
  expect(notified).toEqual(['active', 'inactive']);
});
