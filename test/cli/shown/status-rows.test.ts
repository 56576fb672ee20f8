import { describe, expect, it } from 'vitest';
import { formatStatus, sourceRows } from '../../../src/cli/commands/status.ts';
import type { Severity } from '../../../src/model.ts';
import type { AlertView } from '../../../src/telemetry/api/alerts.ts';
import type { Health } from '../../../src/telemetry/api/health.ts';
import type { Status } from '../../../src/telemetry/api/status.ts';
import { sourceState } from '../../support/source-states.ts';
import { status } from '../../support/status.ts';

const healthy: Health = { healthy: true, state: 'healthy', reasons: [] };
/** The lines of a section, without indentation and with two spaces between cells. */
function section(changes: Partial<Status>, title: string): string[] {
  const parts = formatStatus(status(changes), healthy).split('\n\n');
  const found = parts.find((part) => part.startsWith(`${title}\n`)) ?? '';
  return found
    .split('\n')
    .slice(1)
    .map((line) => line.trim().replace(/ {3,}/g, '  '));
}
const headOf = (changes: Partial<Status>, name: string) =>
  formatStatus(status(changes), healthy)
    .split('\n\n')[0]!
    .split('\n')
    .find((line) => line.startsWith(name))
    ?.slice(name.length)
    .trim();

type Input = Status['inputs'][string];

describe('an input in the status', () => {
  it.each<[string, Input, string]>([
    [
      'Lumberjack that waits for nothing',
      { url: 'tcp://h:1' },
      'tcp://h:1  0 connections, 0 windows in flight',
    ],
    [
      'Lumberjack with one connection',
      { url: 'tcp://h:1', connections: 1, windowsInFlight: 2, oldestUnacknowledged: 61_000 },
      'tcp://h:1  1 connection, 2 windows in flight, the oldest for 1 m 1 s',
    ],
    [
      'Lumberjack that refused a sender',
      {
        url: 'tcp://h:1',
        refusedSenders: [{ address: '192.0.2.7', reason: 'no TLS\u001b[2J', count: 1 }],
      },
      'tcp://h:1  0 connections, 0 windows in flight; 192.0.2.7 was refused 1 time: no TLS\\u001b[2J',
    ],
    [
      'Lumberjack that refused several senders',
      {
        url: 'tcp://h:1',
        refusedSenders: [
          { address: 'a', reason: 'x', count: 9 },
          { address: 'b', reason: 'y', count: 2 },
          { address: 'c', reason: 'z', count: 1 },
        ],
      },
      'tcp://h:1  0 connections, 0 windows in flight; a was refused 9 times: x, and 2 other senders',
    ],
    ['one that has read nothing', { kind: 'stdin' }, 'stdin  0 events'],
    [
      'files',
      {
        ...{ kind: 'file', events: 1, lastEvent: Date.parse('2026-11-29T09:00:00Z'), lagBytes: 2_048 },
        files: { watched: 1, open: 3, notable: [] },
      },
      'file  1 file (3 open); 1 event, the last at 2026-11-29T09:00:00.000Z; 2 KB behind',
    ],
    [
      'files with a problem',
      {
        kind: 'file',
        events: 5,
        files: { watched: 2, open: 0, notable: [] },
        problems: ['/a cannot be read', 'x'],
      },
      'file  2 files (0 open); 5 events; /a cannot be read; x',
    ],
    ['a topic', { kind: 'kafka', events: 7, lagMessages: 1 }, 'kafka  7 events; 1 message behind'],
    [
      'a datagram socket',
      { kind: 'udp', events: 2, listens: '127.0.0.1:5140', dropped: 1 },
      'udp  127.0.0.1:5140; 2 events; 1 datagram lost',
    ],
    [
      'an HTTP listener',
      { kind: 'http', events: 2, listens: '127.0.0.1:8080', connections: 0, refused: 4 },
      'http  127.0.0.1:8080; 0 connections; 2 events; 4 documents refused',
    ],
    [
      'one whose sources are known',
      {
        kind: 'file',
        events: 5,
        sources: {
          sources: 2,
          events: 9,
          lastEvent: 0,
          rate: 1.5,
          formats: ['access', 'json'],
          unparsed: 0,
          example: undefined,
        },
      },
      'file  5 events; 2 sources; 1.5 events/s; access, json',
    ],
    [
      'one whose lines are not read',
      {
        kind: 'file',
        events: 5,
        sources: {
          ...{ sources: 1, events: 9, lastEvent: 0, rate: 0, formats: [], unparsed: 0.25 },
          example: { line: `${'x'.repeat(79)}😀tail`, reason: 'no time' },
        },
      },
      `file  5 events; 1 source; 0 events/s; 25% not read; such as "${'x'.repeat(79)}" (no time)`,
    ],
  ])('%s', (_, input, line) => {
    expect(section({ inputs: { name: input } }, 'inputs')).toEqual([`name  ${line}`]);
  });
});

