import { afterEach, describe, expect, it } from 'vitest';
import { fetchOf, sourceOf } from '../../src/cli/api-client.ts';
import { formatStatus, status } from '../../src/cli/commands/status.ts';
import { api as apiSchema } from '../../src/config/schema/service.ts';
import { type Api, startApi } from '../../src/telemetry/api/api.ts';
import type { Health } from '../../src/telemetry/api/health.ts';
import type { Status } from '../../src/telemetry/api/status.ts';
import { silentInstruments } from '../../src/telemetry/metrics.ts';
import { certificateFiles, makeAuthority } from '../support/certificates.ts';
import { terminal } from '../support/cli.ts';
import { status as aStatus } from '../support/status.ts';

let api: Api | undefined;
afterEach(() => api?.stop());

const degraded: Health = { healthy: true, state: 'degraded', reasons: ['indexer waits for Elasticsearch'] };
async function serve(health: Health = degraded, token?: string): Promise<string> {
  api = await startApi({
    config: { host: '127.0.0.1', port: 0, token },
    status: () => aStatus(),
    health: () => health,
    metrics: async () => '',
    instruments: silentInstruments(),
  });
  return api.url;
}

async function serveSecurely({ ssl_certificate, ssl_key }: { ssl_certificate: string; ssl_key: string }) {
  api = await startApi({
    config: apiSchema.parse({ port: 0, ssl_enabled: true, ssl_certificate, ssl_key }),
    status: () => aStatus(),
    health: () => degraded,
    metrics: async () => '',
    instruments: silentInstruments(),
  });
  return api;
}

describe('status', () => {
  it('shows a table to a person', async () => {
    const screen = terminal();
    expect(await status({ url: await serve() }, false, screen)).toBe(0);
    expect(screen.text()).toBe(
      [
        'logboom          0.1.0, up 1 m 1 s',
        'health           degraded: indexer waits for Elasticsearch',
        'memory           300 MB, and 512 MB of mapped files',
        'journal          0 % of 4 GB waiting, 900 events in all',
        'alerts           1 open',
        'elasticsearch    http://localhost:9200, unavailable: connect ECONNREFUSED',
        'not indexed yet  41 outputs (windows, alerts)',
        'dead letters     2: logboom dead-letters list',
        '',
        'inputs',
        '  lumberjack  tcp://127.0.0.1:5044  2 connections, 1 window in flight, the oldest for 12 ms',
        '',
        'readers',
        '  analyser  up to date',
        '  indexer   5 records (2 KB) behind, 3 s  waits for Elasticsearch',
        '',
        'notifiers',
        '  log  0 pending',
        '  ops  2 pending  failing: 503',
      ].join('\n'),
    );
  });

  it('shows what logboom has to say about itself', async () => {
    const reason = 'the journal is 85 % full';
    const own = [{ rule: 'logboom-journal-fill', group: '', since: '2026-11-21T05:00:00.000Z', reason }];
    const text = formatStatus(aStatus({ alerts: { open: 0, own } }), degraded);
    expect(text).toContain(
      'own alerts\n  logboom-journal-fill  since 2026-11-21T05:00:00.000Z  the journal is 85 % full\n',
    );
  });

  it('says that the number of open alerts is unknown while the analyser does not answer', () => {
    const lines = formatStatus(aStatus({ alerts: { own: [] } }), degraded).split('\n');
    expect(lines.find((line) => line.startsWith('alerts'))).toMatch(/unknown: the analyser does not answer$/);
  });

  it('shows where events are forwarded to, and what was missed there', () => {
    const reason = 'connect ECONNREFUSED';
    const hosts = [
      { host: 'logs-1:5044', connected: true },
      { host: 'logs-2:5044', connected: false, reason },
    ];
    const text = formatStatus(aStatus({ forward: { hosts, windowsUnderWay: 2, missed: 7 } }), degraded);
    expect(text).toContain(
      [
        'forward',
        '  logs-1:5044  connected',
        '  logs-2:5044  not connected  connect ECONNREFUSED',
        '  missed       7 records',
      ].join('\n'),
    );
  });

  it('prints JSON where asked to', async () => {
    const screen = terminal();
    await status({ url: await serve() }, true, screen);
    expect(JSON.parse(screen.text())).toEqual({ ...aStatus(), health: degraded });
  });

  it('ends with 1 where the server is unhealthy', async () => {
    const health: Health = { healthy: false, state: 'unhealthy', reasons: ['journal is broken: x'] };
    const screen = terminal();
    expect(await status({ url: await serve(health) }, false, screen)).toBe(1);
    expect(screen.text()).toContain('unhealthy: journal is broken: x');
  });

  it('sends the token', async () => {
    const url = await serve(degraded, 'the-token');
    expect(await status({ url, token: 'the-token' }, true, terminal())).toBe(0);
    await expect(status({ url }, true, terminal())).rejects.toThrow('requires a token');
  });

  it('says that no server answers, and what to do', async () => {
    const url = await serve();
    await api!.stop();
    await expect(status({ url }, false, terminal())).rejects.toMatchObject({
      code: 'API_UNAVAILABLE',
      message: expect.stringMatching(/^No logboom answers at .*ECONNREFUSED.*Is it running\?/),
    });
  });

  it('lets nothing unprintable through', () => {
    const hostile = aStatus({ notifiers: { ops: { pending: 1, failing: '\u001b[2Jgone' } } });
    expect(formatStatus(hostile, degraded)).toContain('failing: \\u001b[2Jgone');
  });

  it.each([
    ['127.0.0.1', 'http://127.0.0.1:9600'],
    ['0.0.0.0', 'http://127.0.0.1:9600'],
    ['::', 'http://[::1]:9600'],
    ['logs.example.org', 'http://logs.example.org:9600'],
  ])('asks a server that listens on %s at %s', (host, url) => {
    expect(sourceOf({ api: apiSchema.parse({ host }) }).url).toBe(url);
  });

  it.each([
    [{ token: 'a', tokens: { hand: { role: 'operate', token: 'c' } } }, 'a'],
    [{ tokens: { eye: { token: 'b' }, hand: { role: 'operate', token: 'c' } } }, 'c'],
    [{ tokens: { eye: { token: 'b' } } }, 'b'],
    [{}, undefined],
  ])('presents the token that may do most of %j', (tokens, token) => {
    expect(sourceOf({ api: apiSchema.parse(tokens) }).token).toBe(token);
  });

  describe('of a server with TLS', () => {
    const authority = makeAuthority();
    const files = certificateFiles(authority);

    it('knows it by its certificate, whoever signed that', async () => {
      const { url } = await serveSecurely(files);
      const screen = terminal();
      expect(await status({ url, certificate: files.ssl_certificate }, false, screen)).toBe(0);
    });

    it('sends nothing to one that shows another certificate', async () => {
      const { url } = await serveSecurely(files);
      const other = certificateFiles(authority);
      const asked = fetchOf({ url, certificate: other.ssl_certificate })(`${url}/status`);
      await expect(asked).rejects.toMatchObject({ cause: { message: /shows another certificate/ } });
    });
  });
});

