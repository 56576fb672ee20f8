import { X509Certificate } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { accessSync, constants, existsSync, readFileSync, statfsSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, resolve } from 'node:path';
import { listenersOf } from '../../config/checks/listeners.ts';
import { formatPath } from '../../config/load/problems.ts';
import type { Config } from '../../config/schema/schema.ts';
import { messageOf } from '../../errors.ts';
import { sizeText } from '../../util/text.ts';
import { certificateFindings } from './connection.ts';
import { type Finding, fine, problem, warning } from './finding.ts';

/** The data folder: whether it can be written, and whether what the configuration allows fits on its disk. */
export function diskFindings(config: Config): Finding[] {
  const what = 'data';
  const folder = existing(resolve(config.data));
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch {
    return [problem(what, `${folder} cannot be written by this user: change its owner, or set \`data\``)];
  }
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  const allowed = config.journal.maxSize + (config.elasticsearch ? 0 : (config.store.keepSize ?? 0));
  const space = `${sizeText(Math.round(free / 2 ** 20) * 2 ** 20)} free`;
  if (free < allowed)
    return [
      warning(
        what,
        `${space} at ${folder}, and journal and store may take ${sizeText(allowed)}: free some, or lower \`journal.maxSize\``,
      ),
    ];
  return [fine(what, `${space} at ${folder}`)];
}

/** The folder itself, or the nearest one above it that exists. */
function existing(folder: string): string {
  return existsSync(folder) || dirname(folder) === folder ? folder : existing(dirname(folder));
}

/** The sockets that logboom is to listen on. Where a logboom with this configuration runs, it holds them itself. */
export async function portFindings(config: Config, isRunning: boolean): Promise<Finding[]> {
  const listeners = listenersOf(config).flatMap(({ path, host, port, protocols }) =>
    protocols.map((protocol) => ({ what: formatPath(path), host, port, protocol })),
  );
  if (isRunning) return [fine('ports', 'logboom runs, and listens by itself')];
  const found = await Promise.all(
    listeners
      .filter(({ port }) => port !== 0)
      .map(async ({ what, host, port, protocol }) => {
        const failure = await (protocol === 'tcp' ? tcpFailure(host, port) : udpFailure(host, port));
        return failure === undefined ? [] : [problem(what, portText(failure, host, port, protocol))];
      }),
  );
  const problems = found.flat();
  return problems.length > 0
    ? problems
    : [fine('ports', `${listeners.map(({ port }) => port).join(', ')} are free`)];
}

function portText(code: string, host: string, port: number, protocol: string): string {
  const where = `${protocol} port ${port} of ${host}`;
  if (code === 'EADDRINUSE') return `another process listens on ${where}: end it, or set another port`;
  if (code === 'EACCES') return `this user may not listen on ${where}: set a port above 1023`;
  if (code === 'EADDRNOTAVAIL') return `this machine has no address ${host}: correct \`host\``;
  return `${where} cannot be used: ${code}`;
}

function tcpFailure(host: string, port: number): Promise<string | undefined> {
  const server = createServer();
  return new Promise((done) => {
    server.once('error', ({ code, message }: NodeJS.ErrnoException) => done(code ?? message));
    server.listen(port, host, () => server.close(() => done(undefined)));
  });
}

function udpFailure(host: string, port: number): Promise<string | undefined> {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  return new Promise((done) => {
    socket.once('error', ({ code, message }: NodeJS.ErrnoException) => {
      socket.close();
      done(code ?? message);
    });
    socket.bind(port, host, () => socket.close(() => done(undefined)));
  });
}

/** The certificates that logboom presents to its clients. */
export function certificateFileFindings(config: Config, now: number): Finding[] {
  return listenersOf(config).flatMap(({ path, ssl_enabled, ssl_certificate }) => {
    if (!ssl_enabled || ssl_certificate === undefined) return [];
    const what = `${formatPath(path)}.ssl_certificate`;
    try {
      return certificateFindings(what, new X509Certificate(readFileSync(ssl_certificate)).validTo, now);
    } catch (error) {
      return [problem(what, `${ssl_certificate} cannot be read: ${messageOf(error)}`)];
    }
  });
}

/** Rules of summer time change several times a year somewhere. */
const oldest = 2;

/** The IANA time zones of Node: whether there are any, and from when they are. `version`: such as `2025b`. */
export function zoneFindings(now: number, version = process.versions.tz): Finding[] {
  try {
    new Intl.DateTimeFormat('en', { timeZone: 'Europe/Berlin' });
  } catch {
    return [problem('time zones', 'this Node.js has no time zones: install one with full ICU data')];
  }
  const year = Number(version?.slice(0, 4));
  if (year <= new Date(now).getUTCFullYear() - oldest)
    return [warning('time zones', `the time zone data of this Node.js is of ${version}: update Node.js`)];
  return [fine('time zones', `IANA data ${version ?? 'of the system'}`)];
}
