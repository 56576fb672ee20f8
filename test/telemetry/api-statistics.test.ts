import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, startApi } from '../../src/telemetry/api/api.ts';
import type { StatisticsQuestion } from '../../src/telemetry/api/statistics.ts';
import { silentInstruments } from '../../src/telemetry/metrics.ts';
import { status } from '../support/status.ts';

let api: Api;
const asked: StatisticsQuestion[] = [];
let answers = true;

beforeAll(async () => {
  api = await startApi({
    config: { host: '127.0.0.1', port: 0 },
    status: () => status(),
    health: () => ({ healthy: true, state: 'healthy', reasons: [] }),
    metrics: async () => '',
    statistics: {
      names: ['section', 'status'],
      report: async (question) => {
        asked.push(question);
        return answers ? { at: 'a', since: 's', windows: {}, fields: {} } : undefined;
      },
    },
    instruments: silentInstruments(),
  });
});
afterAll(() => api.stop());

async function get(path: string) {
  const response = await fetch(`${api.url}${path}`);
  return { code: response.status, body: (await response.json()) as { error?: string } };
}

describe('GET /stats', () => {
  it('asks for all fields, ten values of each, by the last two minutes', async () => {
    expect(await get('/stats')).toEqual({
      code: 200,
      body: { at: 'a', since: 's', windows: {}, fields: {} },
    });
    expect(asked.at(-1)).toEqual({ by: ['section', 'status'], top: 10, sort: '2m' });
  });

  it('asks for what the request names', async () => {
    await get('/stats?by=status&top=3&sort=now');
    expect(asked.at(-1)).toEqual({ by: ['status'], top: 3, sort: 'now' });
  });

  it.each([
    ['by=user.name', 'There are no statistics by `user.name`, only by section, status'],
    ['top=0', '`top`'],
    ['top=1000', '`top`'],
    ['sort=1h', '`sort`'],
    ['best=1', '`query`'],
  ])('refuses ?%s with the reason', async (query, reason) => {
    const { code, body } = await get(`/stats?${query}`);
    expect(code).toBe(400);
    expect(body.error).toContain(reason);
  });

  it('says that the analyser does not answer', async () => {
    answers = false;
    expect(await get('/stats')).toMatchObject({
      code: 503,
      body: { error: expect.stringContaining('analyser') },
    });
    answers = true;
  });
});
