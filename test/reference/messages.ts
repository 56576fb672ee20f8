/** Whom a rule tells what, and when: of alerts that are known from beginning to end. */
import type { Millis } from '../../src/model.ts';

/** An alert as far as messages go. */
export interface Raised {
  group: string;
  /** When it became active. */
  raised: Millis;
  end: Millis | undefined;
  /** The first window at or after that time at which it is open and does not recover; undefined: none. */
  openFrom: (time: Millis) => Millis | undefined;
}

export interface Message {
  group: string;
  says: 'active' | 'inactive';
  /** When that happened. */
  of: Millis;
  /** When it is told. */
  at: Millis;
}

export interface Cooldown {
  cooldown: Millis;
  cooldownGrowth: number;
  cooldownMax: Millis;
}

/** The alerts of one group, in order. An alert is told when it is raised, or as soon after it as the cooldown lets it. */
export function messagesOf(alerts: Raised[], config: Cooldown, through: Millis): Message[] {
  const messages: Message[] = [];
  let last: { at: Millis; quiet: Millis } | undefined;
  for (const { group, raised, end, openFrom } of alerts) {
    const at = openFrom(last === undefined ? raised : Math.max(raised, last.at + last.quiet));
    if (at === undefined || at > through) continue;
    messages.push({ group, says: 'active', of: raised, at });
    if (end !== undefined) messages.push({ group, says: 'inactive', of: end, at: end });
    last = { at, quiet: quietAfter(at, last, config) };
  }
  return messages;
}

/** Longer after each one that came within twice the time, up to the most; otherwise as it was at first. */
function quietAfter(
  at: Millis,
  last: { at: Millis; quiet: Millis } | undefined,
  { cooldown, cooldownGrowth, cooldownMax }: Cooldown,
): Millis {
  if (cooldownGrowth === 1 || last === undefined || at >= last.at + 2 * last.quiet) return cooldown;
  return Math.max(cooldown, Math.min(last.quiet * cooldownGrowth, cooldownMax));
}
