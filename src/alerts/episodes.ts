import { z } from 'zod';
import type { DiscoverConfig } from '../config/schema/kibana.ts';
import type { AlertState, Decided, Decision, Episode, Millis, Output, Transition } from '../model.ts';
import { objectOf, type Snapshot, SnapshotFormat } from '../util/snapshot.ts';
import { type Entry, type PackedEntry, packEntry, packedEntry, unpackEntry } from './entry.ts';
import { type Change, type EpisodeRule, EpisodeWriter } from './episode-writer.ts';
import { idOf } from './ids.ts';
import { EndedEpisodes, LateEvents } from './late.ts';

export type { Change } from './episode-writer.ts';

/** How the episode of a rule that is removed or changed ends. */
interface Ending {
  /** Event time. */
  at: Millis;
  reason: string;
  state: AlertState;
}

/**
 * Which rule of its name a rule is. Its first windows may start where those of the rule before it did, and the ids of its
 * episodes must differ all the same.
 */
export interface Generation {
  number: number;
  /** Event time after which no episode of an earlier generation starts. */
  until: Millis;
}

interface EpisodesState {
  open: PackedEntry[];
  ended: PackedEntry[];
}

const format = new SnapshotFormat({
  component: 'The book of episodes',
  schema: objectOf<EpisodesState>({ open: z.array(packedEntry), ended: z.array(packedEntry) }),
});

/**
 * The episodes of one rule, open ones by group. It records what decisions say and decides nothing. The same changes give
 * the same outputs under the same ids.
 */
export class Episodes {
  readonly #rule: EpisodeRule;
  readonly #writer: EpisodeWriter;
  readonly #entries = new Map<string, Entry>();
  readonly #ended = new EndedEpisodes();
  readonly #lateEvents = new LateEvents();
  /** Set where another rule had the name before. */
  generation: Generation | undefined;

  constructor(rule: EpisodeRule, kibana: DiscoverConfig = {}) {
    this.#rule = rule;
    this.#writer = new EpisodeWriter(rule, kibana);
  }

  /**
   * What the change puts out, in this order: a transition, the episode's new document, and notifications. A notification
   * that a cooldown delayed carries the transition that raised the alert.
   */
  apply(change: Change): Output[] {
    const { transition, update, apart } = change.decision;
    if (!transition && !update) return this.#notify(this.#entries.get(change.group), undefined, change);
    const outputs = apart === undefined ? [] : this.#applyApart(change, apart);
    const entry = this.#entries.get(change.group) ?? this.#begin(change);
    outputs.push(...this.#put(entry, change));
    if (transition?.to === 'inactive') this.#close(entry);
    else this.#entries.set(change.group, entry);
    return outputs;
  }

  /** Whether there are late events that no document reports yet. */
  get hasUnreported(): boolean {
    return this.#lateEvents.hasUnreported;
  }

  /** Counts an event of that time that came too late for its windows. `now`: end of the last closed window. */
  late(group: string, time: Millis, now: Millis): void {
    const open = this.#entries.get(group);
    this.#lateEvents.add([...(open ? [open] : []), ...this.#ended.of(group, now)], time);
  }

  /** The new documents of episodes for which events came too late. */
  reportLate(now: Millis): Output[] {
    return this.#lateEvents.report(now);
  }

  /** Ends a group's open episode without an observation, because its rule goes. Puts nothing out where there is none. */
  end(group: string, { at, reason, state }: Ending): Output[] {
    const entry = this.#entries.get(group);
    if (!entry) return [];
    const { by, window, value, count } = entry.episode;
    const decision: Decision = {
      state: {
        ...state,
        status: 'inactive',
        start: undefined,
        calm: undefined,
        early: undefined,
        updated: at,
      },
      reason,
      transition: { from: state.status, to: 'inactive', at, reason },
      update: false,
      notify: { send: state.told, reason },
    };
    const observation = { at, since: at, window, value, count, early: false };
    return this.apply({ group, by, decision, observation, samples: () => [] });
  }

  snapshot(): Snapshot<EpisodesState> {
    return format.write({ open: [...this.#entries.values()].map(packEntry), ended: this.#ended.state() });
  }

  restore(snapshot: Snapshot<EpisodesState>): void {
    const { open, ended } = format.read(snapshot);
    this.#entries.clear();
    for (const entry of open) this.#entries.set(entry.episode.group, unpackEntry(entry));
    this.#lateEvents.restore([...this.#entries.values(), ...this.#ended.restore(ended)]);
  }

  #close(entry: Entry): void {
    this.#entries.delete(entry.episode.group);
    if (entry.raised) this.#ended.add(entry);
  }

  /** Puts out an episode that ended before the open one began. */
  #applyApart(change: Change, [begun, over]: [Decided, Decided]): Output[] {
    const entry = this.#begin({ ...change, ...begun });
    const outputs = [
      ...this.#put(entry, { ...change, ...begun }),
      ...this.#put(entry, { ...change, ...over }),
    ];
    this.#ended.add(entry);
    return outputs;
  }

  #put(entry: Entry, change: Change): Output[] {
    const { transition, state } = change.decision;
    // Until its window is over, an alert that was raised early shows the observation that raised it.
    const observation = state.early?.observation ?? change.observation;
    const shown = { ...change, observation };
    entry.raised ||= state.status === 'active';
    entry.reason = change.decision.reason;
    entry.episode = this.#writer.next(entry, shown);
    this.#lateEvents.reported(entry);
    const written = transition && this.#writer.transition(entry, shown, transition);
    const outputs: Output[] = [];
    if (written) outputs.push({ kind: 'transition', transition: written });
    if (entry.raised) outputs.push({ kind: 'episode', episode: entry.episode });
    outputs.push(...this.#notify(entry, written, change));
    return outputs;
  }

  #begin(change: Change): Entry {
    const { group, decision, observation } = change;
    const start = decision.state.start ?? observation.since;
    const episode = this.#writer.begin(this.#idOf(group, start), start, change);
    const reach = start - observation.window.start;
    return { episode, transitions: 0, raised: false, reach, unreported: 0, reason: decision.reason };
  }

  #idOf(group: string, start: Millis): string {
    const { generation } = this;
    const id = idOf(this.#rule.config.name, group, start);
    return generation && start <= generation.until ? `${id}~${generation.number}` : id;
  }

  /** Notifications of a transition, or of the delayed one, which is kept until it is sent or no longer due. */
  #notify(entry: Entry | undefined, transition: Transition | undefined, change: Change): Output[] {
    if (!entry) return [];
    const { notify, state } = change.decision;
    const due = entry.held ?? transition;
    entry.held = state.held ? due : undefined;
    return due && notify.send ? this.#notifications(due, entry.episode, change.observation.at) : [];
  }

  #notifications(transition: Transition, episode: Episode, at: Millis): Output[] {
    const { notify, measure, recipients } = this.#rule.config;
    return [...new Set(notify)].map((notifier) => ({
      kind: 'notification',
      notification: {
        ...{ id: `${transition.id}-${notifier}`, notifier, at, transition, episode, measure },
        ...(recipients.length > 0 && { recipients }),
      },
    }));
  }
}
