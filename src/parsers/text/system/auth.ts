import type { JsonObject } from '../../../events/index.ts';
import { type Groups, ipOf } from '../text-format.ts';
import { type AuthMessage, authentication, byProgram, pam } from './auth-messages.ts';

/** The fields of a message about logins, sessions and accounts; nothing for any other message. */
export function readAuthMessage(program: unknown, message: string): JsonObject {
  if (typeof program !== 'string') return {};
  const known = Object.hasOwn(byProgram, program)
    ? byProgram[program]!
    : message.startsWith('pam_')
      ? pam
      : [];
  for (const kind of known) {
    const groups = kind.pattern.exec(message)?.groups;
    if (groups) return fieldsOf(kind, groups);
  }
  return {};
}

function fieldsOf({ action, outcome, category, type, more }: AuthMessage, groups: Groups): JsonObject {
  const { user, address, port } = groups;
  const name = user === undefined || user === '' ? undefined : user;
  const where = address === undefined || address === '' ? undefined : address;
  const ip = ipOf(where);
  return {
    'event.kind': 'event',
    'event.action': action,
    'event.category': category ?? authentication,
    'event.type': type ?? ['info'],
    'event.outcome': outcome,
    'user.name': name,
    'source.address': where,
    'source.ip': ip,
    'source.port': port === undefined ? undefined : Number(port),
    'related.user': name === undefined ? undefined : [name],
    'related.ip': ip === undefined ? undefined : [ip],
    ...more?.(groups),
  };
}
