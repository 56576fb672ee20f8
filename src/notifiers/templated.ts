import * as z from 'zod';
import { rateLimit } from '../config/schema/routing.ts';
import { duration, secret } from '../config/schema/values.ts';
import type { Notification } from '../model.ts';
import { cutToBytes, cutToLength, withEllipsis } from '../util/text.ts';
import { checkTemplate, fill } from './message/template.ts';
import { type Attempt, NotifierError, type NotifierKind } from './notifier.ts';
import { answered, failureOf, postJson } from './transport/http.ts';

/** The settings of every kind that reaches a peer. */
export const delivery = {
  timeout: duration('10s').describe('Timeout of one attempt.'),
  giveUpAfter: duration('24h').describe(
    'Age at which logboom drops an undelivered notification and logs it.',
  ),
  rate_limit: rateLimit,
};

/** An address that is a secret, because whoever knows it may post to it. */
export const secretUrl = z.url({ protocol: /^https?$/ }).meta({ secret: true });

export const headers = z
  .record(z.string(), secret)
  .default({})
  .describe('HTTP headers to send, such as `authorization`.');

/** The setting that all members of the family share. */
export const textTemplate = {
  text: z
    .string()
    .default('{{text}}')
    .describe('Template of the text: `{{title}}`, `{{value}}`, `{{host.name}}`. Default: all facts.'),
};

interface Call {
  url: string;
  headers?: Record<string, string>;
  body: Record<string, unknown>;
}

/** A service that takes JSON by HTTP: one member of the family of templated webhooks. */
interface Preset<Config> {
  /** `text` is filled in and short enough. */
  call(config: Config, text: string, notification: Notification, attempt: Attempt): Call;
  /** Characters of a text that the service accepts. */
  longest: number;
  /** Bytes of a text in UTF-8 that the service accepts, where it counts them. */
  mostBytes?: number;
  /** Words in an answer that is not 2xx which the operator can act on, with the remedy. */
  remedies?: readonly [words: RegExp, remedy: string][];
  /** What identifies the message, so that later ones can answer it. */
  threadIn?(body: string): string | undefined;
  /** The pause that the body of an answer asks for, in seconds. */
  pauseIn?(body: string): number | undefined;
}

/** The parts of a kind that follow from a preset. */
export function templated<Config extends { text: string }>(
  preset: Preset<Config>,
): Required<Pick<NotifierKind<Config>, 'check' | 'create'>> {
  const { remedies = [], longest, mostBytes = Number.POSITIVE_INFINITY } = preset;
  const judge = (answer: Parameters<typeof failureOf>[0]) => {
    const remedy = remedies.find(([words]) => words.test(answer.body))?.[1];
    if (remedy !== undefined)
      return new NotifierError('NOTIFIER_MISCONFIGURED', `${answered(answer)}; ${remedy}`);
    const failure = failureOf(answer);
    const pause = preset.pauseIn?.(answer.body);
    if (pause === undefined || !failure.retryable) return failure;
    return new NotifierError(failure.code as 'NOTIFIER_UNAVAILABLE', failure.message, {
      retryAfter: Math.max(failure.retryAfter ?? 0, pause * 1000),
    });
  };
  return {
    check({ text }, report, { fields }) {
      checkTemplate(text, ['text'], fields, report);
    },
    create: (config) => ({
      async send(notification, attempt) {
        const whole = String(fill<unknown>(config.text, notification));
        const text = withinBytes(shortened(whole, longest), mostBytes);
        const { body, ...request } = preset.call(config, text, notification, attempt);
        const answer = await postJson(body, request, attempt.signal, judge);
        return { answer: answered(answer), thread: attempt.thread ?? preset.threadIn?.(answer.body) };
      },
    }),
  };
}

/** Services count UTF-16 units or code points; cutting at a code point within the smaller number fits both. */
function shortened(text: string, most: number): string {
  return withEllipsis(text.length <= most ? text : cutToLength(text, most - 2), text);
}

const withinBytes = (text: string, most: number): string =>
  withEllipsis(
    Buffer.byteLength(text) <= most ? text : cutToBytes(text, most - Buffer.byteLength(' …')),
    text,
  );
