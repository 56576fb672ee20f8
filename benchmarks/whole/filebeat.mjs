// What real Filebeat uses itself for shipping lines: to logboom, and with `output.elasticsearch` to the stand-in that logboom writes to.
// Left out where no Filebeat is: `npm run test:real` builds it into ${LOGBOOM_PEERS:-~/.cache/logboom-peers}.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { accessLine, random } from '../access-lines.mjs';
import { cpuOf } from '../child.mjs';
import { startServer } from './server.mjs';

export const peers = process.env.LOGBOOM_PEERS ?? join(homedir(), '.cache', 'logboom-peers');
export const filebeat = join(peers, 'filebeat-7.17.29', 'filebeat');
export const hasFilebeat = existsSync(filebeat);

function writeLines(path, count) {
  const next = random(5);
  const start = Date.now() - count / 20;
  const file = openSync(path, 'w');
  for (let from = 0; from < count; from += 10_000) {
    const some = Array.from({ length: Math.min(10_000, count - from) }, (_, index) =>
      accessLine(start + (from + index) / 20, next),
    );
    writeSync(file, `${some.join('\n')}\n`);
  }
  closeSync(file);
}

function startFilebeat(folder, log, output) {
  const config = {
    'filebeat.inputs': [{ type: 'filestream', id: 'files', paths: [log] }],
    processors: [{ add_host_metadata: null }],
    'setup.template.enabled': false,
    'setup.ilm.enabled': false,
    ...output,
  };
  const file = join(folder, 'filebeat.yml');
  writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
  const paths = ['home', 'config', 'data', 'logs'].flatMap((name) => [
    `--path.${name}`,
    join(folder, 'beat'),
  ]);
  const child = spawn(filebeat, ['run', '-c', file, ...paths], { cwd: folder, stdio: 'ignore' });
  const stop = async () => {
    const ended = child.exitCode === null ? once(child, 'exit') : undefined;
    child.kill('SIGTERM');
    await ended;
  };
  return { pid: child.pid, stop };
}

/** Waits for so many documents at the stand-in. */
async function arrived(sink, count) {
  for (const began = Date.now(); ; await pause(50)) {
    const { counted } = await sink.ask('count');
    if (counted >= count) return counted;
    if (Date.now() - began > 120_000) throw new Error(`${counted} of ${count} lines arrived in two minutes`);
  }
}

/** Microseconds of CPU for each line of what `pids` names, between the first fifth and the last line. */
async function perLine(sink, lines, pids) {
  const { counted: before } = await sink.ask('count');
  const first = await arrived(sink, before + lines / 5);
  const cpu = pids.map(cpuOf);
  const last = await arrived(sink, before + lines);
  return pids.map((pid, place) => ((cpuOf(pid) - cpu[place]) / (last - first)) * 1e6);
}

/** `sink` is a stand-in that was started. */
export async function shipLines(sink, url, lines) {
  const folder = mkdtempSync(join(tmpdir(), 'logboom-bench-'));
  const log = join(folder, 'access.log');
  writeLines(log, lines);
  const figures = {};
  const server = await startServer({ elasticsearch: { hosts: [url] } });
  try {
    const shipper = startFilebeat(folder, log, {
      'output.logstash': { hosts: [`127.0.0.1:${server.port}`] },
    });
    [figures.shipping, figures.server] = await perLine(sink, lines, [shipper.pid, server.pid]);
    await shipper.stop();
    rmSync(join(folder, 'beat'), { recursive: true, force: true });
    const direct = startFilebeat(folder, log, {
      'output.elasticsearch': { hosts: [url], compression_level: 1 },
    });
    [figures.direct] = await perLine(sink, lines, [direct.pid]);
    await direct.stop();
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  return figures;
}
