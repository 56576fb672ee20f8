import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { documentOf } from '../../../src/reports/render/document.ts';
import { anEvent, reportOn } from '../../reports/support.ts';
import { Server } from '../../support/server.ts';
import {
  aBrowser,
  addressOf,
  aPage,
  expectAccessible,
  pageForEachTest,
  schemes,
  type Watched,
} from './browser.ts';
import { line, shipTo } from './traffic.ts';

let browser: Browser;
let server: Server;
/** The alert that all tests look at. */
let id: string;

const rules = [
  {
    ...{ name: 'failures', where: 'http.response.status_code >= 500', by: ['host.name'], when: '>= 3' },
    ...{
      over: '10s',
      severity: 'critical',
      message: '{{value}} failed requests',
      runbook: 'https://wiki.example/pay',
    },
  },
];

beforeAll(async () => {
  browser = await aBrowser();
  server = await Server.shared({
    ...{ rules, time: { idleAfter: '1s' } },
    reports: { daily: { every: '1d', query: 'service.name : shop' } },
  });
  await server.start();
  await shipTo(server, ...Array.from({ length: 4 }, () => line('/pay', 503)));
  await server.settled();
  id = (JSON.parse((await server.get('/alerts')).text) as { alerts: { id: string }[] }).alerts[0]!.id;
  await putReport();
});
afterAll(async () => {
  await browser?.close();
  await server?.end();
});

/** A report as the server writes it, with what senders may put into one. */
async function putReport(): Promise<void> {
  const events = Array.from({ length: 50 }, (_, at) =>
    anEvent(1_000 + at * 20, {
      'http.response.status_code': at % 5 === 0 ? 500 : 200,
      'url.path': at % 2 === 0 ? '/shop' : '/<img src=x onerror="document.title=1">',
    }),
  );
  const report = documentOf(reportOn(events));
  const document = { '@timestamp': new Date(2_000).toISOString(), report };
  const response = await fetch(`http://127.0.0.1:${server.ports.store}/_bulk?refresh=true`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: `${JSON.stringify({ create: { _index: 'logs-logboom.reports-default' } })}\n${JSON.stringify(document)}\n`,
  });
  expect(await response.json()).toMatchObject({ errors: false });
}

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
const alertPage = () => address(`alert?id=${encodeURIComponent(id)}`);

describe('the page of an alert', () => {
  it('takes a verdict, and another one in its place', async () => {
    await page.goto(alertPage());
    await page.getByLabel('Your name').fill('Ada');
    await page.getByLabel('Comment').fill('a deployment');
    await page.getByRole('button', { name: 'False alarm' }).click();
    await page.getByText(/Ada called it a false alarm at .*: a deployment/).waitFor();
    await page.getByRole('button', { name: 'Right' }).click();
    await page.getByText(/Ada called it right at/).waitFor();
    await page.goto(address('rules'));
    await page.getByTitle('1 right, 0 wrong, 0 missed').waitFor();
    await page.goto(address('alerts'));
    await page.getByText('called right').waitFor();
    expect(watched.problems).toEqual([]);
  });

  it('gives the capsule of the alert', async () => {
    await page.goto(alertPage());
    const waited = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download' }).click();
    const download = await waited;
    expect(download.suggestedFilename()).toMatch(/^failures[\w.-]+\.capsule\.json\.gz$/);
    const capsule = JSON.parse(gunzipSync(readFileSync((await download.path())!)).toString());
    expect(capsule).toMatchObject({ capsule: 1, masked: ['secrets', 'addresses'] });
    expect(JSON.stringify(capsule.records)).toContain('/pay');
    expect(JSON.stringify(capsule.records)).not.toContain('192.0.2.7');
  });

  it('leads to its rule', async () => {
    await page.goto(alertPage());
    await page.getByRole('link', { name: 'Change the rule' }).click();
    await page.getByRole('heading', { name: 'Change failures' }).waitFor();
    expect(watched.problems).toEqual([]);
  });
});

it('notes an incident without an alert', async () => {
  await page.goto(address('alerts'));
  await page.getByRole('button', { name: 'An incident had no alert …' }).click();
  await page.getByLabel('Group').fill('web-9');
  await page.getByLabel('Began').fill('2026-11-01T10:00:00');
  await page.getByLabel('Ended').fill('2026-11-01T09:00:00');
  await page.getByRole('button', { name: 'Note it' }).click();
  await page.getByText('must end after its start').waitFor();
  await page.getByLabel('Ended').fill('2026-11-01T11:00:00');
  await page.getByRole('button', { name: 'Note it' }).click();
  await page.getByText(/Noted: failures missed an incident/).waitFor();
  const row = JSON.parse((await server.get('/api/rules')).text).rules[0];
  expect(row.verdicts).toMatchObject({ missed: 1 });
});

it('shows reports that were made, and what senders wrote in them as text', async () => {
  await page.goto(address('reports'));
  await page.getByRole('cell', { name: 'daily', exact: true }).waitFor();
  await page.getByRole('heading', { name: /^Report test: 1970-01-01/ }).waitFor();
  await page.getByRole('heading', { name: 'Status codes' }).waitFor();
  await page.getByText('/<img src=x onerror="document.title=1">').first().waitFor();
  expect(await page.title()).toBe('Reports · logboom');
  await page.getByRole('link', { name: 'Logs of the time' }).click();
  await page.getByRole('heading', { name: 'Logs' }).waitFor();
  expect(page.url()).toMatch(/logs\?from=1000&to=2000/);
  expect(watched.problems).toEqual([]);
});

describe.each(schemes)('%s', (_, options) => {
  it.each([
    ['an alert', alertPage, '.changes li'],
    ['reports', () => address('reports'), '.report h3'],
    ['a rule that is changed', () => address('rules?edit=failures'), 'textarea'],
    ['alerts with a form', () => address('alerts'), '.timeline'],
  ])('the page of %s is accessible and fits', async (__, url, ready) => {
    const opened = await aPage(browser, options);
    const { page: one } = opened;
    await one.goto(url());
    await one.locator(ready).first().waitFor();
    const form = one.getByRole('button', { name: 'An incident had no alert …' });
    if ((await form.count()) > 0) await form.click();
    await expectAccessible(opened);
    await one.context().close();
  });
});
