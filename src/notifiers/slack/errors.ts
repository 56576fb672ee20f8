import { NotifierError } from '../notifier.ts';
import { oneLine } from '../transport/http.ts';

/** Errors of `chat.postMessage` after which another attempt may succeed (docs.slack.dev, method chat.postMessage). */
const transient = new Set([
  'ratelimited',
  'rate_limited',
  'message_limit_exceeded',
  'service_unavailable',
  'internal_error',
  'fatal_error',
  'request_timeout',
  'team_added_to_org',
]);

const newToken = 'set a valid bot token in `token`';
const permission = 'give the app the scope `chat:write` and reinstall it';
const otherChannel = 'set another `channel`, or allow the app to post there in the workspace';

/** Errors caused by the setup and not by the notification, with the remedy. Notifications wait until it is corrected. */
const remedies: Record<string, string> = {
  not_in_channel: 'invite the app into the channel (/invite @app)',
  channel_not_found: 'set an existing `channel`, and invite the app if it is private',
  is_archived: 'unarchive the channel, or set another `channel`',
  invalid_auth: newToken,
  not_authed: newToken,
  token_revoked: newToken,
  token_expired: newToken,
  account_inactive: newToken,
  not_allowed_token_type: newToken,
  missing_scope: permission,
  no_permission: permission,
  access_denied: permission,
  ekm_access_denied: otherChannel,
  org_login_required: otherChannel,
  restricted_action: otherChannel,
  restricted_action_read_only_channel: otherChannel,
  restricted_action_non_threadable_channel: otherChannel,
  restricted_action_thread_only_channel: otherChannel,
  team_access_not_granted: otherChannel,
  enterprise_is_restricted: otherChannel,
  messages_tab_disabled: otherChannel,
};

/** The message that the thread begins with was deleted, or the channel allows no answers. */
const threadless = new Set([
  'thread_not_found',
  'cannot_reply_to_message',
  'restricted_action_non_threadable_channel',
]);

/** What to leave out of a message that Slack refused for this part of it. */
export function refusedPart(error: string): 'thread' | 'blocks' | undefined {
  if (threadless.has(error)) return 'thread';
  return error.startsWith('invalid_blocks') ? 'blocks' : undefined;
}

export function errorOf(error: string): NotifierError {
  const answer = `Slack answered ${error}`;
  if (transient.has(error)) return new NotifierError('NOTIFIER_UNAVAILABLE', answer);
  const remedy = Object.hasOwn(remedies, error) ? remedies[error] : undefined;
  if (remedy === undefined) return new NotifierError('NOTIFIER_REFUSED', answer);
  return new NotifierError('NOTIFIER_MISCONFIGURED', `${answer}; ${remedy}`);
}

/** `chat.postMessage` reports errors in the body of a 200: `{"ok":false,"error":"channel_not_found"}`. */
export function answerIn(body: string): { ts: string | undefined } | { error: string } {
  try {
    const answer = JSON.parse(body) as { ok?: unknown; error?: unknown; ts?: unknown };
    if (answer.ok === true) return { ts: typeof answer.ts === 'string' ? answer.ts : undefined };
    return { error: oneLine(String(answer.error ?? 'an answer without `ok`')).slice(0, 100) };
  } catch {
    return { error: 'an answer that is not JSON' };
  }
}
