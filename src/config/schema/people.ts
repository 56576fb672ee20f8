import { z } from 'zod';
import { didYouMean } from '../load/issues.ts';
import { notAn } from './values.ts';

const addressPattern = /^(?:[^\s@<>,;]+@[^\s@<>,;]+|[^<>@,;\r\n]+<[^\s@<>,;]+@[^\s@<>,;]+>)$/;

/** An e-mail address, with or without a name: `ann@example.com`, `Ann Lee <ann@example.com>`. */
export const address = z
  .string()
  .regex(
    addressPattern,
    notAn('e-mail address', 'Write an address such as `ann@example.com` or `Ann Lee <ann@example.com>`.'),
  );

/** An address, or the name of a group of people. Whether the group exists is checked with the whole configuration. */
export const recipient = z.string().min(1);

export const people = z
  .record(z.string(), z.array(address).min(1))
  .default({})
  .describe('Groups of people by name, each with e-mail addresses. Recipients may name a group.');

/** What is wrong with a recipient; undefined where it is an address or a known group. */
export function recipientProblem(
  text: string,
  groups: Readonly<Record<string, readonly string[]>>,
): { message: string; remedy: string } | undefined {
  if (Object.hasOwn(groups, text) || addressPattern.test(text)) return undefined;
  if (text.includes('@')) {
    const remedy = 'Write an address such as `ann@example.com` or `Ann Lee <ann@example.com>`.';
    return { message: `\`${text}\` is not an e-mail address.`, remedy };
  }
  const known = Object.keys(groups);
  const message = `\`${text}\` is neither an e-mail address (it has no @) nor a group of \`people\`${didYouMean(text, known) || '.'}`;
  return { message, remedy: 'Write an address, or declare the group under `people`.' };
}
