import type { DiscoverConfig } from '../config/schema/kibana.ts';
import type { AlertState, Decided, Decision, Episode, Millis, Output, Transition } from '../model.ts';
import { type Change, type EpisodeRule, EpisodeWriter } from './episode-writer.ts';
import { idOf } from './ids.ts';
import { Ended, type Entry, LateEvents } from './late.ts';

export type { Change } from './episode-writer.ts';

/** A rule's open episodes, by group. It keeps what decisions say; it decides nothing. */
export interface Episodes {
  /**
   * What the change puts out: a transition, the episode's new document, and messages to people, in this order. A message
   * that was held back comes when it is told, with the transition that raised the alert.
   */
  apply(change: Change): Output[];
  /** An event of that time came too late to be counted. `now`: the end of the last window that is over. */
  late(group: string, time: Millis, now: Millis): void;
  /** Whether there are late events that no document tells of yet. */
  readonly hasUntold: boolean;
  /** The new documents of episodes for which events came too late. */
  tellLate(now: Millis): Output[];
  /** Ends a group's open episode without a look at it: its rule is going. Nothing where there is none. */
  end(group: string, ending: Ending): Output[];
  /** Set where another rule had the name before. */
  generation: Generation | undefined;
  snapshot(): unknown;
  restore(snapshot: unknown): void;
}

/** How an episode ends whose rule goes. */
interface Ending {
  /** Event time. */
  at: Millis;
  reason: string;
  state: AlertState;
}

/**
 * A rule that began anew under a name. Its first windows may begin where those before it did; the documents of its
 * episodes are others all the same.
 */
export interface Generation {
  number: number;
  /** Event time: no earlier generation has an episode that began later. */
  until: Millis;
}

export function createEpisodes(rule: EpisodeRule, kibana: DiscoverConfig = {}): Episodes {
  return new EpisodeBook(rule, kibana);
}

class EpisodeBook implements Episodes {
  readonly #rule: EpisodeRule;
  readonly #writer: EpisodeWriter;
  readonly #entries = new Map<string, Entry>();
  readonly #ended = new Ended();
  readonly #lateEvents = new LateEvents();
  generation: Generation | undefined;

  constructor(rule: EpisodeRule, kibana: DiscoverConfig) {
    this.#rule = rule;
    this.#writer = new EpisodeWriter(rule, kibana);
  }

  apply(change: Change): Output[] {
    const { transition, update, apart } = change.decision;
    if (!transition && !update) return this.#tell(this.#entries.get(change.group), undefined, change);
    const outputs = apart === undefined ? [] : this.#applyApart(change, apart);
    const entry = this.#entries.get(change.group) ?? this.#begin(change);
    outputs.push(...this.#put(entry, change));
    if (transition?.to === 'inactive') this.#close(entry);
    else this.#entries.set(change.group, entry);
    return outputs;
  }

  get hasUntold(): boolean {
    return this.#lateEvents.hasUntold;
  }

  late(group: string, time: Millis, now: Millis): void {
    const open = this.#entries.get(group);
    this.#lateEvents.add([...(open ? [open] : []), ...this.#ended.of(group, now)], time);
  }

  tellLate(now: Millis): Output[] {
    return this.#lateEvents.tell(now);
  }

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

  snapshot(): unknown {
    return {
      open: [...this.#entries.values()].map((entry) => ({ ...entry })),
      ended: this.#ended.snapshot(),
    };
  }

  restore(snapshot: unknown): void {
    const { open, ended } = snapshot as { open: Entry[]; ended: unknown };
    this.#entries.clear();
    for (const entry of open) this.#entries.set(entry.episode.group, { ...entry });
    this.#lateEvents.restore([...this.#entries.values(), ...this.#ended.restore(ended)]);
  }

  #close(entry: Entry): void {
    this.#entries.delete(entry.episode.group);
    if (entry.raised) this.#ended.add(entry);
  }

  /** An episode that was over before the open one began. */
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
    // Until its window is over an alert is shown as the look had it that raised it.
    const observation = state.early?.observation ?? change.observation;
    const shown = { ...change, observation };
    entry.raised ||= state.status === 'active';
    entry.reason = change.decision.reason;
    entry.episode = this.#writer.next(entry, shown);
    this.#lateEvents.told(entry);
    const told = transition && this.#writer.transition(entry, shown, transition);
    const outputs: Output[] = [];
    if (told) outputs.push({ kind: 'transition', transition: told });
    if (entry.raised) outputs.push({ kind: 'episode', episode: entry.episode });
    outputs.push(...this.#tell(entry, told, change));
    return outputs;
  }

  #begin(change: Change): Entry {
    const { group, decision, observation } = change;
    const start = decision.state.start ?? observation.since;
    const episode = this.#writer.begin(this.#idOf(group, start), start, change);
    const reach = start - observation.window.start;
    return { episode, transitions: 0, raised: false, reach, untold: 0, reason: decision.reason };
  }

  #idOf(group: string, start: Millis): string {
    const { generation } = this;
    const id = idOf(this.#rule.config.name, group, start);
    return generation && start <= generation.until ? `${id}~${generation.number}` : id;
  }

  /** Messages of a transition, or of the raise that was held back: that one is kept for as long as it is. */
  #tell(entry: Entry | undefined, transition: Transition | undefined, change: Change): Output[] {
    if (!entry) return [];
    const { notify, state } = change.decision;
    const told = entry.held ?? transition;
    entry.held = state.held ? told : undefined;
    return told && notify.send ? this.#notifications(told, entry.episode, change.observation.at) : [];
  }

  #notifications(transition: Transition, episode: Episode, at: Millis): Output[] {
    return [...new Set(this.#rule.config.notify)].map((notifier) => ({
      kind: 'notification',
      notification: { id: `${transition.id}-${notifier}`, notifier, at, transition, episode },
    }));
  }
}