describe('a source in the status', () => {
  const [name, format, rate, clock, shares] = [0, 1, 2, 3, 4];
  const cell = (changes: Parameters<typeof sourceState>[0], place: number) =>
    sourceRows({ known: 1, forgotten: 0, list: [sourceState(changes)] })[0]![place];
  const recent = { since: 0, events: 1_000, late: 0, lost: 0, ahead: 0, untimed: 0, unparsed: 0 };

  it.each<[object, number, string]>([
    [{}, name, 'web-1 /var/log/nginx/access.log'],
    [{}, format, 'access (99%)'],
    [{ confidence: 0.996 }, format, 'access (100%)'],
    [{ format: undefined, events: 9 }, format, 'format not known yet'],
    [{ format: undefined, events: 10 }, format, 'no known format'],
    [{}, rate, '2 events/s, the last at 2023-11-14T22:13:20.000Z'],
    [{ rate: 0.123_456 }, rate, '0.1235 events/s, the last at 2023-11-14T22:13:20.000Z'],
    [{ offset: undefined }, clock, 'no time of its own'],
    [{ offset: 1.9 }, clock, 'clock agrees'],
    [{ offset: -1.9 }, clock, 'clock agrees'],
    [{ offset: 2 }, clock, 'clock 2 s ahead'],
    [{ offset: -90 }, clock, 'clock 1 m 30 s behind'],
    [{ offset: 7_200, zone: 7_200 }, clock, 'clock 2 h ahead, likely a time zone'],
    [{ recent: { ...recent, events: 0, late: 5 } }, shares, ''],
    [{ recent }, shares, ''],
    [{ recent: { ...recent, late: 5 }, lateBy: 61 }, shares, '0.5% late (by up to 1 m 1 s)'],
    [{ recent: { ...recent, lost: 1_000 } }, shares, '100% counted nowhere'],
    [
      { recent: { ...recent, ahead: 10, untimed: 20, unparsed: 30 } },
      shares,
      '1% ahead; 2% without a time; 3% not read',
    ],
    [
      {
        recent: { ...recent, late: 10 },
        lateBy: 1,
        problems: [{ kind: 'late', since: 0, value: 1, reason: 'why' }],
      },
      shares,
      '1% late (by up to 1 s); why',
    ],
  ])('with %j has in cell %d: %s', (changes, place, text) => {
    expect(cell(changes, place)).toBe(text);
  });

  it('is one of twenty at most, and how many more there are is said', () => {
    const list = Array.from({ length: 25 }, (_, at) => sourceState({ name: `s${at}` }));
    const rows = sourceRows({ known: 300, forgotten: 0, list });
    expect(rows).toHaveLength(21);
    expect(rows.at(-1)).toEqual(['280 more', 'logboom status --json lists up to 200']);
    expect(sourceRows({ known: 1, forgotten: 7, list: [sourceState()] }).at(-1)).toEqual([
      '7 forgotten',
      'there are too many to remember',
    ]);
    expect(sourceRows({ known: 1, forgotten: 0, list: [sourceState()] })).toHaveLength(1);
    expect(sourceRows(undefined)).toEqual([]);
  });
});

describe('the head of the status', () => {
  it.each<[string, Partial<Status>, string | undefined]>([
    ['logboom', { version: '1.2.3', uptime: 999 }, '1.2.3, up 0 ms'],
    ['logboom', { uptime: 90_061_999 }, '0.1.0, up 1 d 1 h'],
    [
      'journal',
      { journal: { bytes: 50, maxBytes: 100, newest: 1, events: 1 } },
      '50 % of 100 B waiting, 1 event in all',
    ],
    [
      'journal',
      { journal: { bytes: 50, maxBytes: 100, newest: 1, events: 1, broken: 'EIO' } },
      'broken: EIO',
    ],
    [
      'alerts',
      { alerts: { open: 2, own: [], heldBack: 1, silences: 2 } },
      '2 open; 1 message held back; 2 silences active',
    ],
    ['alerts', { alerts: { open: 0, own: [], heldBack: 0, silences: 0 } }, '0 open'],
    [
      'alerts',
      { alerts: { own: [], heldBack: 3 } },
      'unknown: the analyser does not answer; 3 messages held back',
    ],
    ['store', { sink: { kind: 'store', url: 'http://h', state: 'ready' } }, 'http://h, ready'],
    [
      'not indexed yet',
      { sink: { kind: 'store', url: 'http://h', state: 'ready', unpublished: 0 } },
      undefined,
    ],
    [
      'not indexed yet',
      { sink: { kind: 'store', url: 'http://h', state: 'ready', unpublished: 1 } },
      '1 output (windows, alerts)',
    ],
    ['dead letters', { sink: { kind: 'store', url: 'http://h', state: 'ready', deadLetters: 0 } }, undefined],
  ])('%s of %j', (name, changes, text) => expect(headOf(changes, name)).toBe(text));

  it.each<[Health, string]>([
    [healthy, 'healthy'],
    [{ healthy: true, state: 'degraded', reasons: ['a', 'b'] }, 'degraded: a; b'],
  ])('%j', (health, text) => {
    expect(formatStatus(status(), health)).toContain(`health           ${text}\n`);
  });
});

