import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { patience } from '../../support/patience.ts';
import { Server } from '../../support/server.ts';
import {
  aBrowser,
  addressOf,
  aPage,
  axeFindings,
  expectAccessible,
  pageForEachTest,
  schemes,
  type Watched,
} from './browser.ts';
import { line, shipTo } from './traffic.ts';

let browser: Browser;
let server: Server;

const rules = [
  {
    ...{
      name: 'failures',
      where: 'http.response.status_code >= 500',
      by: ['host.name'],
      when: '>= 3',
      over: '10s',
    },
    ...{ severity: 'critical', message: '{{value}} failed requests on {{host.name}}' },
  },
];

beforeAll(async () => {
  browser = await aBrowser();
  server = await Server.shared({ rules, time: { idleAfter: '1s' } });
  await server.start();
});
afterAll(async () => {
  await browser?.close();
  await server?.end();
});

let watched: Watched;
let page: Page;
pageForEachTest(
  () => browser,
  (opened) => {
    watched = opened;
    ({ page } = opened);
  },
);

const address = (hash: string) => addressOf(server, hash);

const ship = (...messages: string[]) => shipTo(server, ...messages);

describe('the dashboard in a browser', () => {
  it('shows events as they arrive, and is painted at once', async () => {
    await page.goto(address('overview'));
    await page.getByText('live', { exact: true }).waitFor();
    const painted = await page.evaluate<number>(
      "performance.getEntriesByName('first-contentful-paint')[0].startTime",
    );
    expect(painted).toBeLessThan(1_000 * patience);
    await ship(line('/shop/cart', 200), line('/shop/cart', 200), line('/health', 404));
    await page
      .getByRole('link', { name: /\/shop\/cart/ })
      .first()
      .waitFor();
    expect(watched.problems).toEqual([]);
  });

  it('opens an alert within a second of its event, explains, acknowledges and silences it', async () => {
    await page.goto(address('alerts'));
    await page.getByText('live', { exact: true }).waitFor();
    await ship(...Array.from({ length: 3 }, () => line('/pay', 503)));
    const shipped = Date.now();
    const told = page.getByRole('link', { name: /failures generated an alert.*3 failed requests on web-1/ });
    await told.waitFor();
    expect(Date.now() - shipped).toBeLessThan(1_000 * patience);
    await told.click();
    await page.getByRole('heading', { name: /failures/ }).waitFor();
    await page.getByText('GET /pay HTTP/1.1').first().waitFor();
    await page
      .getByText(/3 is >= 3/)
      .first()
      .waitFor();
    await page.getByRole('heading', { name: 'Why' }).waitFor();
    await page.locator('section', { hasText: 'by a replay of the journal' }).locator('.lead').waitFor();

    await page.getByLabel('Your name').fill('Ada');
    await page.getByLabel('Comment').fill('on it');
    await page.getByRole('button', { name: 'Acknowledge' }).click();
    await page.getByText(/Acknowledged by Ada at .*: on it/).waitFor();

    await page.getByRole('button', { name: 'Silence …' }).click();
    await page.getByLabel('Why').fill('deployment');
    await page.getByRole('button', { name: 'Silence', exact: true }).click();
    await page.goto(address('alerts'));
    const silence = page.getByRole('row', { name: /rule="failures", group="web-1".*Ada.*deployment/ });
    await silence.waitFor();
    await silence.getByRole('button', { name: 'End' }).click();
    await silence.waitFor({ state: 'detached' });
    expect(watched.problems).toEqual([]);
  });

  it('searches, narrows by a click, and stands still while a line is open', async () => {
    await ship(line('/a/1', 200), line('/a/2', 404));
    await server.settled();
    await page.goto(address('logs'));
    await page.getByRole('searchbox').waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('url.path: \\/a/*');
    await page.keyboard.press('Enter');
    await page.getByText('2 events').waitFor();
    await page.locator('.log .line', { hasText: '/a/2' }).click();
    await ship(line('/a/3', 200));
    await page.getByText('3 events').waitFor();
    expect(await page.locator('.log .line').count()).toBe(2);
    await page.getByRole('button', { name: 'Not http.response.status_code of this value' }).click();
    await page.locator('.log .line', { hasText: '/a/3' }).waitFor();
    expect(await page.locator('.log .line', { hasText: '/a/2' }).count()).toBe(0);
    expect(await page.getByRole('searchbox').inputValue()).toBe(
      'url.path: \\/a/* and not http.response.status_code: "404"',
    );
    expect(watched.problems).toEqual([]);
  });

  it('shows what is hostile in a line as text', async () => {
    const hostile = [
      '<img src=x onerror="document.title=1"><script>document.title=2</script>',
      '\u001b[31mred\u001b[0m \u0007 bell',
      'user \u202egnp.exe turned around',
      'https://evil.example/x javascript:alert(1) {{value}} 💣',
    ];
    await ship(...hostile);
    await server.settled();
    await page.goto(address('logs?q=not url.path: *'));
    await page.locator('.log .line').nth(3).waitFor();
    const text = await page.locator('.log').textContent({ timeout: 30_000 });
    for (const shown of [
      '<img src=x onerror=',
      '\\u001b[31mred',
      'user \\u202egnp.exe',
      'javascript:alert(1)',
      '💣',
    ])
      expect(text).toContain(shown);
    expect(await page.locator('.log a, .log img, .log script').count()).toBe(0);
    expect(await page.title()).toBe('Logs · logboom');
    expect(watched.problems).toEqual([]);
  });

  it('tries a changed rule on the journal, saves it, and shows its problems', async () => {
    await ship(...Array.from({ length: 4 }, () => line('/pay', 500)));
    await server.settled();
    await page.goto(address('rules'));
    await page.getByRole('button', { name: 'Change failures' }).click();
    const text = page.getByLabel('The rule in YAML');
    const before = await text.inputValue();
    const save = page.getByRole('button', { name: 'Save and apply' });
    expect(await save.isDisabled()).toBe(true);
    await text.fill(before.replace('>= 3', 'often'));
    await page.getByRole('button', { name: 'Try on the journal' }).click();
    await page.getByText(/Line \d+/).waitFor();
    await text.fill(before.replace('>= 3', '>= 300'));
    await page.getByRole('button', { name: 'Try on the journal' }).click();
    await page.getByText(/^0 alerts within .* the rule in force: [1-9]/).waitFor();
    await page
      .getByRole('row', { name: /lost .* web-1/ })
      .first()
      .waitFor();
    await text.fill(before.replace('>= 3', '>= 200'));
    expect(await save.isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Try on the journal' }).click();
    await page.getByText('Saving writes the rule').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await save.click();
    await page.getByText(/failures is in force, and stands in/).waitFor();
    await page.getByRole('cell', { name: /count >= 200/ }).waitFor();
    expect(JSON.stringify(server.read())).toContain('>= 200');
    expect(watched.problems).toEqual([]);
  });

  it('begins a rule from a line', async () => {
    await ship(line('/made-into-a-rule', 500));
    await server.settled();
    await page.goto(address('logs?q=url.path: "/made-into-a-rule"'));
    await page.locator('.log .line').first().click();
    await page.getByRole('button', { name: 'Alert on this' }).click();
    await page.getByRole('button', { name: 'Try it on the journal …' }).click();
    const text = page.getByLabel('The rule in YAML');
    await text.waitFor();
    expect(await text.inputValue()).toContain('url.path: "/made-into-a-rule"');
    await text.fill((await text.inputValue()).replace('>= 5', '>= 1'));
    await page.getByRole('button', { name: 'Try on the journal' }).click();
    const lead = page.locator('.rule-form + div .lead');
    await lead.waitFor();
    expect(await lead.textContent()).toMatch(/^\d+ alerts? within .* the rule in force: 0\./);
    expect(watched.problems).toEqual([]);
  });

  it('goes on by itself after a restart of the server', async () => {
    await page.goto(address('logs'));
    await page.getByText('live', { exact: true }).waitFor();
    await server.stop();
    await page.getByText('no connection').waitFor();
    await server.start();
    await page.getByText('live', { exact: true }).waitFor();
    await ship(line('/after-restart', 200));
    await page.locator('.log .line', { hasText: '/after-restart' }).waitFor();
  });
});

describe.each(schemes)('%s', (_, options) => {
  it.each(['overview', 'logs', 'alerts', 'rules', 'pipeline'])(
    'the page %s is accessible and fits',
    async (name) => {
      const one = await aPage(browser, options);
      await one.page.goto(address(name));
      await one.page.getByText('live', { exact: true }).waitFor();
      await expectAccessible(one);
      await one.page.context().close();
    },
  );
});
