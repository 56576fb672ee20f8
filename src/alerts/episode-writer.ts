import type { DiscoverConfig } from '../config/schema/kibana.ts';
import type { AlertSettings } from '../config/schema/rule-settings.ts';
import {
  type Decision,
  decidedAt,
  type Episode,
  type Millis,
  type Observation,
  type Sample,
  type Scalar,
  type Transition,
} from '../model.ts';
import type { Entry } from './entry.ts';
import { withLate } from './late.ts';
import { discoverLink } from './link.ts';
import { type MessageContext, messageOf, plainMessage } from './template.ts';

/** The part of a rule that its episodes need. */
export interface EpisodeRule {
  readonly config: AlertSettings;
  /** The rule's filter in words that Kibana knows; the rule's own where it is not given. */
  readonly kibanaQuery?: string;
}

/** A decision that changed something, with the observation that led to it. */
export interface Change {
  group: string;
  by: Record<string, Scalar>;
  decision: Decision;
  observation: Observation;
  /** The first lines of the window; asked for only where the episode has none yet. */
  samples: () => Sample[];
}

const mostSamples = 5;

/**
 * Makes the documents of a rule: each revision of an episode, and its transitions. It keeps no state of its own; it counts
 * transitions in the entry. Ids follow from rule, group and start, so a replay makes equal documents.
 */
export class EpisodeWriter {
  readonly #rule: EpisodeRule;
  readonly #kibana: DiscoverConfig;
  readonly #message: (context: MessageContext) => string;

  constructor(rule: EpisodeRule, kibana: DiscoverConfig) {
    this.#rule = rule;
    this.#kibana = kibana;
    this.#message = messageOf(rule.config);
  }

  /** The first form of an episode. Its id keeps this start; `start` may be corrected to an earlier time. */
  begin(id: string, start: Millis, { group, by, decision, observation }: Change): Episode {
    const { config } = this.#rule;
    return {
      id,
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
  }

  /** The next revision: a new object, because outputs that were put out before hold the old one. */
  next({ episode, raised, unreported }: Entry, { decision, observation, ...change }: Change): Episode {
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
      detected:
        episode.detected ??
        (transition?.to === 'active' ? decidedAt({ ...observation, ...transition }) : undefined),
      updated: Math.max(transition?.at ?? 0, state.updated ?? 0, episode.updated),
      decided: open ? observation.decided : undefined,
      value: observation.value,
      peak: state.peak ?? episode.peak,
      count: observation.count,
      reason: withLate(reason, episode.lateCount + unreported),
      message: this.#usesRuleMessage(decision)
        ? this.#message(context)
        : episode.message || plainMessage(this.#rule.config, context),
      window: open ? observation.window : episode.window,
      samples: samples.length > episode.samples.length ? samples : episode.samples,
      revision: raised ? episode.revision + 1 : episode.revision,
      lateCount: episode.lateCount + unreported,
      flapping: state.flapping,
    };
    const url = this.#link(next);
    return url === undefined ? next : { ...next, url };
  }

  /** The rule's message describes a problem. A recovery gets the plain message instead. */
  #usesRuleMessage({ state, transition, update }: Decision): boolean {
    return update || (transition !== undefined && (state.status === 'active' || state.status === 'pending'));
  }

  transition(
    entry: Entry,
    { group, by, decision, observation }: Change,
    change: NonNullable<Decision['transition']>,
  ): Transition {
    const { config } = this.#rule;
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
      ...(observation.decided !== undefined && { decided: observation.decided }),
      condition: episode.condition,
      severity: config.severity,
      message: this.#usesRuleMessage(decision) ? episode.message : plainMessage(config, context),
    };
  }

  #link({ group, by, window }: Episode): string | undefined {
    const { config, kibanaQuery = config.where } = this.#rule;
    return discoverLink(this.#kibana, { query: kibanaQuery, names: config.by, by, group, window });
  }
}
