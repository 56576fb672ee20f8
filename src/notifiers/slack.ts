import type { SlackConfig } from '../config/schema/notifiers.ts';
import type { Notification } from '../model.ts';
import { cutToBytes, printable } from '../util/text.ts';
import { type Notifier, NotifierError, stateWord } from './notifier.ts';
import { postJson } from './post.ts';

/** Slack: an incoming webhook, or `chat.postMessage` with a bot token and a channel. */
export function createSlack(name: string, config: SlackConfig): Notifier {
  const { timeout, giveUpAfter } = config;
  const send = config.url !== undefined ? toWebhook(config.url) : toChannel(config);
  return { name, timeout, giveUpAfter, send };
}

/** Slack opens no address that a sender wrote, which would tell its owner that somebody reads. */
const plainly = { unfurl_links: false, unfurl_media: false };

function toWebhook(url: string): Notifier['send'] {
  return async (notification, signal) => {
    await postJson(url, { text: textOf(notification), ...plainly }, {}, signal);
  };
}

/** `chat.postMessage` says what it thinks in the body of a 200: `{"ok":false,"error":"channel_not_found"}`. */
function toChannel({ api, token, channel }: SlackConfig): Notifier['send'] {
  return async (notification, signal) => {
    const message = { channel, text: textOf(notification), parse: 'none', ...plainly };
    const headers = { authorization: `Bearer ${token}` };
    const { body } = await postJson(`${api}/chat.postMessage`, message, headers, signal);
    const error = refusalIn(body);
    if (error === undefined) return;
    if (passing.has(error)) throw new NotifierError('NOTIFIER_UNAVAILABLE', `Slack says ${error}`);
    const remedy = mendable[error];
    if (remedy === undefined) throw new NotifierError('NOTIFIER_REFUSED', `Slack says ${error}`);
    throw new NotifierError('NOTIFIER_MISCONFIGURED', `Slack says ${error}; ${remedy}`);
  };
}

/** Errors of `chat.postMessage` that another try may mend (docs.slack.dev, method chat.postMessage). */
const passing = new Set([
  'ratelimited',
  'rate_limited',
  'message_limit_exceeded',
  'service_unavailable',
  'internal_error',
  'fatal_error',
  'request_timeout',
  'team_added_to_org',
]);

const newToken = 'put a valid bot token into `token`';
const rightOf = 'give the app the scope `chat:write` and install it anew';
const elsewhere = 'name another `channel`, or let the workspace allow the app to post there';

/** Errors that are about the set-up and not about the message: once that is mended, the message goes through. */
const mendable: Record<string, string> = {
  not_in_channel: 'invite the app into the channel (/invite @app)',
  channel_not_found: 'name a `channel` that is there, and invite the app into it if it is private',
  is_archived: 'unarchive the channel, or name another `channel`',
  invalid_auth: newToken,
  not_authed: newToken,
  token_revoked: newToken,
  token_expired: newToken,
  account_inactive: newToken,
  not_allowed_token_type: newToken,
  missing_scope: rightOf,
  no_permission: rightOf,
  access_denied: rightOf,
  ekm_access_denied: elsewhere,
  org_login_required: elsewhere,
  restricted_action: elsewhere,
  restricted_action_read_only_channel: elsewhere,
  restricted_action_non_threadable_channel: elsewhere,
  restricted_action_thread_only_channel: elsewhere,
  team_access_not_granted: elsewhere,
  enterprise_is_restricted: elsewhere,
  messages_tab_disabled: elsewhere,
};

function refusalIn(body: string): string | undefined {
  try {
    const answer = JSON.parse(body) as { ok?: unknown; error?: unknown };
    return answer.ok === true
      ? undefined
      : String(answer.error ?? 'something that is no success').slice(0, 100);
  } catch {
    return 'something that is not JSON';
  }
}

/** Slack's own rule: these three characters are escaped, everything else stands for itself. */
const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Bytes. Slack cuts a message of more than 40,000 characters; nobody reads a group or a reason of more than this. */
const longestPart = 2_000;

const brief = (text: string) => {
  const shown = printable(text);
  const cut = cutToBytes(shown, longestPart);
  return cut === shown ? shown : `${cut} …`;
};

/**
 * The message's own line breaks are the rule's. Group and reason hold what senders wrote, which must not add a line
 * that looks like logboom's.
 */
export function textOf(notification: Notification): string {
  const { transition, episode } = notification;
  const lines = [
    `Alert '${transition.rule}' changed state to ${stateWord(notification)}`,
    transition.message,
    ...(transition.group === '' ? [] : [`Group: ${brief(transition.group)}`]),
    `Value: ${transition.value ?? 'nothing to measure'} (${transition.condition}), severity ${transition.severity}`,
    `Reason: ${brief(transition.reason)}`,
    ...(episode.runbook === undefined ? [] : [`Runbook: ${episode.runbook}`]),
  ];
  const text = escaped(lines.join('\n'));
  // Only this line is markup: a link's address is too long to be read.
  return episode.url === undefined ? text : `${text}\n<${escaped(episode.url)}|Open in Discover>`;
}
