// The server under test, from the socket to the counted window: input, journal, analyser, as `src/app/pipeline.ts` puts them
// together, without the indexer, which is another reader. Asked over IPC: 'counted' answers when all that was received is counted;
// 'result' adds up the windows on disk.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { schema } from '../dist/config/schema/schema.js';
import { startLumberjackInput } from '../dist/inputs/lumberjack/input.js';
import { openJournal } from '../dist/journal/journal.js';
import { startReader } from '../dist/readers/reader.js';
import { foldersOf } from '../dist/readers/reader-port.js';
import { Results } from '../dist/readers/results.js';
import { silentInstruments } from '../dist/telemetry/metrics.js';

const data = mkdtempSync(join(tmpdir(), 'logboom-bench-'));
process.on('exit', () => rmSync(data, { recursive: true, force: true }));
process.on('SIGTERM', () => process.exit(0));

const rules = JSON.parse(process.argv[2] ?? '[{"name":"each-second","over":"1s","lateness":"1s"}]');
const config = schema.parse({ data, inputs: { lumberjack: { port: 0 } }, log: { level: 'warn' }, rules });
const folders = foldersOf(data);
const instruments = silentInstruments();
const journal = await openJournal(folders.journal, {
  config: config.journal,
  readers: ['analyser'],
  instruments,
});
const elasticsearch = { hosts: ['http://127.0.0.1:9200'] };
const given = { config, folders, elasticsearch, secrets: [] };
const analyser = await startReader('analyser', given, journal, instruments);
const input = await startLumberjackInput(
  config.inputs.lumberjack,
  async (batch, block) => analyser.offer(await journal.append(batch), batch, block),
  instruments,
);

async function counted() {
  while (analyser.position < journal.fill.newest) await new Promise((resolve) => setTimeout(resolve, 5));
  return {};
}

/** The analyser ends first, so that what it counted is on disk. */
async function result() {
  await input.stop(1_000);
  await analyser.stop(10_000);
  const results = new Results(folders.analysis, journal.id);
  const windows = results.read(1_000_000).filter(({ output }) => output.kind === 'window');
  await results.close();
  await journal.close();
  return {
    windows: windows.length,
    events: windows.reduce((sum, { output }) => sum + output.window.count, 0),
  };
}

process.on('message', async (request) => process.send(await (request === 'counted' ? counted() : result())));
process.send({ port: input.address().port });
