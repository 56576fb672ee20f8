import type { Database } from 'lmdb';
import type { Millis, Notification } from '../../model.ts';
import type { Tables } from './tables.ts';

/** A group of alerts within a route. Times are wall times. */
export interface Group {
  key: string;
  /** Id of the route. */
  route: string;
  labels: Record<string, string>;
  /** Names the thread of its messages. */
  thread: string;
  /** When it is looked at next. */
  due: Millis;
  /** A member waits because something keeps it from notifying. */
  waiting: boolean;
  /** Messages so far, and when the last one was sent. */
  messages: number;
  sentAt?: Millis;
  /** Repetitions since the last change. */
  repeats: number;
}

/** An alert in a group. */
export interface Member {
  /** The latest notification of it. */
  notification: Notification;
  /** When it came into the group. */
  since: Millis;
  /** When the first message went out that says it is active. */
  sent?: Millis;
  /** The next route was asked to notify. */
  escalated?: true;
}

export const isOpen = ({ notification }: Pick<Member, 'notification'>): boolean =>
  notification.transition.to !== 'inactive';

/** Never due by time. */
export const never: Millis = Number.MAX_SAFE_INTEGER;

interface Times {
  due: Millis;
  waiting: boolean;
  route: string;
}

/**
 * The groups and their members: on disk in the tables `groups` (key → `Group`) and `members` ([key, episode] → `Member`), and by
 * their times and episodes in memory. Belongs to the main thread. Methods that write run within a transaction of the caller.
 */
export class GroupStore {
  readonly #groups: Database<Group, string>;
  readonly #members: Database<Member, [key: string, episode: string]>;
  readonly #times = new Map<string, Times>();
  readonly #keysOf = new Map<string, Set<string>>();

  constructor(tables: Tables) {
    this.#groups = tables.table('groups');
    this.#members = tables.table('members');
    for (const { value } of this.#groups.getRange()) this.#times.set(value.key, timesOf(value));
    for (const [key, episode] of this.#members.getKeys()) this.#index(key, episode);
  }

  get size(): number {
    return this.#times.size;
  }

  /** Number of groups in which a member waits. */
  get waiting(): number {
    return [...this.#times.values()].filter(({ waiting }) => waiting).length;
  }

  get(key: string): Group | undefined {
    return this.#groups.get(key);
  }

  memberOf(key: string, episode: string): Member | undefined {
    return this.#members.get([key, episode]);
  }

  membersOf(key: string): [episode: string, member: Member][] {
    return [...this.#members.getRange({ start: [key, ''], end: [key, '\uffff'] })].map(
      ({ key: [, episode], value }) => [episode, value],
    );
  }

  /** Keys of the groups that an alert is in. */
  keysOf(episode: string): ReadonlySet<string> {
    return this.#keysOf.get(episode) ?? new Set();
  }

  /** Keys of groups that are due, `limit` at most. */
  due(now: Millis, limit: number): string[] {
    const keys: string[] = [];
    for (const [key, { due }] of this.#times) {
      if (due <= now) keys.push(key);
      if (keys.length === limit) break;
    }
    return keys;
  }

  /** Wall time at which a group is due next; infinite where none is. */
  get nextDue(): Millis {
    let next = Number.POSITIVE_INFINITY;
    for (const { due } of this.#times.values()) if (due < never && due < next) next = due;
    return next;
  }

  /** Has the groups looked at anew in which a member waits, or whose route is not known any more. */
  recheck(now: Millis, isKnown: (route: string) => boolean): void {
    for (const times of this.#times.values())
      if (times.waiting || !isKnown(times.route)) times.due = Math.min(times.due, now);
  }

  put(group: Group): void {
    void this.#groups.put(group.key, group);
    this.#times.set(group.key, timesOf(group));
  }

  remove(key: string): void {
    void this.#groups.remove(key);
    this.#times.delete(key);
  }

  putMember(key: string, episode: string, member: Member): void {
    void this.#members.put([key, episode], member);
    this.#index(key, episode);
  }

  removeMember(key: string, episode: string): void {
    void this.#members.remove([key, episode]);
    const keys = this.#keysOf.get(episode);
    keys?.delete(key);
    if (keys?.size === 0) this.#keysOf.delete(episode);
  }

  #index(key: string, episode: string): void {
    const keys = this.#keysOf.get(episode) ?? new Set();
    this.#keysOf.set(episode, keys.add(key));
  }
}

const timesOf = ({ due, waiting, route }: Group): Times => ({ due, waiting, route });
