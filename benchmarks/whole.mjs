// The whole of logboom as `logboom run` starts it, with its default rules. Asked over IPC: 'caughtUp' answers when every reader is.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startApp } from '../dist/app/app.js';
import { schema } from '../dist/config/schema/schema.js';

const data = mkdtempSync(join(tmpdir(), 'logboom-bench-'));
process.on('exit', () => rmSync(data, { recursive: true, force: true }));
process.on('SIGTERM', () => process.exit(0));

const [url] = process.argv.slice(2);
const config = schema.parse({
  data,
  inputs: { lumberjack: { port: 0 } },
  store: { port: 0 },
  api: { port: 0 },
  log: { level: 'error' },
  ...(url && { elasticsearch: { hosts: [url] } }),
});
const app = await startApp(config);

async function caughtUp() {
  for (;;) {
    const { readers } = await app.status();
    if (Object.values(readers).every(({ lag }) => lag.records === 0)) return {};
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

process.on('message', async () => process.send(await caughtUp()));
process.send({ port: Number(app.urls.lumberjack.split(':').at(-1)) });
