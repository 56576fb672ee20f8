import { isDeepStrictEqual } from 'node:util';
import type { Config } from '../config/schema/schema.ts';
import { messageOf } from '../errors.ts';
import type { BulkItem, Episode, Millis, Notification } from '../model.ts';
import { controlTelemetry, notifierTelemetry } from '../telemetry/components/notifiers.ts';
import type { Instruments } from '../telemetry/metrics.ts';
import type { AlertStore } from './control/alert-store.ts';
import { Dispatcher } from './control/dispatcher.ts';
import { slowMatchers } from './control/matcher.ts';
import { Policy, type PolicyConfig } from './control/policy.ts';
import { routesName } from './control/routes.ts';
import { type CompileQuery, Silences } from './control/silences.ts';
import { DeliveryLoop, type DeliveryOutbox } from './delivery-loop.ts';
import type { Notifier } from './notifier.ts';
import { createNotifiers } from './notifiers.ts';
import { Outbox } from './outbox.ts';
import type { OutboxEntry } from './outbox-entry.ts';
import { RefreshLoop } from './refresh-loop.ts';

/** The settings that notifiers depend on. */
type NotifierConfigs = Pick<Config, 'notifiers' | 'people' | 'rules'> & PolicyConfig;

interface DeliveryHooks {
  /** KQL belongs to an outer layer. */
  compileQuery: CompileQuery;
  /** The document of an alert is to be written again. */
  onHandled: () => void;
}

const noHooks: DeliveryHooks = { compileQuery: () => () => false, onHandled: () => undefined };

/** What runs for one notifier, and the settings that it was started with. */
interface Lane {
  notifier: Notifier;
  settings: unknown;
  loop: DeliveryLoop;
  refresh: RefreshLoop;
}

/**
 * Delivers notifications from the outbox in `folder`, with one `DeliveryLoop` for each notifier. Other threads put
 * notifications into the same outbox; whoever does calls `wake`. Owns the outbox that it opens: `stop` closes it.
 */
export class Delivery {
  readonly #outbox: Outbox;
  readonly #instruments: Instruments;
  readonly #telemetry: ReturnType<typeof notifierTelemetry>;
  readonly #lanes = new Map<string, Lane>();
  readonly #hooks: DeliveryHooks;
  /** What decides when and to whom notifications go. */
  readonly dispatcher: Dispatcher;
  #configs: NotifierConfigs;
  #configured: ReadonlySet<string> = new Set();
  /** The removal of notifications without a notifier. One at a time: they would remove the same entries. */
  #removal: Promise<void> = Promise.resolve();

