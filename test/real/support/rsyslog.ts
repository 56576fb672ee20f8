import { execFile } from 'node:child_process';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cached } from './cache.ts';
import { eventually, type PeerProcess, startProcess } from './processes.ts';

const run = promisify(execFile);

/** Debian's rsyslog and what it needs beside the libraries of the system. */
const packages = ['rsyslog', 'rsyslog-elasticsearch', 'libestr0', 'libfastjson4', 'liblognorm5'];
const libraries = (home: string) => join(home, 'root/usr/lib/x86_64-linux-gnu');

/** The folder of an unpacked rsyslog. It is downloaded on first use; nothing is installed. */
const installed = () =>
  cached('rsyslog-elasticsearch', async (folder) => {
    const download = () => run('apt-get', ['download', ...packages], { cwd: folder });
    // A machine on which nothing was installed yet has no lists of packages.
    await download().catch(() => run('apt-get', ['update', '-qq']).then(download));
    for (const file of await readdir(folder))
      if (file.endsWith('.deb')) await run('dpkg', ['-x', file, 'root'], { cwd: folder });
  });

interface RealRsyslog {
  /** Unix socket that programs log to. */
  socket: string;
  process: PeerProcess;
  stop(): Promise<void>;
}

/** Starts an rsyslog that does `actions` with all that is logged to its socket. `settings` stand before them: modules and templates. */
export async function startRsyslog(
  folder: string,
  actions: readonly string[],
  settings: readonly string[] = [],
): Promise<RealRsyslog> {
  const home = await installed();
  const modules = join(libraries(home), 'rsyslog');
  const socket = join(folder, 'log.sock');
  const config = join(folder, 'rsyslog.conf');
  await writeFile(
    config,
    [
      `module(load="${modules}/imuxsock.so" SysSock.Use="off")`,
      `input(type="imuxsock" Socket="${socket}" CreatePath="on" RateLimit.Interval="0")`,
      `global(workDirectory="${folder}")`,
      ...settings,
      ...actions.map((action) => `*.* ${action}`),
      '',
    ].join('\n'),
  );
  const process = startProcess(
    join(home, 'root/usr/sbin/rsyslogd'),
    ['-n', '-f', config, '-i', join(folder, 'rsyslog.pid'), '-M', modules],
    { log: join(folder, 'rsyslog.log'), cwd: folder, env: { LD_LIBRARY_PATH: libraries(home) } },
  );
  await eventually('rsyslog listens', async () => {
    if (!process.running) throw new Error(`rsyslog ended: ${process.output()}`);
    return (await readdir(folder)).includes('log.sock');
  });
  return {
    socket,
    process,
    async stop() {
      await process.end();
      await rm(socket, { force: true });
    },
  };
}
