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

/** Without unfurling Slack does not fetch addresses from log lines, which would tell their owners that somebody reads them. */
const noUnfurling = { unfurl_links: false, unfurl_media: false };

function toWebhook(url: string): Notifier['send'] {
  return async (notification, signal) => {
    await postJson(url, { text: textOf(notification), ...noUnfurling }, {}, signal);
  };
}

/** `chat.postMessage` reports errors in the body of a 200: `{"ok":false,"error":"channel_not_found"}`. */
function toChannel({ api, token, channel }: SlackConfig): Notifier['send'] {
  return async (notification, signal) => {
    const message = { channel, text: textOf(notification), parse: 'none', ...noUnfurling };
    const headers = { authorization: `Bearer ${token}` };
    const { body } = await postJson(`${api}/chat.postMessage`, message, headers, signal);
    const error = refusalIn(body);
    if (error === undefined) return;
    if (transient.has(error)) throw new NotifierError('NOTIFIER_UNAVAILABLE', `Slack answered ${error}`);
    const remedy = remedies[error];
    if (remedy === undefined) throw new NotifierError('NOTIFIER_REFUSED', `Slack answered ${error}`);
    throw new NotifierError('NOTIFIER_MISCONFIGURED', `Slack answered ${error}; ${remedy}`);
  };
}

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

function refusalIn(body: string): string | undefined {
  try {
    const answer = JSON.parse(body) as { ok?: unknown; error?: unknown };
    return answer.ok === true ? undefined : String(answer.error ?? 'an answer without `ok`').slice(0, 100);
  } catch {
    return 'an answer that is not JSON';
  }
}

/** Slack escapes these three characters and no others. */
const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Bytes of a group or a reason. Slack cuts a message of more than 40,000 characters. */
const longestPart = 2_000;

const brief = (text: string) => {
  const shown = printable(text);
  const cut = cutToBytes(shown, longestPart);
  return cut === shown ? shown : `${cut} …`;
};

/**
 * The text of a message. Line breaks in it come from the message template. Group and reason hold text of senders, so
 * their line breaks are escaped: a sender must not add lines that look like those of logboom.
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
  // Only this line is markup: the address of a link is too long to read.
  return episode.url === undefined ? text : `${text}\n<${escaped(episode.url)}|Open in Discover>`;
}
