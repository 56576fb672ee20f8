import { existsSync } from 'node:fs';
import axe from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterEach, beforeEach, expect } from 'vitest';
import type { Server } from '../../support/server.ts';

const candidates = [
  process.env.CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

/** A real Chromium, as the distribution has it, or the one that CHROMIUM names. */
export async function aBrowser(): Promise<Browser> {
  const executablePath = candidates.find((path) => path !== undefined && existsSync(path));
  if (executablePath === undefined)
    throw new Error(
      'No Chromium is there: install it (apt-get install chromium fonts-dejavu-core), or set CHROMIUM.',
    );
  // As root, which tests in containers are, Chromium has no sandbox of its own.
  return chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  });
}

/** How pages are looked at. */
export const schemes = [
  ['light and wide', { colorScheme: 'light', viewport: { width: 1280, height: 900 } }],
  ['dark and narrow', { colorScheme: 'dark', viewport: { width: 390, height: 844 } }],
] as const;

export interface Watched {
  page: Page;
  /** Errors of scripts and of the console, and requests to other servers. */
  problems: string[];
}

/** A page that remembers what goes wrong in it. */
export async function aPage(browser: Browser, options: BrowserContextOptions = {}): Promise<Watched> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  page.on('request', (request) => {
    const { hostname, protocol } = new URL(request.url());
    if (protocol !== 'data:' && hostname !== '127.0.0.1') problems.push(`request to ${request.url()}`);
  });
  return { page, problems };
}

/** Opens a page before each test and closes it after the test. */
export function pageForEachTest(browser: () => Browser, use: (watched: Watched) => void): void {
  let page: Page;
  beforeEach(async () => {
    const watched = await aPage(browser());
    ({ page } = watched);
    use(watched);
  });
  afterEach(() => page.context().close());
}

/** The address of a page of the dashboard. */
export const addressOf = ({ ports }: Pick<Server, 'ports'>, hash: string): string =>
  `http://127.0.0.1:${ports.api}/ui/#/${hash}`;

/** Once a page is loaded: axe finds nothing, it is no wider than the window, and nothing went wrong in it. */
export async function expectAccessible({ page, problems }: Watched): Promise<void> {
  await page.waitForLoadState('networkidle', { timeout: 3_000 }).catch(() => undefined);
  expect(await axeFindings(page)).toEqual([]);
  expect(
    await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth'),
  ).toBeLessThanOrEqual(0);
  expect(problems).toEqual([]);
}

/** What axe finds wrong, in words. The page's policy lets in no script, so the debugger of the browser runs it. */
export async function axeFindings(page: Page): Promise<string[]> {
  await page.evaluate(`${axe.source};undefined`);
  return page.evaluate(async () => {
    const { axe: checker } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    const { violations } = await checker.run();
    return violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' ')}`,
    );
  });
}