describe('the totals of notifiers', () => {
  it.each([
    [{ pending: 0, delivered: 12, refused: 0 }, '0 pending, 12 delivered'],
    [{ pending: 3, delivered: 12, refused: 2 }, '3 pending, 12 delivered, 2 refused'],
    [{ pending: 3 }, '3 pending'],
  ])('of %j are shown as %s', (notifier, text) => {
    const shown = formatStatus(aStatus({ notifiers: { ops: notifier } }), {
      healthy: true,
      state: 'healthy',
      reasons: [],
    });
    expect(
      shown
        .split('\n')
        .find((line) => line.trim().startsWith('ops'))
        ?.trim(),
    ).toMatch(new RegExp(`^ops\\s+${text}$`));
  });
});

describe('what rules keep in memory', () => {
  const shown = (kept: Status['kept']) =>
    formatStatus(aStatus(kept && { kept }), { healthy: true, state: 'healthy', reasons: [] });
  const groups = { kept: 90_000, limit: 100_000 };

  it('is shown beside the limit', () => {
    const corrections = { kept: 3 * 2 ** 20, limit: 256 * 2 ** 20 };
    const values = { kept: 0, limit: 5 };
    const text = shown({ late: 0, corrected: 0, groups, values, corrections, exceeded: [] });
    expect(text).toMatch(/^kept by rules\n\s+groups\s+90000 of 100000$/m);
    expect(text).toMatch(/for corrections\s+3 MB of 256 MB$/m);
    expect(text).not.toContain('values');
  });

  it('is shown with what late events can no longer correct', () => {
    const corrections = { kept: 256 * 2 ** 20, limit: 256 * 2 ** 20, forgotten: 1_234 };
    const values = { kept: 0, limit: 5 };
    const text = shown({ late: 0, corrected: 0, groups, values, corrections, exceeded: [] });
    expect(text).toMatch(/for corrections\s+256 MB of 256 MB; 1234 forgotten$/m);
    const more = { ...corrections, needed: 5 * 2 ** 20 };
    expect(shown({ late: 0, corrected: 0, groups, values, corrections: more, exceeded: [] })).toMatch(
      /256 MB of 256 MB, and 5 MB of the newest of groups; 1234 forgotten$/m,
    );
  });

  it('is shown with what else was forgotten, slow or put off', () => {
    const values = { kept: 0, limit: 5 };
    const nothing = { late: 0, corrected: 0, groups, values, exceeded: [] };
    const quiet = {
      sources: { kept: 5, limit: 10, forgotten: 0 },
      checkpoints: { took: 20, pause: 380, putOff: 0 },
      slowLines: { 'matched late': 0, 'given up': 0 },
    };
    expect(shown({ ...nothing, ...quiet })).not.toMatch(/clocks of sources|checkpoints|slow lines/);
    const text = shown({
      ...nothing,
      sources: { kept: 9, limit: 10, forgotten: 3 },
      checkpoints: { took: 3_000, pause: 57_000, putOff: 11 },
      slowLines: { 'matched late': 2, 'given up': 1 },
    });
    expect(text).toMatch(/clocks of sources\s+9 of 10; 3 forgotten$/m);
    expect(text).toMatch(/checkpoints\s+the last took 3 s, the next waits 57 s; 11 put off$/m);
    expect(text).toMatch(/slow lines\s+2 matched late, 1 given up$/m);
  });

  it('is shown with the rules that exceeded it', () => {
    const text = shown({
      ...{ late: 3, corrected: 40 },
      groups,
      values: { kept: 4, limit: 5 },
      exceeded: [
        { rule: 'burst', overflowed: 1, forgotten: 0 },
        { rule: 'new-path', overflowed: 7, forgotten: 3 },
        { rule: 'silent', overflowed: 0, forgotten: 2 },
      ],
    });
    expect(text).toMatch(/late events\s+3 not counted, 40 corrected$/m);
    expect(text).toMatch(/values\s+4 of 5$/m);
    expect(text).toMatch(/burst\s+1 event of groups beyond the limits$/m);
    expect(text).toMatch(/new-path\s+7 events of groups beyond the limits; 3 forgotten$/m);
    expect(text).toMatch(/silent\s+2 forgotten$/m);
  });

  it('is left out where a server does not report it', () => {
    expect(shown(undefined)).not.toContain('kept by rules');
  });
});
