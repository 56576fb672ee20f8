import type { JsonObject } from '../../../events/index.ts';
import type { Groups } from '../text-format.ts';

/** A message that a program writes about a login, a session or an account. */
export interface AuthMessage {
  pattern: RegExp;
  action?: string;
  outcome?: 'success' | 'failure';
  category?: string[];
  type?: string[];
  /** Fields beyond user, address and port. */
  more?: (groups: Groups) => JsonObject;
}

/** What precedes ` from` is taken as long as possible: a client chooses its user name, and may write ` from 192.0.2.1` into it. */
const peer = '(?<address>[^\\s\\]]+)(?: port (?<port>\\d+))?';
export const authentication = ['authentication'];
const session = ['authentication', 'session'];
const account = ['iam'];

const sshd: AuthMessage[] = [
  {
    pattern: new RegExp(
      `^(?:message repeated (?<times>\\d+) times: \\[ )?Failed (?<method>\\S+) for (?:(?<invalid>invalid|illegal) user )?(?<user>.*) from ${peer}`,
    ),
    action: 'ssh_login',
    outcome: 'failure',
    more: ({ method, times }) => ({
      'system.auth.ssh.event': 'Failed',
      'system.auth.ssh.method': method,
      'event.count': times === undefined ? undefined : Number(times),
    }),
  },
  {
    pattern: new RegExp(`^Accepted (?<method>\\S+) for (?<user>.+) from ${peer}(?: ssh2(?:: (?<key>.+))?)?`),
    action: 'ssh_login',
    outcome: 'success',
    type: ['start'],
    more: ({ method, key }) => ({
      'system.auth.ssh.event': 'Accepted',
      'system.auth.ssh.method': method,
      'system.auth.ssh.signature': key,
    }),
  },
  {
    pattern: new RegExp(`^(?:Invalid|Illegal) user (?<user>.*) from ${peer}`),
    action: 'ssh_login',
    outcome: 'failure',
    more: () => ({ 'system.auth.ssh.event': 'Invalid' }),
  },
  {
    pattern: new RegExp(
      `^error: maximum authentication attempts exceeded for (?:invalid user )?(?<user>.*) from ${peer}`,
    ),
    action: 'ssh_login',
    outcome: 'failure',
  },
  {
    pattern: /^User (?<user>\S+)(?: from (?<address>\S+))? not allowed because /,
    action: 'ssh_login',
    outcome: 'failure',
  },
  {
    pattern: new RegExp(`^(?:error: )?Received disconnect from ${peer}:(?<code>\\d+): ?(?<reason>.*)`),
    action: 'ssh_disconnect',
  },
  {
    pattern: new RegExp(
      `^(?:Disconnected from|Connection (?:closed|reset) by|Disconnecting)(?: (?:authenticating|invalid) user (?<user>.*?))? ${peer}`,
    ),
    action: 'ssh_disconnect',
  },
  { pattern: /^Disconnecting: /, action: 'ssh_disconnect' },
  { pattern: new RegExp(`^Connection from ${peer}`), action: 'ssh_connect' },
  {
    pattern: new RegExp(`^Did not receive identification string from ${peer}`),
    action: 'ssh_connect',
    outcome: 'failure',
  },
  {
    pattern: new RegExp(`^Bad protocol version identification .* from ${peer}`),
    action: 'ssh_connect',
    outcome: 'failure',
  },
  {
    pattern: new RegExp(`^(?:error: )?kex_exchange_identification.* (?:from|by) ${peer}`),
    action: 'ssh_connect',
    outcome: 'failure',
  },
  {
    pattern: /^input_userauth_request: invalid user (?<user>.*?)(?: \[preauth\])?$/,
    action: 'ssh_login',
    outcome: 'failure',
  },
  { pattern: new RegExp(`^Starting session: .* for (?<user>\\S+) from ${peer}`), action: 'ssh_session' },
];

