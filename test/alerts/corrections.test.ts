import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { correctEpisodes } from '../../src/alerts/corrections.ts';
import type { Entry } from '../../src/alerts/entry.ts';
import { transitionOutput } from '../../src/alerts/notifications.ts';
import type { Episode, Millis, Output, Transition } from '../../src/model.ts';

const MINUTE: Millis = 60_000;
const through = 100 * MINUTE;

const episodeOf = (changes: Partial<Episode> = {}): Episode => {
  const start = changes.start ?? 10 * MINUTE;
  const isOpen = !('end' in changes) || changes.end === undefined;
  return {
    ...{ id: `errors-${start}`, rule: 'errors', group: 'web-1', by: { 'host.name': 'web-1' } },
    ...{ severity: 'high', status: isOpen ? 'active' : 'inactive', start, end: undefined, detected: start },
    ...{ updated: start + MINUTE, value: 7, peak: 9, count: 7, condition: '> 5', reason: '7 > 5' },
    ...{ message: 'errors (web-1): 7 > 5', window: { start, end: start + MINUTE }, samples: [] },
    ...{ revision: 3, lateCount: 0, flapping: false, labels: {}, runbook: undefined },
    ...changes,
  } as Episode;
};

const entryOf = (episode: Partial<Episode> = {}, more: Partial<Entry> = {}): Entry => ({
  ...{ episode: episodeOf(episode), transitions: 2, raised: true, reach: 0, unreported: 0, reason: '7 > 5' },
  ...{ notified: true },
  ...more,
});

interface Given {
  known?: Entry[];
  found?: Entry[];
  late?: number;
  outputs?: Output[];
}

const notificationOf = (transition: Transition, episode: Episode) =>
  ({ kind: 'notification', notification: { transition, episode } }) as unknown as Output;

const raising = ({ episode }: Entry): Transition => ({
  ...{ id: `${episode.id}-1`, rule: episode.rule, group: episode.group, by: episode.by, episode: episode.id },
  ...{ from: 'inactive', to: 'active', at: episode.start, reason: '7 > 5', window: episode.window },
  ...{ value: 7, count: 7, condition: '> 5', severity: 'high', message: 'm' },
});

/** What finding an alert puts out where all events come in time: its transition, and the notification of it. */
const inTime = (found: Entry): Output[] => {
  const transition = raising(found);
  return [transitionOutput(transition, found.episode), notificationOf(transition, found.episode)];
};

function correct({ known = [], found = [], late = 0, outputs = [] }: Given) {
  return correctEpisodes({
    ...{ known, found, outputs, through },
    lateIn: () => late,
    notify: (transition, episode) => [notificationOf(transition, episode)],
  });
}

/** Each output in a few words. */
const inWords = (outputs: readonly Output[]): string[] =>
  outputs.map((output) => {
    if (output.kind === 'episode') {
      const { status, revision, withdrawn, late, lateCount } = output.episode;
      const marks = [withdrawn && 'withdrawn', late && 'late', lateCount > 0 && `${lateCount} late events`];
      return ['episode', status, `revision ${revision}`, ...marks.filter(Boolean)].join(', ');
    }
    if (output.kind === 'transition') {
      const { from, to, late } = output.transition;
      return `transition ${from} to ${to}${late ? ', late' : ''}`;
    }
    return output.kind === 'notification'
      ? `notification of ${output.notification.transition.to}`
      : output.kind;
  });

const ended = { end: 20 * MINUTE, status: 'inactive' } as const;
const pending = { status: 'pending' } as const;

