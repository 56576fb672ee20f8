import type { DiscoverConfig } from '../config/kibana.ts';
import type { AlertSettings } from '../config/rules.ts';
import type {
  AlertState,
  Decided,
  Decision,
  Episode,
  Millis,
  Observation,
  Output,
  Sample,
  Scalar,
  Transition,
} from '../model.ts';
import { idOf } from './ids.ts';
import { Ended, type Entry, LateEvents, withLate } from './late.ts';
import { discoverLink } from './link.ts';
import { type MessageContext, messageOf, plainMessage } from './template.ts';

/** What the book must know of a rule. */
export interface EpisodeRule {
  readonly config: AlertSettings;
  /** The rule's filter in words that Kibana knows; the rule's own where it is not given. */
  readonly kibanaQuery?: string;
}

/** A decision that changed something, and what it was made upon. */
export interface Change {
  group: string;
  by: Record<string, Scalar>;
  decision: Decision;
  observation: Observation;
  /** The first lines of the window; asked for only where the episode has none yet. */
  samples: () => Sample[];
}

/** A rule's open episodes, by group. It keeps what decisions say; it decides nothing. */
export interface Episodes {
  /** What the change puts out: a transition, the episode's new document, and messages to people, in this order. */
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
export interface Ending {
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

const mostSamples = 5;

export function createEpisodes(rule: EpisodeRule, kibana: DiscoverConfig = {}): Episodes {
  return new EpisodeBook(rule, kibana);
}

class EpisodeBook implements Episodes {
  private readonly rule: EpisodeRule;
  private readonly kibana: DiscoverConfig;
  private readonly message: (context: MessageContext) => string;
  private readonly entries = new Map<string, Entry>();
  private readonly ended = new Ended();
  private readonly lateEvents = new LateEvents();
  generation: Generation | undefined;

  constructor(rule: EpisodeRule, kibana: DiscoverConfig) {
    this.rule = rule;
    this.kibana = kibana;
    this.message = messageOf(rule.config);
  }

  apply(change: Change): Output[] {
    const { transition, update, apart } = change.decision;
    if (!transition && !update) return [];
    const outputs = apart === undefined ? [] : this.applyApart(change, apart);
    const entry = this.entries.get(change.group) ?? this.begin(change);
    outputs.push(...this.put(entry, change));
    if (transition?.to === 'inactive') this.close(entry);
    else this.entries.set(change.group, entry);
    return outputs;
  }

  get hasUntold(): boolean {
    return this.lateEvents.hasUntold;
  }

  late(group: string, time: Millis, now: Millis): void {
    const open = this.entries.get(group);
    this.lateEvents.add([...(open ? [open] : []), ...this.ended.of(group, now)], time);
  }

  tellLate(now: Millis): Output[] {
    return this.lateEvents.tell(now);
  }

  end(group: string, { at, reason, state }: Ending): Output[] {
    const entry = this.entries.get(group);
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
    return { open: [...this.entries.values()].map((entry) => ({ ...entry })), ended: this.ended.snapshot() };
  }

  restore(snapshot: unknown): void {
    const { open, ended } = snapshot as { open: Entry[]; ended: unknown };
    this.entries.clear();
    for (const entry of open) this.entries.set(entry.episode.group, { ...entry });
    this.lateEvents.restore([...this.entries.values(), ...this.ended.restore(ended)]);
  }

  private close(entry: Entry): void {
    this.entries.delete(entry.episode.group);
    if (entry.raised) this.ended.add(entry);
  }

  /** An episode that was over before the open one began. */
  private applyApart(change: Change, [begun, over]: [Decided, Decided]): Output[] {
    const entry = this.begin({ ...change, ...begun });
    const outputs = [...this.put(entry, { ...change, ...begun }), ...this.put(entry, { ...change, ...over })];
    this.ended.add(entry);
    return outputs;
  }

  private put(entry: Entry, change: Change): Output[] {
    const { transition, notify, state } = change.decision;
    // Until its window is over an alert is shown as the look had it that raised it.
    const observation = state.early?.observation ?? change.observation;
    const shown = { ...change, observation };
    entry.raised ||= state.status === 'active';
    entry.reason = change.decision.reason;
    entry.episode = this.changed(entry, shown);
    this.lateEvents.told(entry);
    const told = transition && this.transition(entry, shown, transition);
    const outputs: Output[] = [];
    if (told) outputs.push({ kind: 'transition', transition: told });
    if (entry.raised) outputs.push({ kind: 'episode', episode: entry.episode });
    if (told && notify.send) outputs.push(...this.notifications(told, entry.episode));
    return outputs;
  }

