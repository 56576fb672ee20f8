import * as z from 'zod';
import { notificationsOf } from '../../alerts/notifications.ts';
import type { AlertSettings } from '../../config/schema/rule-settings.ts';
import type { Episode, Millis, Output, Transition } from '../../model.ts';
import { number, objectOf } from '../../util/snapshot.ts';
import type { LatePolicy } from './settings.ts';

/** Event time for which notifications of late changes are collected in a digest. */
const digestEvery = 600_000;
/** Alerts that a digest names. */
const mostNamed = 10;

export interface LateNoticesState {
  /** End of the time for which notifications are collected. */
  due: Millis | null;
  /** Alerts since the last digest. */
  count: number;
  names: string[];
  last: { transition: Transition; episode: Episode } | null;
}

export const lateNoticesState = objectOf<LateNoticesState>({
  due: number.nullable(),
  count: number,
  names: z.array(z.string()),
  last: z.custom<LateNoticesState['last']>((value) => typeof value === 'object'),
});

interface LateNoticesParts {
  config: Pick<AlertSettings, 'notify' | 'measure' | 'recipients'>;
  policy: LatePolicy;
}

/** Notifies of what late events changed: of each change, of many at once, or not at all. Times are event times. */
export class LateNotices {
  readonly #parts: LateNoticesParts;
  /** When the next digest is due; infinite where there is none. */
  due: Millis = Number.POSITIVE_INFINITY;
  #state: LateNoticesState = { due: null, count: 0, names: [], last: null };

  constructor(parts: LateNoticesParts) {
    this.#parts = parts;
  }

  /** The notifications of a change, of which people are notified now or with the next digest. */
  notify(transition: Transition, episode: Episode, now: Millis): Output[] {
    if (this.#parts.policy === 'record') return [];
    if (this.#parts.policy === 'notify')
      return notificationsOf(this.#parts.config, marked(transition), episode, now);
    const { group, rule } = transition;
    this.#state.due ??= now + digestEvery;
    this.due = this.#state.due;
    this.#state.count += 1;
    if (this.#state.names.length < mostNamed) this.#state.names.push(group === '' ? rule : group);
    this.#state.last = { transition, episode };
    return [];
  }

  /** The digest, where it is due. */
  advance(now: Millis): Output[] {
    const { last, due, count, names } = this.#state;
    if (last === null || due === null || now < due) return [];
    this.#state = { due: null, count: 0, names: [], last: null };
    this.due = Number.POSITIVE_INFINITY;
    const { transition, episode } = last;
    if (count === 1) return notificationsOf(this.#parts.config, marked(transition), episode, now);
    const named = `${names.join(', ')}${count > names.length ? ' and others' : ''}`;
    const message = `Late: events that came after their windows had closed changed ${count} alerts: ${named}. The last: ${transition.message}`;
    const digest: Transition = { ...transition, id: `${transition.id}-digest`, message };
    return notificationsOf(this.#parts.config, digest, { ...episode, message }, now);
  }

  state(): LateNoticesState {
    return { ...this.#state, names: [...this.#state.names] };
  }

  restore(state: LateNoticesState): void {
    this.#state = state;
    this.due = state.due ?? Number.POSITIVE_INFINITY;
  }
}

function marked(transition: Transition): Transition {
  return { ...transition, message: `Late: ${transition.message}` };
}