const sudo: AuthMessage[] = [
  {
    pattern:
      /^ *(?<user>\S+) : (?:(?<error>[^=;]+?) ; )?(?:HOST=\S+ ; )?TTY=(?<tty>\S+) ; (?:CHROOT=\S+ ; )?PWD=(?<pwd>.+?) ; USER=(?<as>\S+)(?: ; GROUP=\S+)?(?: ; TSID=\S+)?(?: ; ENV=.+?)?(?: ; COMMAND=(?<command>.*))?$/s,
    action: 'sudo',
    category: ['process'],
    more: ({ error, tty, pwd, as, command }) => ({
      'event.outcome': error === undefined ? 'success' : 'failure',
      'user.effective.name': as,
      'process.command_line': command,
      'system.auth.sudo.error': error,
      'system.auth.sudo.tty': tty,
      'system.auth.sudo.pwd': pwd,
      'system.auth.sudo.user': as,
      'system.auth.sudo.command': command,
    }),
  },
];

const su: AuthMessage[] = [
  {
    pattern: /^Successful su for (?<target>\S+) by (?<user>\S+)/,
    action: 'su',
    outcome: 'success',
    more: effective,
  },
  {
    pattern: /^FAILED su for (?<target>\S+) by (?<user>\S+)/,
    action: 'su',
    outcome: 'failure',
    more: effective,
  },
  {
    pattern: /^(?<failed>FAILED SU )?\(to (?<target>\S+)\) (?<user>\S+) on \S+/,
    action: 'su',
    more: (groups) => ({
      ...effective(groups),
      'event.outcome': groups.failed === undefined ? 'success' : 'failure',
    }),
  },
];

const accounts: AuthMessage[] = [
  {
    pattern: /^new user: name=(?<user>[^,\s]+), UID=(?<id>\d+)/,
    action: 'added-user-account',
    outcome: 'success',
    category: account,
    type: ['user', 'creation'],
    more: ({ id }) => ({ 'user.id': id }),
  },
  {
    pattern: /^new group: name=(?<group>[^,\s]+), GID=(?<id>\d+)/,
    action: 'added-group-account',
    outcome: 'success',
    category: account,
    type: ['group', 'creation'],
    more: ({ group, id }) => ({ 'group.name': group, 'group.id': id }),
  },
  {
    pattern: /^failed adding user '(?<user>[^']+)'/,
    action: 'added-user-account',
    outcome: 'failure',
    category: account,
    type: ['user', 'creation'],
  },
  {
    pattern: /^delete user '(?<user>[^']+)'/,
    action: 'deleted-user-account',
    outcome: 'success',
    category: account,
    type: ['user', 'deletion'],
  },
];

/** Messages of PAM modules, which every program may write: `pam_unix(sshd:auth): …`. */
export const pam: AuthMessage[] = [
  {
    pattern:
      /^pam_\w+\([^)]*\): session (?<event>opened|closed) for user (?<user>[^\s(]+)(?:\(uid=(?<id>\d+)\))?/,
    category: session,
    more: ({ event, id }) => ({
      'event.action': `session_${event}`,
      'event.outcome': 'success',
      'event.type': [event === 'opened' ? 'start' : 'end'],
      'user.id': id,
    }),
  },
  {
    pattern:
      /^(?:pam_\w+\([^)]*\): authentication failure|PAM (?<times>\d+) more authentication failures?); .*?rhost=(?<address>\S*)(?:\s+user=(?<user>\S+))?/,
    action: 'authentication',
    outcome: 'failure',
    more: ({ times }) => ({ 'event.count': times === undefined ? undefined : Number(times) }),
  },
  {
    pattern: /^pam_\w+\([^)]*\): user "(?<user>[^"]*)" does not exist/,
    action: 'authentication',
    outcome: 'failure',
  },
  {
    pattern: /^pam_\w+\([^)]*\): password changed for (?<user>\S+)/,
    action: 'changed-password',
    outcome: 'success',
    category: account,
    type: ['user', 'change'],
  },
];

const logind: AuthMessage[] = [
  {
    pattern: /^New session \S+ of user (?<user>\S+?)\.?$/,
    action: 'session_opened',
    category: session,
    type: ['start'],
  },
];

/** The messages of a program, in the order in which they are tried. */
export const byProgram: Readonly<Record<string, AuthMessage[]>> = {
  sshd: [...sshd, ...pam],
  'sshd-session': [...sshd, ...pam],
  sudo: [...sudo, ...pam],
  su: [...su, ...pam],
  useradd: accounts,
  groupadd: accounts,
  userdel: accounts,
  'systemd-logind': logind,
};

function effective({ target }: Groups): JsonObject {
  return { 'user.effective.name': target };
}
