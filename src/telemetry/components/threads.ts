import { performance } from 'node:perf_hooks';
import { Histogram } from 'prom-client';
import type { Millis } from '../../model.ts';
import { lengthText } from '../../util/figures.ts';
import { Throttle } from '../log-limits.ts';
import { type Instruments, oncePerRegistry } from '../metrics.ts';

/** How often a thread notes the time. What it is late by, something held it up: a long turn, a garbage collection, a busy machine. */
const interval: Millis = 250;
/** From these lengths on a hold is counted, and logged. */
const counted: Millis = 100;
const logged: Millis = 1_000;

const histogramOf = oncePerRegistry(
  (registry) =>
    new Histogram({
      name: 'logboom_thread_held_seconds',
      help: 'For how long a thread could do nothing else, from 0.1 s on: a long turn, garbage collection, a slow disk, or a busy machine.',
      labelNames: ['thread'],
      buckets: [0.25, 0.5, 1, 2.5, 5, 10, 30],
      registers: [registry],
    }),
);

/** Monotonic time, and processor time that all threads of the process have used; both in milliseconds. */
interface Reading {
  at: Millis;
  used: Millis;
}

/** Notes by how much each reading is later than it was due. */
export function holdTelemetry({ log, metrics }: Instruments, thread: string, now: () => Millis = Date.now) {
  const histogram = histogramOf(metrics);
  const throttle = new Throttle(now, 1);
  let last: Reading | undefined;
  return (reading: Reading): void => {
    const before = last;
    last = reading;
    if (before === undefined) return;
    const held = reading.at - before.at - interval;
    if (held < counted) return;
    histogram.observe({ thread }, held / 1000);
    if (held < logged) return;
    const suppressed = throttle.allow(thread);
    if (suppressed === undefined) return;
    const used = reading.used - before.used;
    log.info(
      { 'logboom.held': held / 1000, 'logboom.processor': used / 1000, suppressed },
      `the ${thread} thread was held up for ${lengthText(Math.round(held))}, in which the process used ` +
        `${lengthText(Math.round(used))} of processor time. If that is less, the machine is busy or its disk is slow.`,
    );
  };
}

function read(): Reading {
  const { user, system } = process.cpuUsage();
  return { at: performance.now(), used: (user + system) / 1000 };
}

/** Watches the thread that calls it. Returns a function that stops the watch, which does not keep the thread alive. */
export function watchThread(instruments: Instruments, thread: string): () => void {
  const note = holdTelemetry(instruments, thread);
  note(read());
  const timer = setInterval(() => note(read()), interval);
  timer.unref();
  return () => clearInterval(timer);
}
