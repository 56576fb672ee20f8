import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../errors.ts';
import type { Episode, Handling, Millis, Notification, Verdict } from '../../model.ts';
import type { ControlTelemetry } from '../../telemetry/components/notifiers.ts';
import { Signal } from '../../util/waiting.ts';
import type { Outbox } from '../outbox.ts';
import type { OutboxEntry } from '../outbox-entry.ts';
import { acknowledgementMessage } from './group-message.ts';
import { Grouping } from './grouping.ts';
import { slowMatchers } from './matcher.ts';
import { OpenAlertsView } from './open-alerts.ts';
import type { Policy } from './policy.ts';
import { directRoute, routesName } from './routes.ts';
import type { Silences } from './silences.ts';

interface DispatcherOptions {
  outbox: Outbox;
  silences: Silences;
  policy: Policy;
  telemetry: ControlTelemetry;
  /** Called when there are new messages for notifiers, or handlings to publish. */
  onChange: () => void;
  now?: () => Millis;
}

/** Notifications and groups in one transaction. */
const batch = 200;
const pauseAfterFailure: Millis = 1_000;
const longestSleep: Millis = 60_000;

/**
 * Decides when and to whom notifications go: routes, groups, repetitions, escalations, and what keeps an alert from notifying.
 *
 * Notifications of rules without `notify` wait in the outbox under the name `routes`. Each step is one transaction: the
 * notification leaves the queue and its group changes, or a group changes and its messages enter the queues of notifiers with the
 * reasons of what is held back. So a kill repeats or loses no decision. Runs on the main thread.
 */
export class Dispatcher {
  readonly silences: Silences;
  readonly #options: Required<DispatcherOptions>;
  #grouping: Grouping;
  readonly #alerts: OpenAlertsView;
  readonly #news = new Signal();
  readonly #stopping = new AbortController();
  #turns: Promise<unknown> = Promise.resolve();
  #ended: Promise<void> = Promise.resolve();
  #nextSilenceChange: Millis = 0;

  constructor(options: DispatcherOptions) {
    this.#options = { now: Date.now, ...options };
    this.silences = options.silences;
    this.#alerts = new OpenAlertsView(options.outbox.alerts);
    this.#grouping = new Grouping(this.#parts(), options.policy);
  }

  /** Verdicts on alerts. */
  get verdicts(): Pick<Outbox['verdicts'], 'list' | 'counts'> {
    return this.#options.outbox.verdicts;
  }

  /** The open alerts, by id. */
  get open(): ReadonlyMap<string, Episode> {
    this.#alerts.update();
    return this.#alerts.open;
  }

  get waiting(): number {
    return this.#grouping.store.waiting;
  }

  start(): void {
    this.#ended = this.#run();
  }

  wake(): void {
    this.#news.raise();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.wake();
    await this.#ended;
    await this.#turns;
  }

  /** Another configuration or another silence applies. Alerts that wait are looked at again. */
  reconsider(policy: Policy = this.#grouping.policy): void {
    this.#grouping.policy = policy;
    this.#grouping.store.recheck(this.#options.now(), (route) => policy.routes.byId(route) !== undefined);
    this.wake();
  }

