import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { aFolder } from '../support/folder.ts';
import { Server } from '../support/server.ts';

const receiver = fileURLToPath(new URL('../support/notify-socket.py', import.meta.url));
const unit = readFileSync(new URL('../../examples/logboom.service', import.meta.url), 'utf8');
const has = (command: string) => spawnSync(command, ['--version']).status === 0;

/** A socket like systemd's; what it heard, a line for each datagram. */
async function aSocket() {
  const path = join(aFolder(), 'notify');
  const child = spawn('python3', [receiver, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines = createInterface(child.stdout);
  await once(lines, 'line');
  const heard: string[] = [];
  // After each word systemd-notify asks whether it was read.
  lines.on('line', (line) => line.includes('BARRIER=1') || heard.push(line));
  return { path, heard };
}

describe.skipIf(!has('python3') || !has('systemd-notify'))('as a service of systemd', () => {
  it('tells when it serves, that it is alive, and when it stops', async () => {
    const { path, heard } = await aSocket();
    const server = await Server.withConfig({ rules: [{ name: 'counted', over: '1s' }] });
    // Threads that do not answer in time are named in the log, which a busy machine would bring about.
    server.env = { NOTIFY_SOCKET: path, WATCHDOG_USEC: '3000000' };
    await server.start();
    await eventually(() => expect(heard.length).toBeGreaterThan(3), { timeout: 20_000 });
    expect(await server.stop()).toBe(0);
    await eventually(() => expect(heard.at(-1)).toContain('STOPPING=1'));
    expect(heard[0]).toBe(`READY=1 STATUS=listening for Lumberjack on 127.0.0.1:${server.ports.lumberjack}`);
    expect(new Set(heard.slice(1, -1))).toEqual(new Set(['WATCHDOG=1 STATUS=serving']));
    expect(server.log.filter((line) => line['log.level'] !== 'info')).toEqual([]);
  });

  it('is silent when it hangs', async () => {
    const { path, heard } = await aSocket();
    const server = await Server.withConfig({ rules: [{ name: 'counted', over: '1s' }] });
    server.env = { NOTIFY_SOCKET: path, WATCHDOG_USEC: '600000' };
    await server.start();
    await eventually(() => expect(heard.length).toBeGreaterThan(2), { timeout: 20_000 });
    server.child!.kill('SIGSTOP');
    // A word that systemd-notify had in hand may still come. A server that lives gives one each 0.3 s.
    let before = 0;
    await eventually(async () => {
      before = heard.length;
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      expect(heard.length).toBe(before);
    });
    server.child!.kill('SIGCONT');
    await eventually(() => expect(heard.length).toBeGreaterThan(before), { timeout: 20_000 });
  });

  it('has an example of a unit that takes the word of systemd-notify, and gives a stop its time', () => {
    for (const line of ['Type=notify', 'NotifyAccess=all', 'TimeoutStopSec=45s', 'KillMode=mixed'])
      expect(unit.split('\n')).toContain(line);
    expect(unit).not.toMatch(/^MemoryDenyWriteExecute/m);
  });

  it.skipIf(!has('systemd-analyze'))('has an example that systemd understands', () => {
    const path = fileURLToPath(new URL('../../examples/logboom.service', import.meta.url));
    const { stdout, stderr } = spawnSync('systemd-analyze', ['verify', path], { encoding: 'utf8' });
    // Of what is not installed here it may speak; what it does not know or ignores must not be.
    expect(stdout + stderr).not.toMatch(/logboom\.service:\d+|[Uu]nknown|ignoring/);
  });
});
