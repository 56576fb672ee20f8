import fc from 'fast-check';
import { expect, it } from 'vitest';
import { beganAt, type Episode } from '../../../src/model.ts';
import { aBatch, at, engineWith, t } from '../../support/journal/records.ts';

const rule = { name: 'burst', over: '1s', lateness: '3s', when: '>= 10' };
const window = 8;

/** Three seconds of a burst, in windows of eight lines, and a line that ends it. */
const lines = Array.from({ length: 48 }, (_, n) => t + 40 + Math.floor((n * 3_000) / 50));
const windows = Array.from({ length: lines.length / window }, (_, n) =>
  lines.slice(n * window, (n + 1) * window),
);

/** The last form of each episode; the engine is restored from its snapshot after the windows that `restarts` names. */
function episodesOf(arrived: number[][], restarts: ReadonlySet<number>): Episode[] {
  let engine = engineWith([rule]);
  const episodes = new Map<string, Episode>();
  for (const [place, times] of [...arrived, [t + 60_000]].entries()) {
    const outputs = engine.process({ ...aBatch(times.map((time) => at(time))), position: place + 1 });
    for (const output of outputs)
      if (output.kind === 'episode') episodes.set(output.episode.id, output.episode);
    if (!restarts.has(place)) continue;
    const snapshot = structuredClone(engine.snapshot());
    engine = engineWith([rule]);
    engine.restore(snapshot);
  }
  return [...episodes.values()];
}

it('an alert begins with its first line, and shows its first five, where windows overtake each other within the lateness', () =>
  fc.assert(
    fc.property(
      fc.shuffledSubarray(windows, { minLength: windows.length }),
      fc.uniqueArray(fc.nat(windows.length)),
      (arrived, restarts) => {
        const episodes = episodesOf(arrived, new Set(restarts));
        expect(episodes.map(beganAt)).toEqual([lines[0]]);
        const shown = episodes[0]!.samples.slice(0, 5).map((sample) => Date.parse(sample['@timestamp']));
        expect(shown).toEqual(lines.slice(0, 5));
      },
    ),
    { numRuns: 100 },
  ));
