import { describe, expect, it } from 'vitest';
import { connect } from '../../src/generator/client.ts';
import { eventually } from '../support/eventually.ts';
import { Server } from '../support/server.ts';

const key = 'a key that must not be on disk';
const began = Date.parse('2026-11-20T10:00:00Z');

/** Every third event is a probe, and every fifth is there twice. */
function documents(from: number, count: number): string[] {
  return Array.from({ length: count }, (_, i) => from + i).flatMap((number) => {
    const document = JSON.stringify({
      '@timestamp': new Date(began + number * 100).toISOString(),
      message: `request ${number} of 192.0.2.${number % 7}`,
      agent: { name: 'web-1' },
      number,
      client_address: `192.0.2.${number % 7}`,
      what: number % 3 === 0 ? 'PROBE' : 'WORK',
    });
    return number % 5 === 0 ? [document, document] : [document];
  });
}

const config = {
  processors: [
    { kind: 'deduplicate', name: 'twice', by: ['number'], within: '1h' },
    { kind: 'lowercase', fields: ['what'] },
    { kind: 'drop', name: 'probes', if: 'what : "probe"' },
    { kind: 'rename', fields: { client_address: 'source.ip' } },
    { kind: 'hash', fields: ['source.ip'], key },
  ],
  rules: [{ name: 'by client', over: '1s', by: ['source.ip'] }],
};

describe('processors of a server', () => {
  it('let rules and documents see the same, also after kill -9 and a restart', {
    timeout: 120_000,
  }, async () => {
    const server = await Server.withConfig(config);
    await server.start();
    const address = { host: '127.0.0.1', port: server.ports.lumberjack };
    const first = await connect(address);
    for (let from = 0; from < 500; from += 50) await first.send(documents(from, 50));
    await server.kill();
    first.close();
    await server.start();
    const second = await connect(address);
    for (let from = 500; from < 1_000; from += 50) await second.send(documents(from, 50));
    second.close();
    await server.settled();

    const wanted = Array.from({ length: 1_000 }, (_, number) => number).filter((number) => number % 3 !== 0);
    let stored: Record<string, unknown>[] = [];
    await eventually(async () => {
      stored = (await server.documents('logs-generic-default')).map(({ _source }) => _source);
      expect(stored.length).toBe(wanted.length);
    });
    expect(stored.map(({ number }) => number).toSorted((a, b) => Number(a) - Number(b))).toEqual(wanted);
    expect(JSON.stringify(stored)).not.toContain('192.0.2.');
    const clients = new Set(stored.map(({ source }) => (source as { ip: string }).ip));
    expect(clients.size).toBe(7);

    // Windows that are closed counted exactly the documents that lie in them.
    const windows = (await server.documents('metrics-logboom.windows-*')).map(
      ({ _source }) => _source as { window: { start: string; end: string; count: number; group?: unknown } },
    );
    expect(windows.length).toBeGreaterThan(50);
    const counted = windows.reduce((sum, { window }) => sum + window.count, 0);
    const last = Math.max(...windows.map(({ window }) => Date.parse(window.end)));
    const within = stored.filter((one) => Date.parse(one['@timestamp'] as string) < last);
    expect(counted).toBe(within.length);

    const { processors } = await server.status();
    expect(Object.keys(processors)).toEqual(['twice', 'lowercase-2', 'probes', 'rename-4', 'hash-5']);
    // Counts begin anew with the process: 500 events came after the restart, 100 of them twice.
    expect(processors.twice).toEqual({ changed: 0, leftOut: 100, failed: 0 });
    expect(processors.probes!.leftOut).toBeGreaterThanOrEqual(167);
    expect((await server.get('/metrics')).text).toContain(
      'logboom_processor_events_total{processor="twice",outcome="left-out"} 100',
    );
    expect(server.text).not.toContain(key);
  });
});
