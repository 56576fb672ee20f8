import { onTestFinished } from 'vitest';
import { type ConfigInput, schema } from '../../../src/config/schema/schema.ts';
import type { Episode, Notification, Transition } from '../../../src/model.ts';
import { Dispatcher } from '../../../src/notifiers/control/dispatcher.ts';
import { Policy } from '../../../src/notifiers/control/policy.ts';
import { Silences } from '../../../src/notifiers/control/silences.ts';
import { Outbox } from '../../../src/notifiers/outbox.ts';
import { compileQuery } from '../../../src/rules/kql/compile.ts';
import { controlTelemetry } from '../../../src/telemetry/components/notifiers.ts';
import { silentInstruments } from '../../../src/telemetry/metrics.ts';
import { aFolder } from '../../support/folder.ts';
import { anEpisode, aTransition } from '../../support/rules/alerts.ts';

export const minute = 60_000;
export const start = Date.parse('2026-11-29T12:00:00Z');

export interface Alert {
  group?: string;
  rule?: string;
  severity?: Episode['severity'];
  labels?: Record<string, string>;
  flapping?: boolean;
}

/** The notification of an alert that begins or ends, as the analyser puts it for the notifier or for the routes. */
export function about(state: 'active' | 'inactive', alert: Alert = {}, notifier = 'routes'): Notification {
  const { group = 'web-1', rule = 'burst', severity = 'high', labels = {}, flapping = false } = alert;
  const id = `${rule}~${group}`;
  const isOver = state === 'inactive';
  const common = { rule, group, severity, by: { 'host.name': group } };
  const transition: Transition = {
    ...aTransition({
      ...common,
      id: `${id}-${isOver ? 2 : 1}`,
      episode: id,
      to: state,
      message: `${id} is ${state}`,
    }),
    from: isOver ? 'active' : 'inactive',
  };
  const episode = anEpisode({
    ...{ ...common, id, labels, flapping, status: state, revision: isOver ? 2 : 1 },
    end: isOver ? transition.at : undefined,
  });
  return { id: `${transition.id}-${notifier}`, notifier, at: transition.at, transition, episode };
}

/** A dispatcher over a real outbox, with a clock of the test. */
export function setUp(config: ConfigInput, folder = aFolder(), clock = { now: start }) {
  const outbox = new Outbox(folder);
  const policyOf = (given: ConfigInput) => new Policy(schema.parse(given), compileQuery);
  const dispatcher = new Dispatcher({
    ...{ outbox, silences: new Silences(outbox, compileQuery), policy: policyOf(config) },
    ...{ telemetry: controlTelemetry(silentInstruments()), onChange: () => undefined, now: () => clock.now },
  });
  onTestFinished(() => outbox.close().catch(() => undefined));
  const settle = async () => {
    while (await dispatcher.step());
  };
  return {
    ...{ outbox, dispatcher, clock, settle, folder },
    reload: (next: ConfigInput) => dispatcher.reconsider(policyOf(next)),
    async put(...notifications: Notification[]) {
      for (const one of notifications) await outbox.put(one, clock.now);
      await settle();
    },
    async pass(length: number) {
      clock.now += length;
      await settle();
    },
    /** Takes the messages that wait for a notifier. */
    async sent(notifier: string): Promise<Notification[]> {
      const entries = outbox.oldest(notifier, 1_000);
      for (const entry of entries) await outbox.remove(entry);
      return entries.map(({ notification }) => notification);
    },
    /** Passes what waits for a notifier of a rule through the dispatcher, as a delivery loop does. */
    async deliver(notifier: string): Promise<Notification[]> {
      const passed: Notification[] = [];
      for (const entry of outbox.oldest(notifier, 1_000)) {
        if (await dispatcher.hold(entry)) continue;
        passed.push(entry.notification);
        await outbox.remove(entry);
      }
      await settle();
      return passed;
    },
    reasons: (id: string) =>
      outbox.alerts.handlingOf(id)?.suppressed?.map(({ by, reason }) => `${by}: ${reason}`),
  };
}

export const messages = (all: readonly Notification[]) => all.map(({ transition }) => transition.message);
