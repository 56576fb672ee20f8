import { describe, expect, it } from 'vitest';
import { tutorialRound } from '../../src/generator/traffic.ts';
import type { Batch, Tick } from '../../src/model.ts';
import {
  aBatch,
  aTick,
  at,
  engineWith,
  journaled,
  lineOf,
  outputsOf,
  t,
  told,
} from '../support/journal/records.ts';

/** Two rounds of the tutorial's traffic, as `test/windows/tutorial.test.ts` derives it, each event in a batch of its own. */
const offsets = [0, 101_000].flatMap((round) => [
  ...Array.from({ length: 100 }, (_, index) => round + index * 1000),
  ...Array.from({ length: 100 }, (_, index) => round + 100_000 + index * 10),
]);
const live: (Batch | Tick)[] = offsets.map((offset) => aBatch([at(t + offset)], { receivedAt: t + offset }));
const ticks = Array.from({ length: 60 }, (_, index) => aTick(t + offsets.at(-1)! + (index + 1) * 250));

const rule = {
  name: 'traffic-burst',
  over: '1s',
  every: '10ms',
  lateness: '100ms',
  when: '>= 5',
  record: false,
} as const;

const transitions = [
  'traffic-burst  inactive → active at 100050 with 5',
  'traffic-burst  active → inactive at 101970 with 4',
  'traffic-burst  inactive → active at 201050 with 5',
  'traffic-burst  active → inactive at 202960 with 4',
];
const changes = (lines: string[]) => lines.filter((line) => line.includes('→'));

describe('the window of the tutorial, through the engine', () => {
  it('has the traffic of the generator', () => {
    expect(offsets.length).toBe(2 * tutorialRound.events);
  });

  it('raises an alert at each burst and ends it after, and nothing else changes', () => {
    expect(changes(told(engineWith([rule]), [...live, ...ticks]))).toEqual(transitions);
  });

  it('raises it with message 105, before its window is over', () => {
    const outputs = outputsOf(engineWith([rule]), journaled(live));
    expect(outputs[0]!.key).toEqual([105, 1]);
    expect(lineOf(outputs[0]!.output)).toBe(transitions[0]);
    expect(outputs[0]!.output).toMatchObject({
      transition: { reason: 'count 5 is >= 5, before the window is over', window: { start: t + 99_050 } },
    });
  });

  it('does so however the traffic was cut into batches', () => {
    for (const size of [1, 7, 50, 400]) {
      const batches: (Batch | Tick)[] = [];
      for (let from = 0; from < offsets.length; from += size) {
        const part = offsets.slice(from, from + size);
        batches.push(
          aBatch(
            part.map((offset) => at(t + offset)),
            { receivedAt: t + offsets.at(-1)! },
          ),
        );
      }
      expect(changes(told(engineWith([rule]), [...batches, ...ticks]))).toEqual(transitions);
    }
  });

  it('does so with last year’s traffic, shipped today', () => {
    const year = 365 * 86_400_000;
    const shipped = [...live, ...ticks].map((record) => ({
      ...record,
      receivedAt: record.receivedAt + year,
    }));
    expect(changes(told(engineWith([rule]), shipped))).toEqual(transitions);
  });

  it('is one episode for each burst, whose document ends as it ended', () => {
    const outputs = outputsOf(engineWith([rule]), journaled([...live, ...ticks]));
    const episodes = outputs.flatMap(({ output }) => (output.kind === 'episode' ? [output.episode] : []));
    const last = new Map(episodes.map((episode) => [episode.id, episode]));
    expect([...last.values()]).toMatchObject([
      // The window closes at every hop: it held most, 100, when all of the burst was in it, and the slow event after.
      { status: 'inactive', start: t + 100_040, end: t + 101_970, peak: 100, samples: { length: 6 } },
      { status: 'inactive', start: t + 201_040, end: t + 202_960, peak: 100, samples: { length: 6 } },
    ]);
    const revisions = episodes.filter(({ id }) => id === episodes[0]!.id).map(({ revision }) => revision);
    expect(revisions).toEqual(revisions.map((_, index) => index + 1));
  });
});
