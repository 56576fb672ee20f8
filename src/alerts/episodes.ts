import type { DiscoverConfig } from '../config/kibana.ts';
import type { AlertSettings } from '../config/rules.ts';
import type { Decision, Episode, Observation, Output, Sample, Scalar, Transition } from '../model.ts';
import { idOf } from './ids.ts';
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
  /** Number of events that came too late to be counted, where it is known. */
  lateCount?: number;
}

/** A rule's open episodes, by group. It keeps what decisions say; it decides nothing. */
export interface Episodes {
  /** What the change puts out: a transition, the episode's new document, and messages to people, in this order. */
  apply(change: Change): Output[];
  snapshot(): unknown;
  restore(snapshot: unknown): void;
}

interface Entry {
  episode: Episode;
  /** Number of transitions so far. */
  transitions: number;
  /** It was active at some time. One that never was has transitions, but no document among the alerts. */
  raised: boolean;
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

  constructor(rule: EpisodeRule, kibana: DiscoverConfig) {
    this.rule = rule;
    this.kibana = kibana;
    this.message = messageOf(rule.config);
  }

  apply(change: Change): Output[] {
    const { transition, update } = change.decision;
    if (!transition && !update) return [];
    const entry = this.entries.get(change.group) ?? this.begin(change);
    entry.raised ||= change.decision.state.status === 'active';
    entry.episode = this.changed(entry, change);
    const outputs: Output[] = [];
    const told = transition && this.transition(entry, change, transition);
    if (told) outputs.push({ kind: 'transition', transition: told });
    if (entry.raised) outputs.push({ kind: 'episode', episode: entry.episode });
    if (told && change.decision.notify.send) outputs.push(...this.notifications(told, entry.episode));
    if (transition?.to === 'inactive') this.entries.delete(change.group);
    else this.entries.set(change.group, entry);
    return outputs;
  }

  snapshot(): unknown {
    return [...this.entries].map(([group, entry]) => [group, { ...entry }]);
  }

  restore(snapshot: unknown): void {
    this.entries.clear();
    for (const [group, entry] of snapshot as [string, Entry][]) this.entries.set(group, { ...entry });
  }

  /** The id keeps the start that was known first; `start` itself may turn out to be earlier. */
  private begin({ group, by, decision, observation }: Change): Entry {
    const { config } = this.rule;
    const start = decision.state.start ?? observation.since;
    const episode: Episode = {
      id: idOf(config.name, group, start),
      rule: config.name,
      group,
      by,
      status: 'inactive',
      severity: config.severity,
      start,
      end: undefined,
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
    return { episode, transitions: 0, raised: false };
  }

  /** A new object each time: outputs that were put out before still hold the old one. */
  private changed({ episode, raised }: Entry, { decision, observation, ...change }: Change): Episode {
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
      updated: Math.max(transition?.at ?? 0, state.updated ?? 0, episode.updated),
      value: observation.value,
      peak: state.peak ?? episode.peak,
      count: observation.count,
      reason,
      message: this.tells(decision)
        ? this.message(context)
        : episode.message || plainMessage(this.rule.config, context),
      window: open ? observation.window : episode.window,
      samples: samples.length > episode.samples.length ? samples : episode.samples,
      revision: raised ? episode.revision + 1 : episode.revision,
      lateCount: change.lateCount ?? episode.lateCount,
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
