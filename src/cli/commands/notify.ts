import type { Config } from '../../config/schema/schema.ts';
import { LogboomError, messageOf } from '../../errors.ts';
import { createNotifier } from '../../notifiers/notifiers.ts';
import { testNotification } from '../../notifiers/test-notification.ts';
import { createLog } from '../../telemetry/log.ts';
import { didYouMean } from '../../util/did-you-mean.ts';
import type { Terminal } from '../terminal.ts';

/** `logboom notify ACTION NAME`. */
export async function notify(
  action: string,
  name: string,
  config: Config,
  terminal: Terminal,
): Promise<number> {
  if (action === 'test') return notifyTest(config, name, terminal);
  throw new LogboomError('USAGE', `There is no \`notify ${action}\`. Known actions: test.`);
}

/**
 * `logboom notify test NAME`: one attempt to deliver a marked test message, past the outbox. Prints the words of the server and
 * returns 0, or prints why it was not accepted, with the remedy, and returns 1.
 */
async function notifyTest(
  config: Config,
  name: string,
  terminal: Terminal,
  now = Date.now(),
): Promise<number> {
  const settings = settingsOf(config, name);
  const log = createLog(config.log);
  const notifier = createNotifier(name, settings, { log, people: config.people });
  const send = notifier.test ?? notifier.send;
  const attempt = { signal: AbortSignal.timeout(notifier.timeout), reached: [] };
  try {
    const { answer, refused } = await send.call(notifier, testNotification(name, now), attempt);
    terminal.out(`${name} (${settings.kind}) accepted the test message:\n  ${answer}`);
    if (refused === undefined) return 0;
    terminal.out(`It refused some recipients:\n  ${refused}`);
  } catch (error) {
    terminal.out(`${name} (${settings.kind}) did not accept the test message:\n  ${messageOf(error)}`);
  } finally {
    await notifier.close?.();
  }
  return 1;
}

function settingsOf({ notifiers }: Config, name: string): Config['notifiers'][string] {
  if (Object.hasOwn(notifiers, name)) return notifiers[name]!;
  if (name === 'log') return { kind: 'log' };
  const known = ['log', ...Object.keys(notifiers)];
  const message = `There is no notifier ${name}${didYouMean(name, known).replaceAll('`', '') || '.'}`;
  throw new LogboomError('USAGE', `${message} Known notifiers: ${[...new Set(known)].join(', ')}.`);
}