describe('other parts of the status', () => {
  it.each<[string, string, Partial<Status>, string[]]>([
    [
      'a reader behind by one record',
      'readers',
      { readers: { indexer: { position: 1, lag: { records: 1, bytes: 512, seconds: 0 } } } },
      ['indexer  1 record (512 B) behind, 0 ms'],
    ],
    [
      'processors',
      'processors',
      {
        processors: {
          drop: { changed: 0, leftOut: 7, failed: 0 },
          rename: { changed: 1_500, leftOut: 0, failed: 1, failure: 'no such field' },
        },
      },
      ['drop  0 changed  7 left out', 'rename  1500 changed  0 left out  failed on 1 event: no such field'],
    ],
    [
      'forwarding that missed one record',
      'forward',
      { forward: { hosts: [{ host: 'h:1', connected: true }], windowsUnderWay: 0, missed: 1 } },
      ['h:1  connected', 'missed  1 record'],
    ],
    [
      'forwarding that missed nothing',
      'forward',
      { forward: { hosts: [{ host: 'h:1', connected: false }], windowsUnderWay: 0, missed: 0 } },
      ['h:1  not connected'],
    ],
    [
      'streams',
      'streams',
      { streams: { lake: { pending: 1, delivered: 2, refused: 3, failing: 'no broker' } } },
      ['lake  1 pending, 2 delivered, 3 refused  failing: no broker'],
    ],
    [
      'formats that are off',
      'disabled formats',
      { disabledFormats: { shop: 'took 9 s' } },
      ['shop  took 9 s'],
    ],
    ['none of them', 'disabled formats', {}, []],
    ['no processors', 'processors', { processors: {} }, []],
    ['no notifiers', 'notifiers', { notifiers: {} }, []],
  ])('%s', (_, title, changes, lines) => expect(section(changes, title)).toEqual(lines));

  it('names rules that exceeded what they may keep, twenty at most', () => {
    const exceeded = Array.from({ length: 25 }, (_, at) => ({ rule: `r${at}`, overflowed: 1, forgotten: 1 }));
    const kept = {
      late: 0,
      corrected: 0,
      groups: { kept: 1, limit: 2 },
      values: { kept: 0, limit: 1 },
      exceeded,
    };
    const lines = section({ kept }, 'kept by rules');
    expect(lines).toHaveLength(21);
    expect(lines[0]).toBe('groups  1 of 2');
    expect(lines[1]).toBe('r0  1 event of groups beyond the limits; 1 forgotten');
  });

  it('leaves its own alerts out of the open ones, and shows the gravest first', () => {
    const view = (rule: string, severity: Severity, since: string, group = ''): AlertView => ({
      ...{ id: rule, rule, severity, since, group, message: `m ${rule}` },
      ...{ status: 'active', labels: {} },
    });
    const own = [{ rule: 'logboom-lag', group: '', since: '2026-01-01T00:00:00Z', reason: 'slow' }];
    const text = formatStatus(status({ alerts: { open: 3, own } }), healthy, [
      view('a', 'low', '2026-01-01T00:00:00Z'),
      view('b', 'critical', '2026-01-02T00:00:00Z', 'web-1'),
      view('c', 'critical', '2026-01-03T00:00:00Z'),
      view('logboom-lag', 'critical', '2026-01-04T00:00:00Z'),
    ]);
    const lines = text.slice(text.indexOf('open alerts')).split('\n').slice(1, 4);
    expect(lines.map((line) => line.trim().replace(/ {2,}/g, '|'))).toEqual([
      'critical|c|since 2026-01-03T00:00:00Z|m c',
      'critical|b web-1|since 2026-01-02T00:00:00Z|m b',
      'low|a|since 2026-01-01T00:00:00Z|m a',
    ]);
    expect(text).toContain('own alerts\n  logboom-lag  since 2026-01-01T00:00:00Z  slow');
  });
});
