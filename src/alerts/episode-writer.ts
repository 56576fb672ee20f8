import { createHash } from 'node:crypto';
import type { DiscoverConfig } from '../config/schema/kibana.ts';
import type { Decision, Episode, Millis, Observation, RuleDefinition, Scalar, Transition } from '../model.ts';
import { discoverLink } from './discover.ts';
import { definitionOf, type Entry, type EpisodeRule, type Evidence } from './entry.ts';
import { withLate } from './late.ts';
import { contextOf, type MessageContext, plainMessage, showEvidence } from './notifications.ts';
import { type Message, templateOf } from './template.ts';

/** Elasticsearch takes ids of up to 512 bytes; a notifier's name or a number is still to be appended. */
const longestName = 200;

/**
 * Names one episode or window: rule, group and time, so that a replay gives the same id. Readable, of ASCII letters,
 * digits and `. _ - ~ % :` only, and different for different rules and groups: other bytes are written as `%3F`, and a
 * long name ends with its hash.
 */
export function idOf(rule: string, group: string, time: Millis): string {
  return `${safe(rule)}~${safe(group)}~${new Date(time).toISOString()}`;
}

/** Whether an id of an episode or window, or its part before the first `~`, is one of the rule. */
export function isOfRule(id: string, rule: string): boolean {
  return id.split('~', 1)[0] === safe(rule);
}

function safe(name: string): string {
  if (/^[\w.-]{0,200}$/.test(name)) return name;
  const escaped = Buffer.from(name)
    .toString('latin1')
    .replace(/[^\w.-]/g, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
  if (escaped.length <= longestName) return escaped;
  const digest = createHash('sha256').update(name).digest('base64url').slice(0, 22);
  return `${escaped.slice(0, longestName - 23)}~${digest}`;
}

/** A decision that changed something, with the observation that led to it. */
export interface Change {
  group: string;
  by: Record<string, Scalar>;
  decision: Decision;
  observation: Observation;
  /** The lines that show why the alert is open. */
  evidence: () => Evidence;
}

/**
 * Makes the documents of a rule: each revision of an episode, and its transitions. It keeps no state of its own; it counts
 * transitions in the entry. Ids follow from rule, group and start, so a replay makes equal documents.
 */
export class EpisodeWriter {
  readonly #rule: EpisodeRule;
  readonly #kibana: DiscoverConfig;
  readonly #message: Message | undefined;
  readonly #recovery: Message | undefined;
  readonly #definition: RuleDefinition;

  constructor(rule: EpisodeRule, kibana: DiscoverConfig) {
    this.#rule = rule;
    this.#kibana = kibana;
    this.#message = templateOf(rule.config, rule.config.message);
    this.#recovery = templateOf(rule.config, rule.config.recoveryMessage);
    this.#definition = definitionOf(rule.config);
  }

  /**
   * The first form of an episode, with all of its fields in the order of `packedEpisode`: an episode has the same bytes whether or not a restart lies in
   * it. Its id keeps this start; `start` may be corrected to an earlier time.
   */
  begin(id: string, start: Millis, { group, by, decision, observation }: Change): Episode {
    const { name, severity, when: condition = '', labels, runbook } = this.#rule.config;
    const { value, count, window, at: updated } = observation;
    return {
      ...{
        id,
        rule: name,
        group,
        by,
        status: 'inactive',
        severity,
        start,
        end: undefined,
        detected: undefined,
      },
      ...{ updated, decided: undefined, value, peak: undefined, count },
      ...{ condition, reason: decision.reason, message: '', window, span: undefined },
      ...{ definition: this.#definition, created: undefined, samples: [], omitted: 0 },
      ...{ revision: 0, lateCount: 0, late: undefined, corrected: undefined, withdrawn: undefined },
      ...{ flapping: false, labels, runbook, url: undefined, slo: undefined },
    };
  }

  /** The next revision: a new object, because outputs that were put out before hold the old one. */
  next(entry: Entry, { decision, observation, evidence }: Change): Episode {
    const { episode, raised, unreported } = entry;
    const { state, reason, transition } = decision;
    const open = state.status !== 'inactive';
    const next: Episode = {
      ...episode,
      status: state.status,
      start: state.start ?? episode.start,
      end: open ? undefined : transition?.at,
      detected:
        episode.detected ??
        (transition?.to === 'active'
          ? Math.min(transition.at, observation.decided ?? transition.at)
          : undefined),
      updated: Math.max(transition?.at ?? 0, state.updated ?? 0, episode.updated),
      decided: open ? observation.decided : undefined,
      value: observation.value,
      peak: state.peak ?? episode.peak,
      count: observation.count,
      reason: withLate(reason, episode.lateCount + unreported),
      window: open ? observation.window : episode.window,
      span: {
        start: (state.start ?? episode.start) - entry.reach,
        end: open ? observation.window.end : Math.max(episode.window.end, transition?.at ?? 0),
      },
      definition: this.#definition,
      ...showEvidence(entry, evidence),
      revision: raised ? episode.revision + 1 : episode.revision,
      lateCount: episode.lateCount + unreported,
      flapping: state.flapping,
      severity: state.severity ?? episode.severity,
      ...(observation.slo && { slo: observation.slo }),
    };
    next.message = this.#messageOf(next, decision, observation);
    const url = this.#link(next);
    return url === undefined ? next : { ...next, url };
  }

  /** An open alert keeps its message where the condition does not hold. The message of an ended alert is about its peak. */
  #messageOf(next: Episode, decision: Decision, observation: Observation): string {
    const { state, reason } = decision;
    const open = state.status !== 'inactive';
    const isWritten = this.#usesRuleMessage(decision) && decision.keepsMessage !== true;
    if (isWritten || next.message === '')
      return this.#write(open ? this.#message : this.#recovery, contextOf(next, observation, reason));
    const { peakSeen } = state;
    if (open || peakSeen === undefined || peakSeen.value !== state.peak) return next.message;
    const { value, count, window } = peakSeen;
    const context = contextOf(next, { value, count, window, at: window.end }, peakSeen.reason);
    return this.#write(this.#message, context);
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
    const context = contextOf(episode, observation, change.reason);
    const recovery = change.to === 'inactive' ? this.#recovery : undefined;
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
      severity: episode.severity,
      ...(observation.slo && { slo: observation.slo }),
      message: this.#usesRuleMessage(decision) ? episode.message : this.#write(recovery, context),
    };
  }

  #write(template: Message | undefined, context: MessageContext): string {
    return template === undefined ? plainMessage(this.#rule.config, context) : template(context);
  }

  /** From the first window of the episode to its last one. */
  #link({ group, by, window, start, end = 0 }: Episode): string | undefined {
    if (this.#kibana.url === undefined) return undefined;
    const { config, kibanaQuery = config.where, columns = [] } = this.#rule;
    const span = { start: Math.min(window.start, start), end: Math.max(window.end, end) };
    const view = { query: kibanaQuery, names: config.by, by, group, window: span, columns };
    return discoverLink(this.#kibana, view);
  }
}
