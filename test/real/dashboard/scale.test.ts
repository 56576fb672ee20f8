import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { connect } from '../../../src/generator/client.ts';
import { eventually } from '../../support/eventually.ts';
import { Server } from '../../support/server.ts';
import { aBrowser, addressOf, aPage, type Watched } from './browser.ts';

const groups = 100_000;
const lines = 10_000;
const rules = [
  { name: 'every client', by: ['source.address'], when: '>= 1000', over: '6h', maxGroups: 200_000 },
  ...Array.from({ length: 999 }, (_, at) => ({
    ...{ name: `rule ${at}`, where: `service.name: "service-${at}"`, when: '>= 5', over: '1m' },
  })),
];

let browser: Browser;
let server: Server;
let watched: Watched;
let page: Page;

beforeAll(async () => {
  browser = await aBrowser();
  server = await Server.shared({ rules, limits: { groups: 500_000 } });
  await server.start();
  const client = await connect({ host: '127.0.0.1', port: server.ports.lumberjack });
  const now = new Date().toISOString();
  for (let from = 0; from < groups; from += 2_000)
    await client.send(
      Array.from({ length: 2_000 }, (_, at) =>
        JSON.stringify({
          ...{
            '@timestamp': now,
            message: `request ${from + at}`,
            url: { path: `/p/${(from + at) % 5_000}` },
          },
          ...{ source: { address: `client-${from + at}` }, host: { name: 'web-1' } },
          log: { file: { path: '/var/log/access.log' }, offset: from + at },
        }),
      ),
    );
  client.close();
  await eventually(() => server.settled(), { timeout: 300_000 });
  watched = await aPage(browser);
  ({ page } = watched);
}, 600_000);
afterAll(async () => {
  await browser?.close();
  await server?.end();
});
beforeEach(() => {
  watched.problems.length = 0;
});

const address = (hash: string) => addressOf(server, hash);

/** The longest time that the page did not answer, in milliseconds, while something is done. */
async function longestPause(act: () => Promise<void>): Promise<number> {
  await page.evaluate(`
    globalThis.pauses = { longest: 0, last: performance.now(), on: true };
    (function beat() {
      const now = performance.now();
      pauses.longest = Math.max(pauses.longest, now - pauses.last);
      pauses.last = now;
      if (pauses.on) setTimeout(beat, 0);
    })(); undefined`);
  await act();
  return page.evaluate<number>('(pauses.on = false, pauses.longest)');
}

it('shows 1,000 rules, and finds one of them as it is typed', async () => {
  await page.goto(address('rules'));
  await page.getByText('1000 rules', { exact: true }).waitFor();
  expect(await page.locator('table.rules tbody tr').count()).toBe(rules.length);
  const row = page.getByRole('row', { name: /every client/ });
  await row.getByRole('cell', { name: /^100,000|^100K/ }).waitFor();
  const pause = await longestPause(async () => {
    await page.getByLabel('Find').pressSequentially('rule 77');
    await page.getByText('11 of 1000 rules').waitFor();
  });
  console.log(`1,000 rules: the page paused ${Math.round(pause)} ms at most while a search was typed`);
  expect(await page.locator('table.rules tbody tr').count()).toBe(11);
  expect(watched.problems).toEqual([]);
});

it('opens the form of one of 1,000 rules and tries it on the journal', async () => {
  await page.goto(address('rules?edit=rule+500'));
  const text = page.getByLabel('The rule in YAML');
  await text.waitFor();
  await text.fill((await text.inputValue()).replace('service-500', 'service-501'));
  await page.getByRole('button', { name: 'Try on the journal' }).click();
  await page
    .getByText(/^0 alerts within .*100K events|^0 alerts within .*100,000 events/)
    .waitFor({ timeout: 120_000 });
  expect(watched.problems).toEqual([]);
});

it('shows 10,000 lines, which scroll', async () => {
  await page.goto(address('logs?from=now-24h'));
  await page.locator('.log .line').first().waitFor();
  // Rows are counted in the page: Playwright needs seconds to find roles among thousands of rows.
  const count = () => page.evaluate<number>("document.querySelectorAll('.log .line').length");
  while ((await count()) < lines - 500) {
    const before = await count();
    await page.locator('main > .actions button').dispatchEvent('click');
    await expect.poll(count, { timeout: 60_000 }).toBeGreaterThan(before);
  }
  const shown = await count();
  const pause = await longestPause(async () => {
    for (let step = 0; step < 20; step += 1) {
      await page.mouse.wheel(0, 10_000);
      await page.evaluate('new Promise((resolve) => requestAnimationFrame(resolve))');
    }
    await page.evaluate("document.querySelector('.log li:last-child .line').click()");
    await page.locator('.log .details .tabs').waitFor();
  });
  console.log(
    `${shown} lines: the page paused ${Math.round(pause)} ms at most while it scrolled and a line opened`,
  );
  expect(watched.problems).toEqual([]);
}, 300_000);

it.each(['overview', 'alerts', 'pipeline'])('shows the page %s beside 100,000 groups', async (name) => {
  await page.goto(address(`${name}?from=now-24h`));
  const ready = { overview: '.top a', alerts: '.empty', pipeline: 'table' }[name]!;
  await page.locator(ready).first().waitFor();
  expect(watched.problems).toEqual([]);
});
