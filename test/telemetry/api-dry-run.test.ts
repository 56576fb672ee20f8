import { afterEach, describe, expect, it } from 'vitest';
import { reloadDryRun } from '../../src/cli/commands/reload-dry-run.ts';
import { LogboomError } from '../../src/errors.ts';
import { type Api, type ApiOptions, startApi } from '../../src/telemetry/api/api.ts';
import { silentInstruments } from '../../src/telemetry/metrics.ts';
import { terminal } from '../support/cli.ts';
import { status } from '../support/status.ts';

const apis: Api[] = [];
afterEach(async () => {
  await Promise.all(apis.splice(0).map((api) => api.stop()));
});

let reloads = 0;

async function start(dryRun: ApiOptions['dryRun']): Promise<Api> {
  const api = await startApi({
    config: { host: '127.0.0.1', port: 0 },
    status: () => status(),
    health: () => ({ healthy: true, state: 'healthy', reasons: [] }),
    metrics: async () => '',
    reload: async () => {
      reloads += 1;
      return { applied: false, problems: [] };
    },
    ...(dryRun && { dryRun }),
    instruments: silentInstruments(),
  });
  apis.push(api);
  return api;
}

const comparison = { from: 0, to: 604_800_000, events: 1, rules: [], messagesAWeek: { before: 3, after: 4 } };

async function asked(dryRun: ApiOptions['dryRun']) {
  const api = await start(dryRun);
  const before = reloads;
  const screen = terminal();
  const run = reloadDryRun({ url: api.url }, false, screen);
  const code = await run;
  expect(reloads, 'a dry run reloads nothing').toBe(before);
  return { code, text: screen.text() };
}

describe('POST /reload with dryRun', () => {
  it('compares, and changes nothing', async () => {
    const { code, text } = await asked(async () => ({ dryRun: true, comparison }));
    expect(code).toBe(0);
    expect(text).toContain('Messages a week, before grouping and limits: 3 now, 4 then.');
  });

  it('answers with the problems of the configuration', async () => {
    const problems = [{ path: 'rules[0].when', message: 'No.', remedy: 'Do.' }];
    const { code, text } = await asked(async () => ({ applied: false, problems }));
    expect(code).toBe(1);
    expect(text).toContain('rules[0].when\n  No.\n  → Do.');
  });

  it('says that another replay is in progress', async () => {
    const busy = async () => {
      throw new LogboomError('BUSY', 'Another replay of the journal is in progress.');
    };
    await expect(asked(busy)).rejects.toThrow('Another replay of the journal is in progress.');
  });

  it('needs a server with files', async () => {
    const { code, text } = await asked(undefined);
    expect([code, text]).toEqual([1, 'This server has no configuration file to compare with.']);
  });

  it('without dryRun is a reload', async () => {
    const api = await start(async () => ({ dryRun: true, comparison }));
    const before = reloads;
    await fetch(`${api.url}/reload`, { method: 'POST' });
    expect(reloads).toBe(before + 1);
  });
});
