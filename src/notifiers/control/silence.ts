import * as z from 'zod';
import { LogboomError } from '../../errors.ts';
import type { Millis } from '../../model.ts';
import { formatDuration, parseDuration } from '../../util/text.ts';
import { formatMatcher, parseMatcher } from './matcher.ts';

/** A silence as it lies on disk. Times are wall times. */
export interface Silence {
  id: string;
  /** Matchers in their usual form; all must hold. */
  matchers: string[];
  /** KQL over the alert's document; it must match too. */
  query?: string;
  author: string;
  comment: string;
  startsAt: Millis;
  /** Infinite for one that lasts until its alerts have ended. */
  endsAt: Millis;
  createdAt: Millis;
  /** It ends when no alert that it matches is open any more. */
  untilResolved?: true;
  /** It ends when an alert of a group joins that was not open at its beginning. */
  endsOnNewGroup?: true;
  /** Rule and group of the alerts that it matched at its beginning, for `endsOnNewGroup`. */
  groups?: string[];
  /** Why it ended before its time. */
  endReason?: string;
}

type SilenceState = 'active' | 'pending' | 'expired';

export function stateOf(
  { startsAt, endsAt }: Pick<Silence, 'startsAt' | 'endsAt'>,
  now: Millis,
): SilenceState {
  return now >= endsAt ? 'expired' : now < startsAt ? 'pending' : 'active';
}

const text = z.string().trim().min(1).max(2_000);
/** Dates of years with more digits are no text that other programs read. */
const lastMoment: Millis = Date.UTC(9999, 11, 31);
const time = z.union([z.iso.datetime({ offset: true }), z.number().min(0).max(lastMoment)]);

/** The body of `POST /silences`. */
const requestSchema = z.strictObject({
  matchers: z.array(text).max(50).default([]),
  query: text.optional(),
  author: text.max(200),
  comment: text,
  startsAt: time.optional(),
  endsAt: time.optional(),
  duration: text.optional(),
  untilResolved: z.boolean().optional(),
  endsOnNewGroup: z.boolean().optional(),
});

/** Silences with a duration end after ten years at the latest, and those without an end, too. */
const longest: Millis = 3_650 * 86_400_000;

/** Reads a request for a silence. Throws `USAGE` with the remedy for what cannot work. */
export function readSilence(body: unknown, id: string, now: Millis): Silence {
  const parsed = requestSchema.safeParse(body);
  if (!parsed.success) throw usage(parsed.error.issues.map(issueText).join('; '));
  const asked = parsed.data;
  const matchers = asked.matchers.map((one) => formatMatcher(parseMatcher(one)));
  if (matchers.length === 0 && asked.query === undefined)
    throw usage('A silence of all alerts needs a matcher that says so, such as `rule=~".+"`.');
  const startsAt = asked.startsAt === undefined ? now : timeOf(asked.startsAt);
  const endsAt = endOf(asked, startsAt);
  if (endsAt <= now) throw usage(`The silence would end at ${iso(endsAt)}, which is in the past.`);
  if (endsAt <= startsAt) throw usage('The silence would end before it begins.');
  return {
    ...{ id, matchers, author: asked.author, comment: asked.comment, startsAt, endsAt, createdAt: now },
    ...(asked.query !== undefined && { query: asked.query }),
    ...(asked.untilResolved && { untilResolved: true }),
    ...(asked.endsOnNewGroup && { endsOnNewGroup: true }),
  };
}

function endOf({ endsAt, duration, untilResolved }: z.infer<typeof requestSchema>, startsAt: Millis): Millis {
  if (endsAt !== undefined && duration !== undefined)
    throw usage('`endsAt` and `duration` are both set. Keep one of them.');
  if (endsAt !== undefined) return timeOf(endsAt);
  if (duration === undefined) {
    if (untilResolved) return startsAt + longest;
    throw usage('The silence has no end. Set `duration` (`2h`), `endsAt`, or `untilResolved`.');
  }
  const length = parseDuration(duration);
  if (length === undefined || length <= 0)
    throw usage(`\`${duration}\` is no duration. Write one such as \`2h\`.`);
  if (length > longest) throw usage(`\`${duration}\` is too long. Use ${formatDuration(longest)} or less.`);
  return startsAt + length;
}

const timeOf = (given: string | number) => (typeof given === 'number' ? given : Date.parse(given));
const issueText = ({ path, message }: z.core.$ZodIssue) =>
  path.length === 0 ? message : `\`${path.join('.')}\`: ${message}`;
const usage = (message: string) => new LogboomError('USAGE', message);
const iso = (at: Millis) => new Date(at).toISOString();
