import { randomUUID } from 'node:crypto';
import type { Database } from 'lmdb';
import { LogboomError } from '../../errors.ts';
import type { Episode, Fields, Millis } from '../../model.ts';
import { fieldsOf } from './alert-fields.ts';
import { forgetSlowMatchers, labelsOf, matchesAll, parseMatcher } from './matcher.ts';
import { readSilence, type Silence, stateOf } from './silence.ts';
import type { Tables } from './tables.ts';

/** A KQL query as a test. It belongs to an outer layer and is handed over. Throws `KQL_SYNTAX`. */
export type CompileQuery = (text: string) => (fields: Fields) => boolean;

type Test = (episode: Episode) => boolean;

/** How long an expired silence is shown. */
const shownFor: Millis = 120 * 3_600_000;
const mostSilences = 10_000;

/** The silences of people: on disk in the table `silences`, and compiled in memory. Belongs to the main thread. */
export class Silences {
  readonly #tables: Tables;
  readonly #stored: Database<Silence, string>;
  readonly #compileQuery: CompileQuery;
  readonly #silences = new Map<string, { silence: Silence; matches: Test }>();

  constructor(tables: Tables, compileQuery: CompileQuery) {
    this.#tables = tables;
    this.#compileQuery = compileQuery;
    this.#stored = tables.table('silences');
    for (const { value } of this.#stored.getRange()) this.#note(value);
  }

  /** All silences, the latest first. */
  list(): Silence[] {
    return [...this.#silences.values()]
      .map(({ silence }) => silence)
      .sort((a, b) => b.createdAt - a.createdAt);
  }

  /** Number of silences that hold now. */
  active(now: Millis): number {
    return this.list().filter((silence) => stateOf(silence, now) === 'active').length;
  }

  /** Adds a silence. `open`: the open alerts. Rejects with `USAGE` or `KQL_SYNTAX` where the request cannot work. */
  async add(body: unknown, open: Iterable<Episode>, now: Millis): Promise<Silence> {
    const asked = readSilence(body, randomUUID(), now);
    if (this.#silences.size >= mostSilences)
      throw new LogboomError('USAGE', `There are ${mostSilences} silences already.`);
    const matches = this.#test(asked);
    const matched = [...open].filter(matches);
    if (asked.untilResolved && matched.length === 0)
      throw new LogboomError(
        'USAGE',
        'No open alert matches, so a silence until it is resolved would end at once.',
      );
    const silence = asked.endsOnNewGroup ? { ...asked, groups: [...new Set(matched.map(groupOf))] } : asked;
    await this.#tables.transaction(() => void this.#stored.put(silence.id, silence));
    this.#silences.set(silence.id, { silence, matches });
    return silence;
  }

  /** Number of alerts that a silence matches. */
  countMatching(id: string, open: Iterable<Episode>): number {
    const matches = this.#silences.get(id)?.matches;
    return matches === undefined ? 0 : [...open].filter(matches).length;
  }

  /** Ends a silence now. Rejects with `USAGE` where there is none of that id, or it has ended. */
  async expire(id: string, reason: string, now: Millis): Promise<Silence> {
    const silence = this.#silences.get(id)?.silence;
    if (!silence) throw new LogboomError('USAGE', `There is no silence ${id}.`);
    if (stateOf(silence, now) === 'expired')
      throw new LogboomError('USAGE', `The silence ${id} has ended already.`);
    const ended = { ...silence, startsAt: Math.min(silence.startsAt, now), endsAt: now, endReason: reason };
    await this.#tables.transaction(() => void this.#stored.put(id, ended));
    this.#note(ended);
    return ended;
  }

  /** The silence that keeps an alert from notifying. */
  matching(episode: Episode, now: Millis): Silence | undefined {
    for (const { silence, matches } of this.#silences.values())
      if (stateOf(silence, now) === 'active' && !isJoining(silence, episode) && matches(episode))
        return silence;
    return undefined;
  }

  /** Ends silences whose alerts have ended, or that a new group joins, and forgets those that ended long ago. */
  async follow(open: ReadonlyMap<string, Episode>, now: Millis): Promise<void> {
    for (const { silence, matches } of [...this.#silences.values()]) {
      const state = stateOf(silence, now);
      if (state === 'expired' && now - silence.endsAt > shownFor) await this.#remove(silence.id);
      if (state !== 'active' || !(silence.untilResolved || silence.endsOnNewGroup)) continue;
      const reason = endReason(silence, [...open.values()].filter(matches));
      if (reason !== undefined) await this.expire(silence.id, reason, now);
    }
  }

  /** Wall time at which a silence begins or ends next; infinite where none does. */
  nextChange(now: Millis): Millis {
    const times = this.list().flatMap(({ startsAt, endsAt }) => [startsAt, endsAt].filter((at) => at > now));
    return Math.min(Number.POSITIVE_INFINITY, ...times);
  }

  /** Reads all matchers anew, because the configuration was loaded again: those that were given up are tried again. */
  readAgain(): void {
    forgetSlowMatchers();
    for (const { silence } of [...this.#silences.values()]) this.#note(silence);
  }

  async #remove(id: string): Promise<void> {
    await this.#tables.transaction(() => void this.#stored.remove(id));
    this.#silences.delete(id);
  }

  #note(silence: Silence): void {
    this.#silences.set(silence.id, { silence, matches: this.#test(silence) });
  }

  #test({ matchers, query }: Pick<Silence, 'matchers' | 'query'>): Test {
    return alertTest(matchers, query, this.#compileQuery);
  }
}

/** A test of an alert by matchers and a KQL query. */
export function alertTest(
  texts: readonly string[],
  query: string | undefined,
  compileQuery: CompileQuery,
): Test {
  const matchers = texts.map(parseMatcher);
  const fits = query === undefined ? undefined : compileQuery(query);
  return (episode) => matchesAll(matchers, labelsOf(episode)) && (fits?.(fieldsOf(episode)) ?? true);
}

const groupOf = ({ rule, group }: Episode) => `${rule}\n${group}`;

const isJoining = ({ endsOnNewGroup, groups = [] }: Silence, episode: Episode): boolean =>
  endsOnNewGroup === true && !groups.includes(groupOf(episode));

function endReason(silence: Silence, matched: readonly Episode[]): string | undefined {
  if (silence.untilResolved && matched.length === 0) return 'all alerts that it matched have ended';
  const joining = matched.find((episode) => isJoining(silence, episode));
  return joining && `the group ${joining.group || '(none)'} of ${joining.rule} joined`;
}