  private constructor(
    configs: NotifierConfigs,
    folder: string,
    instruments: Instruments,
    hooks: DeliveryHooks,
  ) {
    this.#outbox = new Outbox(folder);
    this.#instruments = instruments;
    this.#telemetry = notifierTelemetry(instruments);
    this.#hooks = hooks;
    this.#configs = configs;
    this.dispatcher = new Dispatcher({
      outbox: this.#outbox,
      silences: new Silences(this.#outbox, hooks.compileQuery),
      policy: new Policy(configs, hooks.compileQuery),
      telemetry: controlTelemetry(instruments),
      onChange: () => {
        this.#wakeLanes();
        hooks.onHandled();
      },
    });
  }

  /** Opens the outbox and starts to deliver what is in it. */
  static async start(
    configs: NotifierConfigs,
    folder: string,
    instruments: Instruments,
    hooks: DeliveryHooks = noHooks,
  ): Promise<Delivery> {
    const delivery = new Delivery(configs, folder, instruments, hooks);
    delivery.dispatcher.start();
    await delivery.reload(configs);
    return delivery;
  }

  get alerts(): AlertStore {
    return this.#outbox.alerts;
  }

  /** Notifiers that the rule of an alert names itself. */
  notifiersOf({ rule }: Pick<Episode, 'rule'>): readonly string[] {
    return this.#configs.rules.find(({ name }) => name === rule)?.notify ?? [];
  }

  /** Puts a notification into the outbox. One with a known id is ignored. Resolves when it is on disk. */
  put(notification: Notification): Promise<void> {
    return this.#outbox.put(notification, Date.now());
  }

  /** Puts a report: messages, which noise control does not concern, and documents. Resolves when all are on disk. */
  async putReport(notifications: readonly Notification[], documents: readonly BulkItem[]): Promise<void> {
    await this.#outbox.transaction(() => {
      for (const notification of notifications) this.#outbox.add(notification, Date.now(), 'passed');
      for (const item of documents) this.#outbox.documents.put(item);
    });
    this.#wakeLanes();
    this.#hooks.onHandled();
  }

  /** Sends a notification at once, and not from the outbox: the disk takes nothing. Rejects where it is not delivered. */
  async sendNow(notification: Notification): Promise<void> {
    const notifier = this.#lanes.get(notification.notifier)?.notifier;
    if (!notifier) return;
    const signal = AbortSignal.timeout(notifier.timeout);
    await notifier.send(notification, { signal, reached: [] });
  }

  /** Makes all loops look for new notifications. */
  wake(): void {
    this.dispatcher.wake();
    this.#wakeLanes();
  }

  #wakeLanes(): void {
    this.#reportPending();
    for (const { loop } of this.#lanes.values()) loop.wake();
    // An alert may notify a notifier that a reload has removed.
    void this.#removeUnconfigured();
  }

  totalsOf(notifier: string): ReturnType<Outbox['totals']['of']> {
    return this.#outbox.totals.of(notifier);
  }

  pendingFor(notifier: string): number {
    return this.#outbox.pendingFor(notifier);
  }

  /** Messages that wait because something keeps alerts from notifying, silences that hold, and matchers that are slow. */
  suppressed(): { heldBack: number; silences: number; slowMatchers: Record<string, string> } {
    const { waiting: heldBack, silences } = this.dispatcher;
    return { heldBack, silences: silences.active(Date.now()), slowMatchers: slowMatchers() };
  }

  /** Why the oldest notification of a notifier is not delivered, and the wall time since which it waits. */
  failing(notifier: string): { reason: string; since: Millis } | undefined {
    const { lastError: reason, since } = this.#outbox.first(notifier) ?? { lastError: undefined, since: 0 };
    return reason === undefined ? undefined : { reason, since };
  }

  /**
   * Applies other settings. A loop whose settings stay goes on. A loop with other settings aborts its attempt, and the
   * next loop repeats it. Notifications for a notifier that is removed are dropped, logged and counted.
   */
  async reload(configs: NotifierConfigs): Promise<void> {
    const { people } = configs;
    const notifiers = createNotifiers(configs.notifiers, { log: this.#instruments.log, people });
    this.#configured = new Set([...notifiers.keys(), routesName]);
    this.#configs = configs;
    this.dispatcher.silences.readAgain();
    this.dispatcher.reconsider(new Policy(configs, this.#hooks.compileQuery));
    await this.#stopChanged(configs);
    for (const [name, notifier] of notifiers) {
      if (this.#lanes.has(name)) continue;
      const telemetry = this.#telemetry;
      const hold = (entry: OutboxEntry) => this.dispatcher.hold(entry);
      const loop = new DeliveryLoop({ notifier, outbox: this.#reportingOutbox(), telemetry, hold });
      const refresh = new RefreshLoop({ notifier, outbox: this.#outbox, telemetry });
      this.#lanes.set(name, { notifier, settings: settingsOf(name, configs), loop, refresh });
      loop.start();
      refresh.start();
    }
    await this.#removeUnconfigured();
    this.#reportPending();
  }

  /** Stops all loops and closes the outbox. */
  async stop(): Promise<void> {
    await this.dispatcher.stop();
    await Promise.all([...this.#lanes.values()].map(stopLane));
    await this.#removal;
    await this.#outbox.close();
  }

  async #stopChanged(configs: NotifierConfigs): Promise<void> {
    const stays = (name: string, settings: unknown) =>
      this.#configured.has(name) && isDeepStrictEqual(settings, settingsOf(name, configs));
    const changed = [...this.#lanes].filter(([name, { settings }]) => !stays(name, settings));
    for (const [name] of changed) this.#lanes.delete(name);
    await Promise.all(changed.map(([, lane]) => stopLane(lane)));
  }

  /** The outbox for the loops; each removal updates the metric. */
  #reportingOutbox(): DeliveryOutbox {
    const outbox = this.#outbox;
    return {
      next: (...asked) => outbox.next(...asked),
      oldest: (notifier, limit) => outbox.oldest(notifier, limit),
      rateOf: (notifier) => outbox.rateOf(notifier),
      recordOf: (notifier, episode) => outbox.recordOf(notifier, episode),
      remove: (...removed) => outbox.remove(...removed).then(() => this.#handled()),
      combine: (...combined) => outbox.combine(...combined).then(() => this.#reportPending()),
      postpone: (...failure) => outbox.postpone(...failure),
    };
  }

  /** The documents of the alerts say who was notified. */
  #handled(): void {
    this.#reportPending();
    this.#hooks.onHandled();
  }

  #reportPending(): void {
    this.#telemetry.pending(this.#outbox.pending);
  }

  #removeUnconfigured(): Promise<void> {
    this.#removal = this.#removal.then(() => this.#removeAllUnconfigured());
    return this.#removal;
  }

  /** Drops notifications that have no notifier any more. On a full disk they stay until the next attempt. */
  async #removeAllUnconfigured(): Promise<void> {
    for (const name of this.#outbox.notifiers()) {
      if (this.#configured.has(name)) continue;
      for (let entry = this.#outbox.first(name); entry; entry = this.#outbox.first(name)) {
        const failure = await this.#outbox.remove(entry).then(() => undefined, messageOf);
        if (failure !== undefined) return this.#telemetry.unwritten(name, failure);
        this.#telemetry.unknown(name, entry.notification.id);
      }
      await this.#outbox
        .forgetEpisodes(name)
        .catch((error) => this.#telemetry.unwritten(name, messageOf(error)));
    }
  }
}

const settingsOf = (name: string, { notifiers, people }: NotifierConfigs) => [notifiers[name], people];

async function stopLane({ loop, refresh, notifier }: Lane): Promise<void> {
  await Promise.all([loop.stop(), refresh.stop()]);
  await notifier.close?.();
}
