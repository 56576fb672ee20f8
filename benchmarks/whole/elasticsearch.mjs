// A real Elasticsearch 8 of the tests' cache: `npm run test:real` fetches it. Undefined where there is none, or no Java.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { peers } from './filebeat.mjs';
import { freePort } from './server.mjs';

const jvms = '/usr/lib/jvm';
const home = existsSync(peers)
  ? readdirSync(peers).flatMap((name) => (/^elasticsearch-8[\d.]+$/.test(name) ? [join(peers, name)] : []))[0]
  : undefined;
const jdk = existsSync(jvms) ? readdirSync(jvms).find((name) => /-17-/.test(name)) : undefined;

/** It refuses to run as root, but sees another user in a user namespace of its own. */
const asSomeoneElse = () =>
  process.getuid() === 0 ? ['unshare', '--user', '--map-user=1000', '--map-group=1000'] : [];

/** Rejects where it does not start. */
export async function startElasticsearch() {
  if (home === undefined || jdk === undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'logboom-bench-es-'));
  const [port, transport] = [await freePort(), await freePort()];
  const config = join(folder, 'config');
  cpSync(join(home, 'config'), config, { recursive: true });
  for (const name of ['data', 'logs', 'tmp', 'config/jvm.options.d'])
    mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(
    join(config, 'jvm.options'),
    `-Xms512m\n-Xmx512m\n-XX:+UseG1GC\n-Djava.io.tmpdir=${join(folder, 'tmp')}\n`,
  );
  const settings = {
    'network.host': '127.0.0.1',
    'http.port': port,
    'transport.port': transport,
    'discovery.type': 'single-node',
    'path.data': join(folder, 'data'),
    'path.logs': join(folder, 'logs'),
    'xpack.security.enabled': false,
    'cluster.routing.allocation.disk.threshold_enabled': false,
  };
  writeFileSync(join(config, 'elasticsearch.yml'), JSON.stringify(settings));
  const env = {
    ...{ PATH: '/usr/bin:/bin', HOME: folder, HOSTNAME: 'n1' },
    ...{ ES_JAVA_HOME: join(jvms, jdk), ES_PATH_CONF: config, ES_TMPDIR: join(folder, 'tmp') },
  };
  const [command, ...given] = [...asSomeoneElse(), join(home, 'bin', 'elasticsearch')];
  try {
    if (command === 'unshare') execFileSync(command, [...given.slice(0, 3), 'true']);
  } catch {
    return undefined;
  }
  const child = spawn(command, given, { cwd: folder, env, stdio: 'ignore' });
  const url = `http://127.0.0.1:${port}`;
  const isUp = () =>
    fetch(`${url}/_cluster/health`).then(
      ({ ok }) => ok,
      () => false,
    );
  for (const began = Date.now(); !(await isUp()); await pause(200))
    if (child.exitCode !== null || Date.now() - began > 90_000)
      throw new Error(`Elasticsearch did not start in ${folder}`);
  return {
    url,
    async stop() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