  /** The id keeps the start that was known first; `start` itself may turn out to be earlier. */
  private begin({ group, by, decision, observation }: Change): Entry {
    const { config } = this.rule;
    const start = decision.state.start ?? observation.since;
    const episode: Episode = {
      id: this.idOf(group, start),
      rule: config.name,
      group,
      by,
      status: 'inactive',
      severity: config.severity,
      start,
      end: undefined,
      detected: undefined,
      updated: observation.at,
      value: observation.value,
      peak: undefined,
      count: observation.count,
      condition: config.when ?? '',
      reason: decision.reason,
      message: '',
      window: observation.window,
      samples: [],
      revision: 0,
      lateCount: 0,
      flapping: false,
      labels: config.labels,
      runbook: config.runbook,
    };
    const reach = start - observation.window.start;
    return { episode, transitions: 0, raised: false, reach, untold: 0, reason: decision.reason };
  }

  private idOf(group: string, start: Millis): string {
    const { generation } = this;
    const id = idOf(this.rule.config.name, group, start);
    return generation && start <= generation.until ? `${id}~${generation.number}` : id;
  }

  /** A new object each time: outputs that were put out before still hold the old one. */
  private changed({ episode, raised, untold }: Entry, { decision, observation, ...change }: Change): Episode {
    const { state, reason, transition } = decision;
    const open = state.status !== 'inactive';
    const samples =
      episode.samples.length < mostSamples && open ? change.samples().slice(0, mostSamples) : [];
    const context = { ...observation, group: episode.group, by: episode.by, reason };
    const next: Episode = {
      ...episode,
      status: state.status,
      start: state.start ?? episode.start,
      end: open ? undefined : transition?.at,
      detected: episode.detected ?? (transition?.to === 'active' ? transition.at : undefined),
      updated: Math.max(transition?.at ?? 0, state.updated ?? 0, episode.updated),
      value: observation.value,
      peak: state.peak ?? episode.peak,
      count: observation.count,
      reason: withLate(reason, episode.lateCount + untold),
      message: this.tells(decision)
        ? this.message(context)
        : episode.message || plainMessage(this.rule.config, context),
      window: open ? observation.window : episode.window,
      samples: samples.length > episode.samples.length ? samples : episode.samples,
      revision: raised ? episode.revision + 1 : episode.revision,
      lateCount: episode.lateCount + untold,
      flapping: state.flapping,
    };
    const url = this.link(next);
    return url === undefined ? next : { ...next, url };
  }

  /** The rule's message says what is wrong; it is not said of a recovery, whose value is fine. */
  private tells({ state, transition, update }: Decision): boolean {
    return update || (transition !== undefined && (state.status === 'active' || state.status === 'pending'));
  }

  private transition(
    entry: Entry,
    { group, by, decision, observation }: Change,
    change: NonNullable<Decision['transition']>,
  ): Transition {
    const { config } = this.rule;
    const { episode } = entry;
    entry.transitions += 1;
    const context = { ...observation, group, by, reason: change.reason };
    return {
      id: `${episode.id}-${entry.transitions}`,
      rule: config.name,
      group,
      by,
      episode: episode.id,
      ...change,
      window: observation.window,
      value: observation.value,
      count: observation.count,
      condition: episode.condition,
      severity: config.severity,
      message: this.tells(decision) ? episode.message : plainMessage(config, context),
    };
  }

  private notifications(transition: Transition, episode: Episode): Output[] {
    return [...new Set(this.rule.config.notify)].map((notifier) => ({
      kind: 'notification',
      notification: { id: `${transition.id}-${notifier}`, notifier, transition, episode },
    }));
  }

  private link({ group, by, window }: Episode): string | undefined {
    const { config, kibanaQuery = config.where } = this.rule;
    return discoverLink(this.kibana, { query: kibanaQuery, names: config.by, by, group, window });
  }
}
