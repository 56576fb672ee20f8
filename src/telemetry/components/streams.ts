import { Counter, Gauge } from 'prom-client';
import type { Millis } from '../../model.ts';
import type { Instruments } from '../metrics.ts';

/** Log lines and metrics of streams. */
export function streamTelemetry({ log, metrics }: Instruments) {
  const registers = [metrics];
  const outputs = new Counter({
    name: 'logboom_stream_outputs_total',
    help: 'Window results and transitions by stream and outcome.',
    labelNames: ['stream', 'outcome'] as const,
    registers,
  });
  const pending = new Gauge({
    name: 'logboom_stream_outputs_pending',
    help: 'Window results and transitions that wait for a stream.',
    labelNames: ['stream'] as const,
    registers,
  });
  const note = (stream: string, line: string, known: boolean) =>
    log[known ? 'debug' : 'warn']({ stream }, line);
  return {
    delivered(stream: string, count: number): void {
      outputs.inc({ stream, outcome: 'delivered' }, count);
    },
    /** The first failure for a reason is a warning, the following ones are debug messages. */
    failed(stream: string, reason: string, pause: Millis, known: boolean): void {
      outputs.inc({ stream, outcome: 'failed' });
      const line = `the stream ${stream} is not taken: ${reason}; it is tried again in ${Math.round(pause / 1000)} s`;
      note(stream, line, known);
    },
    refused(stream: string, id: string, reason: string, known: boolean): void {
      outputs.inc({ stream, outcome: 'refused' });
      note(stream, `${id} of the stream ${stream} was refused for good and is left out: ${reason}`, known);
    },
    expired(stream: string, count: number): void {
      outputs.inc({ stream, outcome: 'expired' }, count);
      note(stream, `${count} outputs of the stream ${stream} grew too old and are left out`, false);
    },
    dropped(stream: string, count: number, keep: number): void {
      outputs.inc({ stream, outcome: 'dropped' }, count);
      const line = `the stream ${stream} is more than ${keep} outputs behind: the oldest ${count} are dropped`;
      log.error({ stream }, line);
    },
    unwritten(stream: string, reason: string): void {
      log.error({ stream }, `cannot note how far the stream ${stream} is: ${reason}; it is tried again`);
    },
    pending(stream: string, count: number): void {
      pending.set({ stream }, count);
    },
    gone(stream: string): void {
      pending.remove({ stream });
    },
  };
}

export type StreamTelemetry = ReturnType<typeof streamTelemetry>;
