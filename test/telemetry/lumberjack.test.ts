import { pino } from 'pino';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { lumberjackTelemetry } from '../../src/telemetry/components/lumberjack.ts';

function anInput() {
  const lines: { msg: string; client: { address: string } }[] = [];
  const metrics = new Registry();
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  return { lines, metrics, telemetry: lumberjackTelemetry({ log, metrics }) };
}

const from = (address: string, number: number) => ({
  input: 'lumberjack',
  address,
  connection: `lumberjack-${number}`,
});

describe('whoever knocks at the port again and again', () => {
  it('is told of ten times a minute for each address, and counted each time', async () => {
    const { lines, metrics, telemetry } = anInput();
    for (let i = 0; i < 100; i++) {
      const origin = from(i % 2 ? '203.0.113.7' : '203.0.113.8', i) as Parameters<
        typeof telemetry.connectionOpened
      >[0];
      telemetry.connectionOpened(origin);
      telemetry.streamRefused(origin, 'LUMBERJACK_PROTOCOL', 'This is HTTP.');
      telemetry.connectionClosed(origin, 'it was refused.');
      telemetry.handshakeFailed(origin.address, 'It speaks no TLS.');
    }
    const told = (address: string, words: string) =>
      lines.filter((line) => line.client.address === address && line.msg.includes(words)).length;
    for (const address of ['203.0.113.7', '203.0.113.8'])
      expect(['is refused', 'is closed', 'handshake'].map((words) => told(address, words))).toEqual([
        10, 10, 10,
      ]);
    const text = await metrics.metrics();
    expect(text).toContain('logboom_lumberjack_failures_total{reason="LUMBERJACK_PROTOCOL"} 100\n');
    expect(text).toContain('logboom_lumberjack_failures_total{reason="handshake"} 100\n');
  });
});