  /**
   * Whether a notification of a rule's own notifier is held back. It waits in a group then, in which it leaves the queue, and is sent
   * as soon as nothing keeps it from notifying.
   */
  async hold(entry: OutboxEntry): Promise<boolean> {
    const { notification, passed } = entry;
    if (passed || notification.test) return false;
    const route = directRoute(notification.notifier);
    this.#alerts.update();
    if (!this.#grouping.holds(notification, route)) return false;
    await this.#inTurn(() => {
      this.#options.outbox.take(entry);
      if (notification.digest) this.#grouping.sendDigest(route, notification);
      else this.#grouping.join(route, notification);
    });
    this.wake();
    return true;
  }

  /** Changes the handling of open alerts, in one transaction with the messages about it. Returns the ids that are not open. */
  async handle(
    ids: readonly string[],
    change: Partial<Handling>,
    notifiersOf: (episode: Episode) => readonly string[],
  ): Promise<string[]> {
    const { open } = this;
    const known = ids.flatMap((id) => open.get(id) ?? []);
    const { outbox, onChange, now } = this.#options;
    await this.#inTurn(() => {
      for (const episode of known) {
        outbox.alerts.handle(episode.id, change);
        if (change.acknowledged === undefined) continue;
        const told = new Set([...notifiersOf(episode), ...this.#grouping.notifiersOf(episode.id)]);
        for (const notifier of told)
          outbox.add(
            acknowledgementMessage(notificationOf(episode), notifier, change.acknowledged),
            now(),
            'passed',
          );
      }
    });
    onChange();
    return ids.filter((id) => !open.has(id));
  }

  /** Keeps what people said about alerts, open or ended, and has their documents written again. */
  async judge(verdicts: readonly Verdict[]): Promise<void> {
    const { outbox, onChange } = this.#options;
    await this.#inTurn(() => {
      for (const verdict of verdicts) {
        outbox.verdicts.put(verdict);
        const { id, rule: _, group: __, start: ___, end: ____, ...said } = verdict;
        if (verdict.verdict !== 'missed') outbox.alerts.handle(id, { verdict: said });
      }
    });
    onChange();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        if (await this.step()) continue;
        await this.#rest();
      } catch (error) {
        this.#options.telemetry.failed(messageOf(error));
        await sleep(pauseAfterFailure, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  /** Takes notifications into groups and sends what is due. Returns whether there may be more to do at once. */
  async step(): Promise<boolean> {
    const { outbox, now, telemetry } = this.#options;
    this.#alerts.update();
    await this.#followSilences();
    const entries = outbox.oldest(routesName, batch);
    if (entries.length > 0) await this.#inTurn(() => this.#grouping.route(entries));
    const keys = this.#grouping.store.due(now(), batch);
    if (keys.length > 0) await this.#inTurn(() => this.#flush(keys));
    telemetry.groups(this.#grouping.store.size, this.#grouping.store.waiting);
    telemetry.slowMatchers(Object.keys(slowMatchers()).length);
    if (keys.length > 0) this.#options.onChange();
    return entries.length + keys.length > 0;
  }

  async #rest(): Promise<void> {
    const next = Math.min(this.#grouping.store.nextDue, this.silences.nextChange(this.#options.now()));
    const length = Math.min(Math.max(0, next - this.#options.now()), longestSleep);
    const ended = new AbortController();
    const woken = this.#news.wait().then(() => ended.abort());
    await sleep(length, undefined, { signal: ended.signal }).catch(() => undefined);
    if (!ended.signal.aborted) this.#news.raise();
    await woken;
  }

  /** One transaction at a time. After one that failed the groups are read again, for their memory is ahead of the disk. */
  #inTurn(action: () => void): Promise<void> {
    const { outbox } = this.#options;
    const turn = this.#turns.then(() => outbox.transaction(action));
    this.#turns = turn.catch(() => {
      this.#grouping = new Grouping(this.#parts(), this.#grouping.policy);
    });
    return turn;
  }

  #flush(keys: readonly string[]): void {
    for (const key of keys) this.#grouping.flush(key);
  }

  #parts() {
    const { outbox, telemetry, now, silences } = this.#options;
    return { outbox, telemetry, now, silences, alerts: this.#alerts };
  }

  async #followSilences(): Promise<void> {
    const now = this.#options.now();
    await this.silences.follow(this.#alerts.open, now);
    const next = this.silences.nextChange(now);
    if (this.#nextSilenceChange <= now) this.reconsider();
    this.#nextSilenceChange = next;
  }
}

/** A message about an alert as it is now. */
function notificationOf(episode: Episode): Notification {
  const { id, rule, group, by, status, updated, window, value, count } = episode;
  const { condition, reason, severity, message } = episode;
  const transition = {
    ...{ id: `${id}-now`, rule, group, by, episode: id, from: status, to: status, at: updated },
    ...{ window, value, count, condition, reason, severity, message },
  };
  return { id: transition.id, notifier: '', at: updated, transition, episode };
}
