import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accessLines } from './access-lines.ts';
import { type FilebeatLogstash, type RealFilebeat, startFilebeat } from './filebeat.ts';

/** A copy of the access log that grows as a web server's does, and a real Filebeat that tails it. */
export interface TailedLog {
  readonly filebeat: RealFilebeat;
  grow(lines: number): Promise<void>;
  /** Ends Filebeat and removes the copy. */
  stop(): Promise<void>;
}

export async function tailGrowingLog(
  host: string | string[],
  logstash: FilebeatLogstash,
): Promise<TailedLog> {
  const folder = await mkdtemp(join(tmpdir(), 'logboom-access-log-'));
  const path = join(folder, 'access.log');
  const rest = accessLines().map(({ message }) => `${message}\n`);
  const grow = (lines: number) => appendFile(path, rest.splice(0, lines).join(''));
  await grow(0);
  const filebeat = await startFilebeat({ inputs: [inputFor(path)], hosts: [host].flat(), logstash });
  return {
    filebeat,
    grow,
    async stop() {
      await filebeat.stop();
      await rm(folder, { recursive: true });
    },
  };
}

/** By default it would look for new lines after up to ten seconds. */
export function inputFor(path: string): object {
  return {
    type: 'filestream',
    id: 'access',
    paths: [path],
    fields_under_root: true,
    fields: { 'event.dataset': 'apache.access' },
    'prospector.scanner.check_interval': '200ms',
    'backoff.init': '50ms',
    'backoff.max': '200ms',
  };
}
