import { describe, expect, it } from 'vitest';
import { schema } from '../../src/config/schema/schema.ts';
import type { Output } from '../../src/model.ts';
import { OwnAlertBook } from '../../src/monitoring/own-alert-book.ts';
import { ownAlerts } from '../../src/monitoring/own-alerts.ts';
import type { Vitals } from '../../src/telemetry/components/vitals.ts';
import { ailing, sourceState, sourcesReport } from '../support/source-states.ts';
import { noLag, vitals } from '../support/vitals.ts';

const t = 1_700_000_000_000;

/** Looks every five seconds at what the test says; transitions as `rule group from→to: reason`. */
function watch(settings: object = {}) {
  const { selfMonitoring } = schema.parse({ selfMonitoring: settings });
  const books = ownAlerts(selfMonitoring, ['log', 'ops']).map((alert) => new OwnAlertBook(alert));
  let now = t;
  let before: Vitals | undefined;
  const outputs: Output[] = [];
  function look(given: Vitals, times = 1): string[] {
    const found: Output[] = [];
    for (let i = 0; i < times; i++) {
      now += 5_000;
      for (const book of books) book.evaluate([given, before], now, found);
      before = given;
    }
    outputs.push(...found);
    return found.flatMap((output) => {
      if (output.kind !== 'transition') return [];
      const { rule, group, from, to, reason } = output.transition;
      return [`${rule}${group === '' ? '' : ` ${group}`} ${from}→${to}: ${reason}`];
    });
  }
  return { look, outputs, books };
}

const behind = { records: 700, bytes: 9_000, seconds: 400 };
const rows: [what: string, given: Partial<Vitals>, looks: number, raised: RegExp][] = [
  [
    'the journal fills',
    {
      journal: { fill: 0.85 },
      readers: { analyser: { lag: noLag }, indexer: { lag: behind, waitsFor: 'Elasticsearch' } },
    },
    1,
    /^logboom-journal-fill inactive→active: the journal is 85 % full because of the indexer, which waits for Elasticsearch$/,
  ],
  [
    'the journal is full',
    { journal: { fill: 1 } },
    1,
    /^logboom-journal-fill .*100 % full.*senders are held, nothing is lost$/,
  ],
  [
    'a reader is far behind for half a minute',
    { readers: { indexer: { lag: behind }, analyser: { lag: noLag } } },
    8,
    /^logboom-reader-lag indexer pending→active: the indexer is 6m40s and 700 records behind/,
  ],
  [
    'a sender is refused again and again',
    {
      inputs: {
        lumberjack: { refusedSenders: [{ address: '10.0.0.9', count: 3, reason: 'it speaks TLS.' }] },
      },
    },
    1,
    /^logboom-sender-refused 10\.0\.0\.9 inactive→active: 10\.0\.0\.9 was refused 3 times in a row, .*: it speaks TLS\.$/,
  ],
  [
    'a sender waits for its ACK',
    { inputs: { lumberjack: { oldestUnacknowledged: 61_000 } } },
    1,
    /^logboom-oldest-unacknowledged lumberjack inactive→active: a sender has waited 1m1s for the ACK of a window$/,
  ],
  [
    'Elasticsearch is down',
    { sink: { problem: { reason: 'not reachable: ECONNREFUSED', age: 60_000 }, refused: { count: 0 } } },
    1,
    /^logboom-sink-down inactive→active: Elasticsearch has not taken everything for 1m: not reachable: ECONNREFUSED$/,
  ],
  [
    'a notifier cannot deliver',
    { notifiers: { ops: { reason: 'Slack says not_in_channel', age: 900_000 } } },
    1,
    /^logboom-notifier-failing ops inactive→active: the notifier ops has not delivered for 15m: Slack says not_in_channel$/,
  ],
  [
    'the module of a format is not called any more',
    { disabledFormats: { shop: 'it did not return within 100 ms, 3 times' } },
    1,
    /^logboom-parser-disabled shop inactive→active: the module of the format shop is not called any more, .*: it did not return within 100 ms, 3 times\. Correct it and reload$/,
  ],
  [
    'documents are refused',
    { sink: { refused: { count: 3, last: { index: 'logs-a-b', reason: 'document_parsing_exception' } } } },
    1,
    /^logboom-dead-letters inactive→active: 3 documents were refused for good, the last for logs-a-b: document_parsing_exception/,
  ],
  [
    'the wall clock is set forwards',
    { clock: { difference: 3_595_000, steps: [{ by: 3_600_000, at: t }] } },
    1,
    /^logboom-clock-step inactive→active: the wall clock of this machine was set forwards by 1h; receipt times are 59m55s behind it and follow slowly; rules are not affected/,
  ],
  [
    'the wall clock is set back and forwards again',
    {
      clock: {
        difference: 0,
        steps: [
          { by: -7_200_000, at: t },
          { by: 7_199_000, at: t + 5_000 },
        ],
      },
    },
    1,
    /^logboom-clock-step inactive→active: the wall clock of this machine was set back by 2h; rules are not affected/,
  ],
  [
    'a source has a wrong clock',
    { sources: sourcesReport([ailing.clock]) },
    1,
    /^logboom-source-clock web-1 \/var\/log\/nginx\/access\.log inactive→active: web-1 .*: its stamps are 1h ahead of the receipt$/,
  ],
  [
    'a source is late',
    { sources: sourcesReport([ailing.late]) },
    1,
    /^logboom-source-late web-2 inactive→active: web-2: 25 of its last 100 events came late$/,
  ],
  [
    'the lines of a source are not read',
    { sources: sourcesReport([ailing.unparsed]) },
    1,
    /^logboom-source-unparsed web-3 inactive→active: web-3: 50 of its last 100 events could not be read$/,
  ],
];

