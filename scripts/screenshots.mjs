// Takes the screenshots of the documentation: starts a server in a temporary folder, ships traffic with an incident, and looks at the
// dashboard with a real Chromium. `node scripts/screenshots.mjs [seconds of traffic]` writes docs/images/*.png.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const root = fileURLToPath(new URL('..', import.meta.url));
const images = `${root}docs/images`;
const seconds = Number(process.argv[2] ?? 90);
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** What is shown, and how: a page, and what has to be there before it is looked at. */
const shots = [
  { name: 'overview-light', page: 'overview', scheme: 'light', ready: '.top a' },
  { name: 'logs-dark', page: 'logs', scheme: 'dark', ready: '.log .line' },
  { name: 'alert-light', page: 'alerts', scheme: 'light', ready: '.alerts a', open: '.alerts a' },
  { name: 'overview-dark', page: 'overview', scheme: 'dark', ready: '.top a' },
];

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

function configOf(folder, [lumberjack, store, api]) {
  return {
    data: join(folder, 'data'),
    inputs: { lumberjack: { port: lumberjack } },
    ...{ store: { port: store }, api: { port: api }, log: { level: 'warn' } },
    rules: [
      {
        ...{ name: 'High traffic', when: '>= 250', over: '10s', every: '1s', severity: 'high' },
        message: 'High traffic generated an alert - hits = {{value}}',
      },
      {
        ...{
          name: 'Failed requests',
          where: 'http.response.status_code >= 500',
          by: ['host.name'],
          when: '>= 3',
        },
        ...{
          over: '1m',
          every: '5s',
          severity: 'critical',
          message: '{{value}} failed requests on {{host.name}}',
        },
      },
    ],
  };
}

/** Resolves when the server answers, within a minute. */
async function served(api) {
  for (let attempt = 0; attempt < 120; attempt += 1) {
    if (await fetch(`http://127.0.0.1:${api}/status`).catch(() => undefined)) return;
    await sleep(500);
  }
  throw new Error('the server has not started');
}

async function look(browser, api, { name, page: hash, scheme, ready, open }) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, colorScheme: scheme });
  const page = await context.newPage();
  await page.goto(`http://127.0.0.1:${api}/ui/#/${hash}?from=now-5m`);
  await page.locator(ready).first().waitFor();
  if (open) {
    await page.locator(open).first().click();
    await page.locator('.chart canvas').first().waitFor({ timeout: 120_000 });
  }
  await sleep(2_000);
  await page.screenshot({ path: `${images}/${name}.png` });
  await context.close();
}

const folder = mkdtempSync(join(tmpdir(), 'logboom-screenshots-'));
const ports = [await freePort(), await freePort(), await freePort()];
const config = join(folder, 'logboom.yml');
writeFileSync(config, JSON.stringify(configOf(folder, ports)));
mkdirSync(images, { recursive: true });
const logboom = (...args) => spawn(process.execPath, [`${root}dist/main.js`, ...args], { stdio: 'inherit' });
const children = [logboom('run', '--config', config)];
try {
  await served(ports[2]);
  const ship = (rate) => logboom('generate', '--port', String(ports[0]), '--rate', String(rate));
  children.push(ship(20));
  await sleep((seconds * 1_000) / 2);
  children.push(ship(15));
  await sleep((seconds * 1_000) / 2);
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  for (const shot of shots) await look(browser, ports[2], shot);
  await browser.close();
} finally {
  for (const child of children.reverse()) child.kill();
  await sleep(1_000);
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}
