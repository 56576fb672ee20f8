import { describe, expect, it } from 'vitest';
import {
  defaultThresholds,
  type Health,
  type HealthSnapshot,
  healthOf,
  type ReaderProgress,
} from '../../src/telemetry/api/health.ts';
import { ailing, sourceState, sourcesReport } from '../support/source-states.ts';

const now = 1_000_000;
const reader = (changes: Partial<ReaderProgress> = {}): ReaderProgress => ({
  position: 10,
  newest: 10,
  lastProgressAt: now,
  ...changes,
});
const snapshot = (changes: Partial<HealthSnapshot> = {}): HealthSnapshot => ({
  journal: { fill: 0.1 },
  readers: { analyser: reader(), indexer: reader() },
  threads: { analyser: {}, indexer: {} },
  ...changes,
});
const waiting = reader({ position: 4, lastProgressAt: now - 3_600_000, waitsFor: 'Elasticsearch' });
const standing = reader({ position: 4, lastProgressAt: now - 61_000 });

const forwarding = reader({
  position: 4,
  lastProgressAt: now - 3_600_000,
  waitsFor: 'Logstash',
  holds: false,
});

const table: [title: string, given: HealthSnapshot, state: Health['state'], reasons: string[]][] = [
  ['all moves', snapshot(), 'healthy', []],
  [
    'another configuration was refused',
    snapshot({ configuration: { problems: 2 } }),
    'degraded',
    ['the configuration was changed and has problems: the one before stays in force'],
  ],
  [
    'a source has a wrong clock, and another is not read',
    snapshot({ sources: sourcesReport([ailing.clock, ailing.unparsed, sourceState()]) }),
    'degraded',
    [
      'source web-1 /var/log/nginx/access.log: its stamps are 1h ahead of the receipt',
      'source web-3: 50 of its last 100 events could not be read',
    ],
  ],
  [
    'many sources are late',
    snapshot({ sources: sourcesReport(Array.from({ length: 12 }, () => ailing.late)) }),
    'degraded',
    [
      ...Array.from({ length: 5 }, () => 'source web-2: 25 of its last 100 events came late'),
      '7 more problems of sources: logboom status',
    ],
  ],
  ['all sources are well', snapshot({ sources: sourcesReport([sourceState()]) }), 'healthy', []],
  [
    'a matcher was given up',
    snapshot({ configuration: { problems: 0, matchersGivenUp: ['team=~"(?=a)(a+)+"'] } }),
    'degraded',
    [
      'the matcher team=~"(?=a)(a+)+" matches nothing any more: its expression takes too long. Write it without look-around and ' +
        'back-references, and load the configuration again',
    ],
  ],
  ['the configuration is fine', snapshot({ configuration: { problems: 0 } }), 'healthy', []],
  [
    'nothing has come yet',
    snapshot({ readers: { analyser: reader({ position: 0, newest: 0 }) } }),
    'healthy',
    [],
  ],
  [
    'nothing has come for a day',
    snapshot({ readers: { analyser: reader({ lastProgressAt: now - 86_400_000 }) } }),
    'healthy',
    [],
  ],
  [
    'Logstash takes nothing while the journal is full for others',
    snapshot({ journal: { fill: 1 }, readers: { indexer: reader({ position: 4 }), forwarder: forwarding } }),
    'degraded',
    ['journal is full: senders are held', 'forwarder waits for Logstash'],
  ],
  [
    'Logstash takes nothing, and the journal is to wait for it',
    snapshot({ journal: { fill: 1 }, readers: { forwarder: { ...forwarding, holds: true } } }),
    'unhealthy',
    ['journal is full and forwarder does not move: senders are held', 'forwarder waits for Logstash'],
  ],
  [
    'a reader is behind and moves',
    snapshot({ readers: { analyser: reader({ position: 1, lastProgressAt: now - 59_999 }) } }),
    'healthy',
    [],
  ],
  [
    'a reader stands still',
    snapshot({ readers: { analyser: standing, indexer: reader() } }),
    'unhealthy',
    ['analyser has not moved for 1m1s, 6 records behind'],
  ],
  [
    'the indexer waits for Elasticsearch, however long',
    snapshot({ readers: { analyser: reader(), indexer: waiting } }),
    'degraded',
    ['indexer waits for Elasticsearch'],
  ],
  ['the journal is nearly full', snapshot({ journal: { fill: 0.85 } }), 'degraded', ['journal is 85 % full']],
  [
    'the journal is full and readers move',
    snapshot({ journal: { fill: 1 } }),
    'degraded',
    ['journal is full: senders are held'],
  ],
  [
    'the journal is full because Elasticsearch is down',
    snapshot({ journal: { fill: 1 }, readers: { analyser: reader(), indexer: waiting } }),
    'unhealthy',
    ['journal is full and indexer does not move: senders are held', 'indexer waits for Elasticsearch'],
  ],
  [
    'the journal is broken',
    snapshot({ journal: { fill: 0, broken: 'no space left' } }),
    'unhealthy',
    ['journal is broken: no space left'],
  ],
  [
    'the disk refuses what is appended',
    snapshot({ journal: { fill: 0, refusing: 'no space left' } }),
    'unhealthy',
    ['journal takes nothing: no space left'],
  ],
  [
    'a record is damaged',
    snapshot({ journal: { fill: 0.9, damaged: 1 } }),
    'degraded',
    [
      'journal is 90 % full',
      'journal is damaged: 1 record was not found as written and went to the dead letters',
    ],
  ],
  [
    'a thread is gone',
    snapshot({ threads: { analyser: { gone: 'out of memory' }, indexer: {} } }),
    'unhealthy',
    ['thread analyser is gone: out of memory'],
  ],
  [
    'a notifier cannot deliver as it is set up',
    snapshot({ notifiers: { ops: { reason: 'Slack says not_in_channel', age: 61_200 } } }),
    'degraded',
    ['notifier ops has not delivered for 1m1s: Slack says not_in_channel'],
  ],
  [
    'a reader moves, far behind',
    snapshot({ readers: { analyser: reader({ position: 1, lag: { records: 9, bytes: 9, seconds: 301 } }) } }),
    'degraded',
    ['analyser is 5m1s behind'],
  ],
  [
    'a sender has waited long for an ACK',
    snapshot({ inputs: { lumberjack: { oldestUnacknowledged: 75_000 }, file: {} } }),
    'degraded',
    ['lumberjack: a window has waited for its ACK for 1m15s'],
  ],
  [
    'senders are refused again and again: a few of them by name, and how many more there are',
    snapshot({
      inputs: {
        lumberjack: {
          refusedSenders: [
            ...Array.from({ length: 6 }, (_, i) => ({ address: `10.0.0.${i}`, count: 9, reason: 'x.' })),
            { address: '10.0.0.9', count: 2, reason: 'seldom.' },
          ],
        },
      },
    }),
    'degraded',
    [
      ...Array.from({ length: 5 }, (_, i) => `lumberjack: 10.0.0.${i} was refused 9 times: x.`),
      'lumberjack: 1 more senders are refused',
    ],
  ],
  [
    'several things at once: those that matter most first',
    snapshot({
      journal: { fill: 0.9 },
      threads: { indexer: { gone: 'x' } },
      readers: { analyser: standing, indexer: waiting },
    }),
    'unhealthy',
    [
      'thread indexer is gone: x',
      'analyser has not moved for 1m1s, 6 records behind',
      'journal is 90 % full',
      'indexer waits for Elasticsearch',
    ],
  ],
];

describe('health', () => {
  it.each(table)('%s', (_, given, state, reasons) => {
    expect(healthOf(given, now)).toEqual({ healthy: state !== 'unhealthy', state, reasons });
  });

  it('goes by the thresholds that it is given', () => {
    const given = snapshot({ journal: { fill: 0.5 }, readers: { analyser: standing } });
    expect(healthOf(given, now, { ...defaultThresholds, stallAfter: 62_000, nearlyFull: 0.6 }).state).toBe(
      'healthy',
    );
    expect(healthOf(given, now, { ...defaultThresholds, stallAfter: 62_000, nearlyFull: 0.5 }).state).toBe(
      'degraded',
    );
  });
});
