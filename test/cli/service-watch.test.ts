import pino from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { run, type ServiceManager, type ServiceState, watchService } from '../../src/cli/commands/run.ts';
import { schema } from '../../src/config/schema/schema.ts';
import { fakeApp, signals, terminal } from '../support/cli.ts';
import { eventually } from '../support/eventually.ts';

function aManager(changes: Partial<ServiceManager> = {}) {
  const told: ServiceState[] = [];
  const manager: ServiceManager = {
    watchdogInterval: 60,
    notify: async (notice) => void told.push(notice),
    ...changes,
  };
  return { manager, told };
}

function aLog() {
  const lines: string[] = [];
  return { lines, log: pino({}, { write: (line: string) => void lines.push(line) }) };
}

function watched(silent: () => Promise<string[]>, changes: Partial<ServiceManager> = {}) {
  const { manager, told } = aManager(changes);
  const { log, lines } = aLog();
  const { app } = fakeApp({ silent });
  const stop = watchService(app, manager, log);
  onTestFinished(() => stop());
  return { told, lines, stop };
}

describe('the service manager', () => {
  it('hears when logboom serves, again and again that it is alive, and when it stops', async () => {
    const { told, stop } = watched(async () => []);
    await eventually(() => expect(told.length).toBeGreaterThan(3));
    await stop();
    const count = told.length;
    expect(told[0]).toBe('READY=1');
    expect(new Set(told.slice(1, -1))).toEqual(new Set(['WATCHDOG=1']));
    expect(told.at(-1)).toBe('STOPPING=1');
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(told).toHaveLength(count);
  });

  it('hears nothing while a reader does not answer, and the log says which', async () => {
    let silent = ['indexer'];
    const { told, lines } = watched(async () => silent);
    await eventually(() => expect(lines.join('')).toContain('the indexer does not answer'));
    expect(told).toEqual(['READY=1']);
    silent = [];
    await eventually(() => expect(told).toContain('WATCHDOG=1'));
  });

  it('gets no signs of life where it keeps no watch', async () => {
    const { told } = watched(async () => [], { watchdogInterval: undefined });
    await new Promise((resolve) => setTimeout(resolve, 80));
    expect(told).toEqual(['READY=1']);
  });

  it('that cannot be told keeps nothing from running; the log says so', async () => {
    const notify = () => Promise.reject(new Error('no such program'));
    const { lines, stop } = watched(async () => [], { notify, watchdogInterval: undefined });
    await stop();
    expect(lines.join('')).toContain('cannot report READY=1 to systemd: no such program');
  });

  it('is told by run, in the order in which things happen', async () => {
    const { manager, told } = aManager({ watchdogInterval: undefined });
    const { stop, send } = signals();
    const { start } = fakeApp({ stop: async () => void told.push('WATCHDOG=1') });
    const ended = run(schema.parse({}), terminal(false), { start, stop, log: aLog().log, manager });
    await eventually(() => expect(told).toEqual(['READY=1']));
    send('SIGTERM');
    expect(await ended).toBe(0);
    expect(told).toEqual(['READY=1', 'STOPPING=1', 'WATCHDOG=1']);
  });
});
