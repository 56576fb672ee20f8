// The embedded store alone in a process: folder, bytes of its cache. Tells its address, and stops when told to.

import { startStore } from '@logboom/store';
import { Registry } from 'prom-client';
import { storeTelemetry } from '../dist/telemetry/components/store.js';
import { createLog } from '../dist/telemetry/log.js';

const [folder, cacheSize] = process.argv.slice(2);
const log = createLog({ level: 'error', format: 'json' }, { secrets: [] });
const config = { host: '127.0.0.1', port: 0, keepAge: 1e12, keepSize: 1e12, cacheSize: Number(cacheSize) };
const telemetry = storeTelemetry({ log, metrics: new Registry() });
const store = await startStore({ folder, config, telemetry });
process.send(store.url);
process.once('SIGTERM', async () => {
  await store.stop();
  process.exit(0);
});