describe('episodes that late events correct', () => {
  it.each<[string, Given, string[]]>([
    ['nothing known and nothing found', {}, []],
    ['the same episode', { known: [entryOf()], found: [entryOf()] }, []],
    ['the same ended episode', { known: [entryOf(ended)], found: [entryOf(ended)] }, []],
    [
      'the same episode with two more events',
      { known: [entryOf()], found: [entryOf()], late: 2 },
      ['episode, active, revision 4, 2 late events'],
    ],
    [
      'an open alert that is not found',
      { known: [entryOf()] },
      [
        'transition active to inactive, late',
        'episode, inactive, revision 4, withdrawn',
        'notification of inactive',
      ],
    ],
    [
      'an open alert of which nobody was notified',
      { known: [entryOf({}, { notified: false })] },
      ['transition active to inactive, late', 'episode, inactive, revision 4, withdrawn'],
    ],
    [
      'an ended alert that is not found',
      { known: [entryOf(ended)] },
      [
        'transition inactive to inactive, late',
        'episode, inactive, revision 4, withdrawn',
        'notification of inactive',
      ],
    ],
    [
      'an ended alert of which nobody was notified',
      { known: [entryOf(ended, { notified: false })] },
      ['episode, inactive, revision 4, withdrawn'],
    ],
    [
      'one that was only pending',
      { known: [entryOf(pending, { raised: false, notified: false })] },
      ['transition pending to inactive, late'],
    ],
    ['one that was pending and ended', { known: [entryOf(ended, { raised: false, notified: false })] }, []],
    ['one that was withdrawn before', { known: [entryOf({ ...ended, withdrawn: true })] }, []],
    [
      'an alert that was not raised',
      { found: [entryOf()], late: 3, outputs: inTime(entryOf()) },
      [
        'transition inactive to active, late',
        'episode, active, revision 1, late, 3 late events',
        'notification of active',
      ],
    ],
    [
      'an alert that was not raised, and of which nobody would have been notified',
      { found: [entryOf()], late: 1, outputs: inTime(entryOf()).slice(0, 1) },
      ['transition inactive to active, late', 'episode, active, revision 1, late, 1 late events'],
    ],
    [
      'one that is only pending',
      { found: [entryOf(pending, { raised: false })], outputs: inTime(entryOf()).slice(0, 1) },
      ['transition inactive to active, late'],
    ],
    [
      'an alert that lasted longer',
      { known: [entryOf(ended)], found: [entryOf({ ...ended, end: 25 * MINUTE })], late: 1 },
      ['episode, inactive, revision 4, 1 late events'],
    ],
    [
      'an alert that had not ended',
      { known: [entryOf(ended)], found: [entryOf()] },
      ['transition inactive to active, late', 'episode, active, revision 4', 'notification of active'],
    ],
    [
      'an alert that had ended',
      { known: [entryOf()], found: [entryOf(ended)] },
      ['transition active to inactive, late', 'episode, inactive, revision 4', 'notification of inactive'],
    ],
    [
      'an alert that had ended, of which nobody was notified',
      { known: [entryOf({}, { notified: false })], found: [entryOf(ended)] },
      ['transition active to inactive, late', 'episode, inactive, revision 4'],
    ],
    [
      'a pending one that should have been raised',
      {
        known: [entryOf(pending, { raised: false, notified: false })],
        found: [entryOf()],
        outputs: inTime(entryOf()),
      },
      ['transition pending to active, late', 'episode, active, revision 1, late', 'notification of active'],
    ],
    [
      'a withdrawn one that is found again',
      { known: [entryOf({ ...ended, withdrawn: true })], found: [entryOf(ended)] },
      ['episode, inactive, revision 4'],
    ],
    [
      'an alert that began earlier and has another id',
      { known: [entryOf(ended)], found: [entryOf({ ...ended, start: 8 * MINUTE })] },
      ['episode, inactive, revision 4'],
    ],
    [
      'an alert at another time',
      {
        known: [entryOf(ended, { notified: false })],
        found: [entryOf({ start: 30 * MINUTE, end: 40 * MINUTE })],
      },
      ['episode, inactive, revision 4, withdrawn', 'episode, inactive, revision 1, late'],
    ],
  ])('%s', (_, given, words) => {
    expect(inWords(correct(given).outputs)).toEqual(words);
  });

  it.each<[string, Partial<Episode>, Partial<Episode>, string | undefined]>([
    ['nothing', ended, ended, undefined],
    ['the end', ended, { ...ended, end: 25 * MINUTE }, 'it had ended at 1970-01-01T00:20:00.000Z'],
    ['an end that was missing', {}, ended, 'it had not ended'],
    ['the peak', ended, { ...ended, peak: 12 }, 'its peak was 9'],
    [
      'the start, the end and the peak',
      ended,
      { ...ended, start: 8 * MINUTE, end: 21 * MINUTE, peak: 10 },
      'its start was 1970-01-01T00:10:00.000Z, it had ended at 1970-01-01T00:20:00.000Z, its peak was 9',
    ],
    ['that it was withdrawn', { ...ended, withdrawn: true }, ended, 'raised again'],
  ])('say what was corrected: %s', (_, before, after, words) => {
    const { entries } = correct({ known: [entryOf(before)], found: [entryOf(after)], late: 1 });
    const [{ episode }] = entries as [Entry];
    expect(episode.corrected).toBe(words && `corrected by late events: ${words}`);
    expect(episode.reason).toBe('7 > 5; 1 event of its time came late and were counted');
    expect([episode.id, episode.withdrawn]).toEqual([episodeOf(before).id, undefined]);
  });

  it('keep the lines and the time of detection of the episode that was put out', () => {
    const sample = {
      '@timestamp': '2026-01-01T00:00:00Z',
      message: 'the first',
    } as Episode['samples'][number];
    const other = { ...sample, message: 'another' };
    const known = entryOf({ samples: [sample], detected: 5 });
    const found = entryOf({ ...ended, samples: [other], detected: 7, start: 9 * MINUTE });
    expect(correct({ known: [known], found: [found] }).entries[0]!.episode).toMatchObject({
      ...{ samples: [sample], detected: 5, start: 9 * MINUTE, end: 20 * MINUTE, id: known.episode.id },
    });
    const without = entryOf({ samples: [], detected: undefined });
    expect(correct({ known: [without], found: [found] }).entries[0]!.episode).toMatchObject({
      ...{ samples: [other], detected: 7 },
    });
  });

  const entry = fc
    .record({
      start: fc.integer({ min: 0, max: 9 }),
      length: fc.option(fc.integer({ min: 1, max: 4 })),
      peak: fc.integer({ min: 6, max: 8 }),
      raised: fc.boolean(),
      notified: fc.boolean(),
      withdrawn: fc.boolean(),
    })
    // Of what ended, only alerts that were raised are kept.
    .filter(({ length, raised }) => length === null || raised)
    .map(({ start, length, peak, raised, notified, withdrawn }) =>
      entryOf(
        {
          ...{ start: start * 5 * MINUTE, peak },
          ...(length === null ? { status: raised ? 'active' : 'pending' } : {}),
          ...(length !== null && { end: (start * 5 + length) * MINUTE }),
          ...(raised && length !== null && withdrawn && { withdrawn }),
        },
        { raised, notified: raised && notified },
      ),
    );
  const entries = fc.uniqueArray(entry, { maxLength: 4, selector: ({ episode: { id } }) => id });
  const foundEntries = entries.map((all) =>
    all.map((one) => ({ ...one, episode: { ...one.episode, withdrawn: undefined } })),
  );

  it('keep their ids, count their revisions up, and are not corrected a second time by the same events', () => {
    fc.assert(
      fc.property(entries, foundEntries, fc.nat(2), (known, found, late) => {
        const first = correct({ known, found, late });
        const before = new Map(known.map(({ episode }) => [episode.id, episode]));
        for (const output of first.outputs) {
          if (output.kind !== 'episode') continue;
          const old = before.get(output.episode.id);
          const wasRaised = known.some(({ episode, raised }) => raised && episode.id === old?.id);
          expect(output.episode.revision).toBe(wasRaised ? old!.revision + 1 : 1);
        }
        // Alerts that people saw are there after it, withdrawn at the worst.
        const after = new Set(first.entries.map(({ episode }) => episode.id));
        for (const { episode, raised } of known) if (raised) expect(after).toContain(episode.id);
        const isOpen = ({ episode }: Entry) => episode.end === undefined && !episode.withdrawn;
        expect(first.entries.filter(isOpen).length).toBe(found.filter(isOpen).length);
        const again = correct({ known: first.entries, found });
        expect(inWords(again.outputs)).toEqual([]);
        expect(again.entries.map(({ episode }) => episode).sort(byId)).toEqual(
          first.entries.map(({ episode }) => episode).sort(byId),
        );
      }),
      { numRuns: 500 },
    );
  });
});

const byId = (one: Episode, other: Episode) => (one.id < other.id ? -1 : 1);
