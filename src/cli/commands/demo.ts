import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { App, StartApp } from '../../app/app.ts';
import { type Config, schema } from '../../config/schema/schema.ts';
import type { generate } from '../../generator/generate.ts';
import { tutorialRound } from '../../generator/tutorial.ts';
import type { Transition } from '../../model.ts';
import { createLog } from '../../telemetry/log.ts';
import { type StopRequest, stopRequest } from '../signals.ts';
import type { Terminal } from '../terminal.ts';
import { beginning, ending, movedPorts, narrateProgress, narrateTransition } from './narration.ts';
import { portOrAny } from './ports.ts';
import { stopWithin } from './run.ts';

interface DemoArguments {
  /** Without the pauses of real time. */
  fast?: boolean | undefined;
  /** Ends after the traffic instead of waiting for Ctrl-C. */
  once?: boolean | undefined;
  /** Data folder; without it a fresh one that is removed at the end. */
  data?: string | undefined;
}

export interface DemoParts {
  start?: StartApp;
  play?: typeof generate;
  stop?: StopRequest;
  /** How long the last alert may take to resolve after the last event. */
  settle?: number;
  wantedPorts?: DemoPorts;
}

type DemoPorts = Record<'lumberjack' | 'store' | 'api', number>;

const usualPorts: DemoPorts = { lumberjack: 5044, store: 9200, api: 9600 };
const host = '127.0.0.1';

/** The tutorial's configuration. Only warnings are logged, for the narration tells the rest. */
async function demoConfig(data: string, wanted: DemoPorts): Promise<Config> {
  return schema.parse({
    data,
    inputs: { lumberjack: { host, port: await portOrAny(wanted.lumberjack, host) } },
    store: { host, port: await portOrAny(wanted.store, host) },
    api: { host, port: await portOrAny(wanted.api, host) },
    log: { level: 'warn' },
    // An access line tells whole seconds only; the burst's ten milliseconds are in the sender's timestamps.
    parsers: { timestamp: '@timestamp' },
    time: { idleAfter: '1s' },
    rules: [
      {
        name: 'traffic-burst',
        measure: 'count',
        over: '1s',
        every: '10ms',
        lateness: '100ms',
        when: '>= 5',
        severity: 'critical',
        message: '{{value}} events within one second',
      },
    ],
  });
}

/** Follows the alerts: which are open, and how many were raised. */
function follow(terminal: Terminal) {
  const open = new Set<string>();
  let raised = 0;
  return {
    onTransition(transition: Transition): void {
      if (transition.to === 'active' && !open.has(transition.episode)) raised += 1;
      if (transition.to === 'inactive') open.delete(transition.episode);
      else open.add(transition.episode);
      terminal.out(narrateTransition(transition));
    },
    raised: () => raised,
    quiet: () => raised > 0 && open.size === 0,
  };
}
type Followed = ReturnType<typeof follow>;

/** Waits for the last alert to resolve; the stream of events has ended, so that takes its window and some ticks. */
async function settled(followed: Followed, patience: number, signal: AbortSignal): Promise<void> {
  const until = performance.now() + patience;
  while (!followed.quiet() && !signal.aborted && performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/**
 * Plays the tutorial's traffic and returns how many events were acknowledged: one round in real time; two where
 * quiet stretches are fast, for that traffic ends in the present and cannot be followed by more.
 */
async function play(
  app: App,
  given: DemoArguments,
  parts: DemoParts,
  { terminal, stop }: Told,
): Promise<number> {
  const { hostname, port } = new URL(app.urls.lumberjack.replace(/^(\w+:\/\/)?/, 'http://'));
  const options = {
    host: hostname,
    port: Number(port),
    schedule: 'tutorial',
    count: tutorialRound.events * roundsOf(given),
    fast: given.fast ?? false,
    onProgress: narrateProgress(terminal.out),
  } as const;
  const ship = parts.play ?? (await import('../../generator/generate.ts')).generate;
  const { acknowledged } = await ship(options, stop.signal);
  return acknowledged;
}

const roundsOf = ({ fast }: DemoArguments) => (fast ? 2 : 1);

interface Told {
  terminal: Terminal;
  followed: Followed;
  stop: StopRequest;
}

async function perform(app: App, given: DemoArguments, parts: DemoParts, told: Told): Promise<void> {
  const { terminal, followed, stop } = told;
  const failure = app.failed.then((error) => Promise.reject(error));
  const events = await Promise.race([play(app, given, parts, told), failure]);
  await settled(followed, parts.settle ?? 10_000, stop.signal);
  if (stop.signal.aborted) return;
  terminal.out(ending(app.urls, events, followed.raised()));
  if (given.once) return;
  terminal.out(
    `\n${given.fast ? 'logboom keeps running' : 'The traffic is played again and again'}; Ctrl-C stops it.`,
  );
  while (!given.fast && !stop.signal.aborted) await Promise.race([play(app, given, parts, told), failure]);
  await Promise.race([stop.requested, failure]);
}

/** `logboom demo`: logboom with its store, the tutorial's traffic over real TCP, and what happens in plain words. */
export async function demo(given: DemoArguments, terminal: Terminal, parts: DemoParts = {}): Promise<number> {
  const stop = parts.stop ?? stopRequest();
  const wanted = parts.wantedPorts ?? usualPorts;
  const folder = given.data ?? (await mkdtemp(join(tmpdir(), 'logboom-demo-')));
  const config = await demoConfig(folder, wanted);
  const followed = follow(terminal);
  try {
    const log = createLog(config.log);
    const start = parts.start ?? (await import('../../app/app.ts')).startApp;
    const app = await start(config, { log, onTransition: followed.onTransition });
    try {
      terminal.out(beginning(app.urls, folder, movedPorts(app.urls, wanted), roundsOf(given)));
      await perform(app, given, parts, { terminal, followed, stop });
    } finally {
      await stopWithin(app, config.shutdown.timeout);
    }
    terminal.out('stopped');
    return 0;
  } finally {
    if (given.data === undefined) await rm(folder, { recursive: true, force: true });
    stop.dispose();
  }
}