describe('logboom about itself', () => {
  it('has nothing to say while all is well', () => {
    expect(watch().look(vitals(), 100)).toEqual([]);
  });

  it.each(rows)('raises when %s, and tells everybody', (_, given, looks, raised) => {
    const { look, outputs } = watch();
    const told = look(vitals(given), looks);
    expect(told.filter((line) => line.includes('→active'))).toEqual([expect.stringMatching(raised)]);
    const messages = outputs.flatMap((one) => (one.kind === 'notification' ? [one.notification] : []));
    expect(messages.map(({ notifier }) => notifier).sort()).toEqual(['log', 'ops']);
    const [episode] = outputs.flatMap((one) => (one.kind === 'episode' ? [one.episode] : []));
    expect(told.some((line) => line.endsWith(episode!.reason))).toBe(true);
  });

  it.each(rows)('is done when it is over for a while: %s', (_, given, looks) => {
    const { look, books } = watch({ keepActiveFor: '30s' });
    look(vitals(given), looks);
    expect(books.flatMap(({ open }) => open)).toHaveLength(1);
    const told = look(
      vitals({
        sink: { refused: given.sink?.refused ?? { count: 0 } },
        ...(given.sources && { sources: sourcesReport([sourceState()]) }),
        ...(given.disabledFormats && { disabledFormats: {} }),
      }),
      130,
    );
    expect(told[0]).toMatch(/active→recovering/);
    expect(told.at(-1)).toMatch(/recovering→inactive: recovered: /);
    expect(books.flatMap(({ open }) => open)).toEqual([]);
  });

  it.each(rows)('stays silent about what is switched off: %s', (_, given, looks) => {
    const off = {
      ...{ journalFill: 0, readerLag: '0', oldestUnacknowledged: '0', senderRefused: 0, sinkDown: '0' },
      ...{ notifierFailing: '0', deadLetters: 0, sourceClock: '0', sourceLate: 0, sourceUnparsed: 0 },
      ...{ formatDisabled: false, clockStep: '0' },
    };
    expect(watch(off).look(vitals(given), looks)).toEqual([]);
  });

  it('tells those alone who are named', () => {
    const { look, outputs } = watch({ notify: ['ops'] });
    look(vitals({ journal: { fill: 0.9 } }));
    const messages = outputs.flatMap((one) =>
      one.kind === 'notification' ? [one.notification.notifier] : [],
    );
    expect(messages).toEqual(['ops']);
  });

  it('is one alert while it goes on, however bad it becomes', () => {
    const { look } = watch();
    look(vitals({ journal: { fill: 0.8 } }));
    expect(look(vitals({ journal: { fill: 1 } }), 50)).toEqual([]);
  });

  it('leaves alone what it cannot know: a sink whose thread is gone neither raises nor recovers', () => {
    const { look } = watch();
    const { sink: _, ...unknown } = vitals();
    look(vitals({ sink: { problem: { reason: 'down', age: 99_000 }, refused: { count: 0 } } }));
    expect(look(unknown, 100)).toEqual([]);
  });

  it('leaves alerts about sources alone while the analyser does not answer', () => {
    const { look } = watch();
    look(vitals({ sources: sourcesReport([ailing.late, ailing.clock]) }));
    expect(look(vitals(), 100)).toEqual([]);
  });

  it('has one alert for a path that two agents of a host read', () => {
    const { look } = watch();
    const told = look(vitals({ sources: sourcesReport([ailing.late, ailing.late]) }));
    expect(told).toHaveLength(1);
  });

  it('keeps an alert about a source while the source has the problem, also below the threshold', () => {
    const { look } = watch();
    look(vitals({ sources: sourcesReport([ailing.late]) }));
    const less = { ...ailing.late, problems: [{ ...ailing.late.problems[0]!, value: 0.03 }] };
    expect(look(vitals({ sources: sourcesReport([less]) }), 100)).toEqual([]);
  });

  it('counts refusals anew when the indexer was started again', () => {
    const { look } = watch();
    const refused = (count: number) =>
      vitals({ sink: { refused: { count, last: { index: 'i', reason: 'r' } } } });
    expect(look(refused(5))[0]).toMatch(/5 documents/);
    look(refused(5), 200);
    expect(look(refused(0))).toEqual([]);
    expect(look(refused(2))[0]).toMatch(/2 documents/);
  });

  it('closes the alert of a notifier that is no longer there', () => {
    const before = watch();
    before.look(vitals({ notifiers: { ops: { reason: 'gone', age: 900_000 } } }));
    const { selfMonitoring } = schema.parse({ selfMonitoring: { keepActiveFor: '0s' } });
    const [book] = ownAlerts(selfMonitoring, ['log'])
      .filter(({ rule }) => rule.name === 'logboom-notifier-failing')
      .map((alert) => new OwnAlertBook(alert));
    book!.restore(before.books.find(({ name }) => name === 'logboom-notifier-failing')!.snapshot());
    const outputs: Output[] = [];
    book!.evaluate([vitals(), undefined], t + 10_000, outputs);
    expect(outputs.find(({ kind }) => kind === 'transition')).toMatchObject({
      transition: { group: 'ops', to: 'inactive', reason: 'recovered: ops is no longer watched' },
    });
  });
});

describe('a sender that is refused', () => {
  const refused = (count: number, address = '10.0.0.9') =>
    vitals({ inputs: { lumberjack: { refusedSenders: [{ address, count, reason: 'x.' }] } } });

  it('raises nothing the first times, and one alert for each address', () => {
    const { look } = watch();
    expect(look(refused(2), 20)).toEqual([]);
    expect(look(refused(3), 20)).toHaveLength(1);
    expect(look(refused(4, '10.0.0.8'))).toEqual(
      expect.arrayContaining([expect.stringContaining('10.0.0.8 inactive→active')]),
    );
  });

  it('ends its alert when it was not refused for a while', () => {
    const { look } = watch();
    look(refused(9));
    const [first, ended] = look(vitals(), 20);
    expect(first).toContain('active→recovering: what 10.0.0.9 sends has not been refused for five minutes');
    expect(ended).toContain('recovering→inactive');
  });
});
