import type { DiscoverConfig } from '../config/schema/kibana.ts';
import type { AlertState, Decided, Decision, Millis, Output, Transition } from '../model.ts';
import type { Snapshot } from '../util/snapshot.ts';
import { type Entry, type EpisodeRule, noEvidence, resumed } from './entry.ts';
import { type Change, EpisodeWriter, idOf } from './episode-writer.ts';
import { type EpisodesState, episodesFormat } from './episodes-state.ts';
import { EndedEpisodes, LateEvents, type Retention } from './late.ts';
import { HeldBack, notificationsOf, transitionOutput } from './notifications.ts';

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

const withoutEpisode = { status: 'inactive', start: undefined, calm: undefined, early: undefined } as const;

/**
 * The episodes of one rule, open ones by group. It records what decisions say and decides nothing. The same changes give
 * the same outputs under the same ids.
 */
export class Episodes {
  readonly #rule: EpisodeRule;
  readonly #writer: EpisodeWriter;
  readonly #entries = new Map<string, Entry>();
  readonly #ended: EndedEpisodes;
  readonly #isCorrected: boolean;
  readonly #lateEvents = new LateEvents();
  readonly #heldBack: HeldBack;
  /** Set where another rule had the name before. */
  generation: Generation | undefined;

  constructor(rule: EpisodeRule, kibana: DiscoverConfig = {}, retention?: Retention) {
    this.#rule = rule;
    this.#ended = new EndedEpisodes(retention);
    this.#isCorrected = retention !== undefined;
    this.#writer = new EpisodeWriter(rule, kibana);
    this.#heldBack = new HeldBack(rule.config);
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

  /** The episodes of a group that are open or ended after that time, those that ended first. */
  after(group: string, time: Millis): Entry[] {
    const open = this.#entries.get(group);
    const ended = this.#ended.of(group, time).filter(({ episode }) => episode.end! > time);
    return open === undefined ? ended : [...ended, open];
  }

  /** Replaces the episodes that `after` returns for that time. */
  replaceAfter(group: string, time: Millis, entries: readonly Entry[]): void {
    const isOver = ({ episode }: Entry) => episode.end !== undefined;
    const earlier = this.#ended.of(group, time).filter(({ episode }) => episode.end! <= time);
    this.#ended.replace(group, [...earlier, ...entries.filter(isOver)]);
    const open = entries.find((entry) => !isOver(entry));
    if (open === undefined) this.#entries.delete(group);
    else this.#entries.set(group, open);
  }

  /** Notifiers were notified of the open episode of the group. */
  wasNotified(group: string): void {
    const open = this.#entries.get(group);
    if (open !== undefined && this.#isCorrected) open.notified = true;
  }

  openOf(group: string): Entry | undefined {
    return this.#entries.get(group);
  }

  /** Event time up to which episodes may be missing that `after` should return. */
  get forgottenThrough(): Millis {
    return this.#ended.forgottenThrough;
  }

  /** Number of ended episodes that were forgotten because a rule had too many. */
  get forgotten(): number {
    return this.#ended.forgotten;
  }

  /** Gives back memory that is shared with other rules. */
  release(): void {
    this.#ended.release();
  }

  /** Ends a group's open episode without an observation, because its rule goes. Puts nothing out where there is none. */
  end(group: string, { at, reason, state }: Ending): Output[] {
    const entry = this.#entries.get(group);
    if (!entry) return [];
    const { by, window, value, count } = entry.episode;
    const decision: Decision = {
      state: { ...state, ...withoutEpisode, updated: at },
      reason,
      transition: { from: state.status, to: 'inactive', at, reason },
      update: false,
      notify: { send: state.notified, reason },
    };
    const observation = { at, since: at, window, value, count, early: false };
    return this.apply({ group, by, decision, observation, evidence: noEvidence });
  }

  endWithheld(group: string, at: Millis, { withheld }: AlertState): Output[] {
    return withheld ? this.#heldBack.digest(group, at, withheld) : [];
  }

  snapshot(): Snapshot<EpisodesState> {
    const [open, withheld] = [
      [...this.#entries.values()].map((entry) => ({ ...entry })),
      this.#heldBack.state(),
    ];
    const known = new Set([...this.#entries.values(), ...this.#ended.entries]);
    const unreported = this.#lateEvents.besides(known).map((entry) => ({ ...entry }));
    const others = unreported.length === 0 ? {} : { unreported };
    return episodesFormat.write({ open, ...this.#ended.snapshot(), withheld, ...others });
  }

  restore(snapshot: Snapshot<EpisodesState>): void {
    const { open, ended, withheld = [], forgotten, unreported = [] } = episodesFormat.read(snapshot);
    this.#heldBack.restore(withheld);
    this.#entries.clear();
    for (const entry of open) this.#entries.set(entry.episode.group, { ...entry });
    const restored = [...this.#entries.values(), ...this.#ended.restore(ended, forgotten)];
    this.#lateEvents.restore([...restored, ...unreported.map((entry) => ({ ...entry }))]);
  }

  #close(entry: Entry): void {
    this.#entries.delete(entry.episode.group);
    if (entry.raised) this.#ended.add(entry);
  }

  /** Puts out an episode that ended before the open one began. */
  #applyApart(change: Change, [begun, over]: [Decided, Decided]): Output[] {
    const entry = this.#begin({ ...change, ...begun });
    const put = (decided: Decided) => this.#put(entry, { ...change, ...decided });
    const outputs = [...put(begun), ...put(over)];
    this.#ended.add(entry);
    return outputs;
  }

  #put(entry: Entry, change: Change): Output[] {
    const { transition, state, notify } = change.decision;
    // Until its window is over, an alert that was raised early shows the observation that raised it.
    const observation = state.early?.observation ?? change.observation;
    const shown = { ...change, observation };
    entry.raised ||= state.status === 'active';
    entry.reason = change.decision.reason;
    entry.episode = this.#writer.next(entry, shown);
    this.#lateEvents.reported(entry);
    const written = transition && this.#writer.transition(entry, shown, transition);
    const outputs: Output[] = [];
    if (written) outputs.push(transitionOutput(written, entry.episode, notify, this.#rule.config.notify));
    if (entry.raised) outputs.push({ kind: 'episode', episode: entry.episode });
    outputs.push(...this.#notify(entry, written, change));
    return outputs;
  }

  #begin(change: Change): Entry {
    const { group, decision, observation } = change;
    const start = decision.state.start ?? observation.since;
    const { id, withdrawn } = this.#freeId(group, start);
    const episode = this.#writer.begin(id, start, change);
    const reach = start - observation.window.start;
    const entry = { episode, transitions: 0, raised: false, reach, unreported: 0, reason: decision.reason };
    return withdrawn === undefined ? entry : resumed(entry, withdrawn);
  }

  /** An id that no other episode has, or that of one which late events withdrew and which is raised again. */
  #freeId(group: string, start: Millis): { id: string; withdrawn?: Entry } {
    let id = this.#idOf(group, start);
    for (;;) {
      const taken = this.#ended.of(group, start).find(({ episode }) => episode.id === id);
      if (taken === undefined) return { id };
      if (taken.episode.withdrawn) return { id, withdrawn: taken };
      id = `${id}~again`;
    }
  }

  #idOf(group: string, start: Millis): string {
    const { generation } = this;
    const id = idOf(this.#rule.config.name, group, start);
    return generation && start <= generation.until ? `${id}~${generation.number}` : id;
  }

  /** Notifications of a transition, of the delayed one, which is kept until it is sent or no longer due, or a digest. */
  #notify(entry: Entry | undefined, transition: Transition | undefined, change: Change): Output[] {
    const { notify, state } = change.decision;
    const due = entry?.held ?? transition;
    if (entry !== undefined) {
      const isOver = transition?.to === 'inactive' && (notify.digest || !notify.send);
      if (entry.held && isOver) this.#heldBack.set(change.group, { transition, episode: entry.episode });
      entry.held = state.held ? due : undefined;
    }
    const { at } = change.observation;
    if (notify.digest) return this.#heldBack.digest(change.group, at, notify.withheld!);
    if (!entry || !due || !notify.send) return [];
    if (notify.withheld) this.#heldBack.named(change.group);
    if (this.#isCorrected) entry.notified = true;
    return notificationsOf(this.#rule.config, due, entry.episode, at, notify.withheld);
  }
}
