import { kindOf, type NotifierConfig } from './kinds/index.ts';
import type { Notifier, NotifierContext } from './notifier.ts';

/** What notifiers share beside their own settings. */
type Shared = Omit<NotifierContext, 'name'>;

/** The notifiers of a configuration by name. `log` always exists, without settings. */
export function createNotifiers(
  configs: Record<string, NotifierConfig>,
  shared: Shared,
): Map<string, Notifier> {
  const named: [string, NotifierConfig][] = Object.entries({ log: { kind: 'log' }, ...configs });
  return new Map(named.map(([name, config]) => [name, createNotifier(name, config, shared)]));
}

export function createNotifier(name: string, config: NotifierConfig, shared: Shared): Notifier {
  const limits = 'timeout' in config ? config : { timeout: 1_000, giveUpAfter: Number.POSITIVE_INFINITY };
  const handler = kindOf(config).create(config, { ...shared, name });
  const rateLimit = 'rate_limit' in config ? config.rate_limit : undefined;
  return Object.assign(handler, {
    name,
    timeout: limits.timeout,
    giveUpAfter: limits.giveUpAfter,
    rateLimit,
  });
}
