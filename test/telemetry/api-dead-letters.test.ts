import { describe, expect, it, onTestFinished } from 'vitest';
import { startApi } from '../../src/telemetry/api/api.ts';
import { silentInstruments } from '../../src/telemetry/metrics.ts';
import { status } from '../support/status.ts';

async function anApi(
  answer: { kind: string; reason?: string } | undefined = { kind: 'dropped' },
  token?: string,
  slow: { idleTimeout?: number; takes?: number } = {},
) {
  const asked: [string, object][] = [];
  const api = await startApi({
    config: { host: '127.0.0.1', port: 0, token },
    status: () => status(),
    health: () => ({ healthy: true, state: 'healthy', reasons: [] }),
    metrics: async () => '',
    deadLetters: async (action, filter) => {
      asked.push([action, filter]);
      await new Promise((resolve) => setTimeout(resolve, slow.takes ?? 0));
      return answer;
    },
    instruments: silentInstruments(),
    ...(slow.idleTimeout !== undefined && { idleTimeout: slow.idleTimeout }),
  });
  onTestFinished(() => api.stop());
  const post = async (path: string, body: unknown, headers: Record<string, string> = {}) => {
    const response = await fetch(`${api.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as { error?: string } };
  };
  return { asked, post };
}

describe('POST /dead-letters/…', () => {
  it.each(['retry', 'drop'])('%s hands on which letters are meant', async (action) => {
    const { asked, post } = await anApi();
    const filter = { index: 'logs-*', before: '2026-11-21T00:00:00.000Z' };
    expect((await post(`/dead-letters/${action}`, filter)).status).toBe(200);
    expect((await post(`/dead-letters/${action}`, { all: true })).status).toBe(200);
    expect(asked).toEqual([
      [action, filter],
      [action, {}],
    ]);
  });

  it('is answered although that takes longer than a silent client is waited for', async () => {
    const { post } = await anApi(undefined, undefined, { idleTimeout: 200, takes: 1_000 });
    expect((await post('/dead-letters/retry', { all: true })).status).toBe(200);
  });

  it.each([
    ['nothing', {}],
    ['a time alone that every command sends', { before: '2026-11-21T00:00:00.000Z' }],
    ['no object', ['1']],
    ['a setting that it does not know', { all: true, force: true }],
    ['an id that is no text', { ids: [1] }],
    ['no id', { ids: [] }],
  ])('refuses %s', async (_, body) => {
    const { asked, post } = await anApi();
    expect((await post('/dead-letters/drop', body)).status).toBe(400);
    expect(asked).toEqual([]);
  });

  it('is not for pages of another site in a browser', async () => {
    const { asked, post } = await anApi();
    const { status, body } = await post(
      '/dead-letters/drop',
      { all: true },
      { origin: 'http://evil.example' },
    );
    expect(status).toBe(403);
    expect(body.error).toMatch(/page of another site/);
    for (const type of ['text/plain', 'application/x-www-form-urlencoded'])
      expect(
        (await post('/dead-letters/drop', { all: true }, { 'content-type': type })).status,
      ).toBeGreaterThan(399);
    expect(asked).toEqual([]);
  });

  it('asks for the token like everything else', async () => {
    const { asked, post } = await anApi(undefined, 's3cret');
    expect((await post('/dead-letters/drop', { all: true })).status).toBe(401);
    expect(asked).toEqual([]);
  });

  it('says why nothing was done, or that it is not done yet', async () => {
    const down = await anApi({ kind: 'unavailable', reason: 'Elasticsearch takes nothing at present' });
    expect(await down.post('/dead-letters/retry', { all: true })).toEqual({
      status: 503,
      body: { error: 'Elasticsearch takes nothing at present' },
    });
  });
});
