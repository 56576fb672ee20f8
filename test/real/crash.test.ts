import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../scripts/soak/run.mjs';
import { expectBalanced } from '../support/balance.ts';
import { type RealElasticsearch, startElasticsearch } from './support/peers.ts';

const kills = 25;

describe('kill -9 at any moment, with a real Elasticsearch behind', () => {
  let elasticsearch: RealElasticsearch;
  beforeAll(async () => {
    elasticsearch = await startElasticsearch('8');
  });
  afterAll(() => elasticsearch.stop());

  it('leaves documents, windows, alerts and messages as a count of the lines has them', {
    timeout: 600_000,
  }, async () => {
    const balance = await run({
      times: kills,
      uptime: 1_500,
      elasticsearch: elasticsearch.url,
      failing: 0.02,
    });
    expect(balance.times).toBe(kills);
    expect(balance.episodes).toBeGreaterThan(10);
    expectBalanced(balance);
  });
});
