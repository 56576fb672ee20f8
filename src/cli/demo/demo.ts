import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { App, StartApp } from '../../app/app.ts';
import { type Config, schema } from '../../config/schema/schema.ts';
import type { generate } from '../../generator/generate.ts';
import { tutorialRound } from '../../generator/traffic.ts';
import type { Transition } from '../../model.ts';
import { createLog } from '../../telemetry/log.ts';
import { stopWithin } from '../commands/run.ts';
import { type StopRequest, stopRequest } from '../signals.ts';
import type { Terminal } from '../terminal.ts';
import { type Inbox, openInbox } from './inbox.ts';
import {
  conclusion,
  inboxText,
  introduction,
  movedPorts,
  narrateProgress,
  narrateTransition,
  portOrAny,
} from './welcome.ts';

interface DemoArguments {
  /** Leaves out the pauses of real time. */
  fast?: boolean | undefined;
  /** Ends after the traffic instead of waiting for Ctrl-C. */
  once?: boolean | undefined;
  /** Data folder to keep. Default: a new one that is removed at the end. */
  data?: string | undefined;
}

export interface DemoParts {
  start?: StartApp;
  play?: typeof generate;
  stop?: StopRequest;
  /** How long the last alert may take to end after the last event. */
  resolveTimeout?: number;
  wantedPorts?: DemoPorts;
}

type DemoPorts = Record<'lumberjack' | 'store' | 'api', number>;

const usualPorts: DemoPorts = { lumberjack: 5044, store: 9200, api: 9600 };
const host = '127.0.0.1';

/** The rule of the demo, as it is shown and as it is used. */
const rule = `rules:
  - name: traffic-burst
    measure: count
    over: 1s
    every: 10ms
    lateness: 100ms   # events may arrive so late
    when: ">= 5"
    severity: critical
    message: "{{value}} events within one second"
    notify: [people]
`;

/** The configuration of the demo. It logs only warnings, because the demo prints what happens. */
async function demoConfig(data: string, wanted: DemoPorts, inbox: Inbox): Promise<Config> {
  return schema.parse({
    data,
    inputs: { lumberjack: { host, port: await portOrAny(wanted.lumberjack, host) } },
    store: { host, port: await portOrAny(wanted.store, host) },
    api: { host, port: await portOrAny(wanted.api, host) },
    log: { level: 'warn' },
    // Times in access log lines have seconds. The burst needs milliseconds, which `@timestamp` has.
    parsers: { timestamp: '@timestamp' },
    time: { idleAfter: '1s' },
    notifiers: { people: { kind: 'webhook', url: inbox.url, body: { text: '{{text}}' } } },
    ...(parse(rule) as object),
  });
}

/** Counts raised alerts and keeps the open ones. */
function trackAlerts(terminal: Terminal) {
  const open = new Set<string>();
  let raised = 0;
  let messages = 0;
  return {
    onMessage(): void {
      messages += 1;
    },
    onTransition(transition: Transition): void {
      if (transition.to === 'active' && !open.has(transition.episode)) raised += 1;
      if (transition.to === 'inactive') open.delete(transition.episode);
      else open.add(transition.episode);
      terminal.out(narrateTransition(transition));
    },
    raised: () => raised,
    /** Whether all alerts have ended, and the messages about the start and the end of each have arrived. */
    allEnded: () => raised > 0 && open.size === 0 && messages >= 2 * raised,
  };
}
type AlertTracker = ReturnType<typeof trackAlerts>;

/** Waits until the last alert has ended. No events follow, so that takes the rest of its window and some ticks. */
async function allResolved(alerts: AlertTracker, timeout: number, signal: AbortSignal): Promise<void> {
  const until = performance.now() + timeout;
  while (!alerts.allEnded() && !signal.aborted && performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Events before the first burst in real time: an alert is to be seen soon. Later rounds have as many as the tutorial. */
const firstQuiet = 10;
const quietOf = ({ fast }: DemoArguments) => (fast ? tutorialRound.quiet : firstQuiet);

/**
 * Plays the traffic and returns the number of acknowledged events: one round in real time, or two rounds with `fast`,
 * whose events end at the present time, so that no further round can follow.
 */
async function play(
  app: App,
  given: DemoArguments,
  parts: DemoParts,
  { terminal, stop }: Context,
  quiet: number = tutorialRound.quiet,
): Promise<number> {
  const skip = tutorialRound.quiet - quiet;
  const { hostname, port } = new URL(app.urls.lumberjack!.replace(/^(\w+:\/\/)?/, 'http://'));
  const options = {
    host: hostname,
    port: Number(port),
    schedule: 'tutorial',
    skip,
    count: tutorialRound.events * roundsOf(given) - skip,
    fast: given.fast ?? false,
    onProgress: narrateProgress(terminal.out, quiet),
  } as const;
  const ship = parts.play ?? (await import('../../generator/generate.ts')).generate;
  const { acknowledged } = await ship(options, stop.signal);
  return acknowledged;
}

const roundsOf = ({ fast }: DemoArguments) => (fast ? 2 : 1);

interface Context {
  terminal: Terminal;
  alerts: AlertTracker;
  stop: StopRequest;
}

async function perform(app: App, given: DemoArguments, parts: DemoParts, context: Context): Promise<void> {
  const { terminal, alerts, stop } = context;
  const failure = app.failed.then((error) => Promise.reject(error));
  const events = await Promise.race([play(app, given, parts, context, quietOf(given)), failure]);
  await allResolved(alerts, parts.resolveTimeout ?? 10_000, stop.signal);
  if (stop.signal.aborted) return;
  terminal.out(conclusion(app.urls, events, alerts.raised(), given.once === true));
  if (given.once) return;
  terminal.out(`\n${given.fast ? 'logboom keeps running' : 'The traffic is repeated'}. Ctrl-C stops it.`);
  while (!given.fast && !stop.signal.aborted) await Promise.race([play(app, given, parts, context), failure]);
  await Promise.race([stop.requested, failure]);
}

/** `logboom demo`: runs logboom with its embedded store, ships traffic over TCP and prints what happens. */
export async function demo(given: DemoArguments, terminal: Terminal, parts: DemoParts = {}): Promise<number> {
  const stop = parts.stop ?? stopRequest();
  const wanted = parts.wantedPorts ?? usualPorts;
  const folder = given.data ?? (await mkdtemp(join(tmpdir(), 'logboom-demo-')));
  const alerts = trackAlerts(terminal);
  const inbox = await openInbox(host, (text) => {
    alerts.onMessage();
    terminal.out(inboxText(text));
  });
  const config = await demoConfig(folder, wanted, inbox);
  try {
    const log = createLog(config.log);
    const start = parts.start ?? (await import('../../app/app.ts')).startApp;
    const app = await start(config, { log, onTransition: alerts.onTransition });
    try {
      const moved = movedPorts(app.urls, wanted);
      terminal.out(
        introduction({
          ...{ urls: app.urls, folder, moved, rule },
          ...{ quiet: quietOf(given), rounds: roundsOf(given) },
        }),
      );
      await perform(app, given, parts, { terminal, alerts, stop });
    } finally {
      await stopWithin(app, config.shutdown.timeout);
    }
    terminal.out('stopped');
    return 0;
  } finally {
    inbox.close();
    if (given.data === undefined) await rm(folder, { recursive: true, force: true });
    stop.dispose();
  }
}
