import { readFile } from 'node:fs/promises';
import type { KafkaConfig, SASLOptions } from 'kafkajs';
import { LogboomError, messageOf } from '../errors.ts';

export type KafkaLibrary = typeof import('kafkajs');

/** Loads the client, which is installed only where npm installs optional packages. `user`: who needs it. Throws CONFIG_INVALID without it. */
export async function loadKafka(user: string): Promise<KafkaLibrary> {
  try {
    return (await import('kafkajs')).default;
  } catch (cause) {
    const message = `${user} needs the package kafkajs, which cannot be loaded: ${messageOf(cause)}. Install it with \`npm install kafkajs\`.`;
    throw new LogboomError('CONFIG_INVALID', message, { cause });
  }
}

/** Settings of a client, under the names that logboom's other clients use. */
interface KafkaSettings {
  brokers: string[];
  user?: string | undefined;
  password?: string | undefined;
  sasl_mechanism: keyof typeof mechanisms;
  ssl_enabled: boolean;
  ssl_certificate_authorities: string[];
  ssl_certificate?: string | undefined;
  ssl_key?: string | undefined;
  ssl_key_passphrase?: string | undefined;
  ssl_verification_mode: 'full' | 'none';
}

const mechanisms = {
  PLAIN: 'plain',
  'SCRAM-SHA-256': 'scram-sha-256',
  'SCRAM-SHA-512': 'scram-sha-512',
} as const;

function saslOf({ user, password, sasl_mechanism }: KafkaSettings): SASLOptions | undefined {
  if (user === undefined || password === undefined) return undefined;
  // The library types each mechanism on its own.
  return { mechanism: mechanisms[sasl_mechanism], username: user, password } as SASLOptions;
}

/** Settings of the client `name`; `at` is where they are in the configuration. Certificates are read at each connection, so renewed ones take effect. Throws CONFIG_INVALID. */
export async function kafkaClient(name: string, at: string, config: KafkaSettings): Promise<KafkaConfig> {
  const sasl = saslOf(config);
  return {
    clientId: `logboom-${name}`,
    brokers: config.brokers,
    connectionTimeout: 5_000,
    retry: { initialRetryTime: 200, maxRetryTime: 5_000, retries: 5 },
    ...(config.ssl_enabled && { ssl: await tlsOf(at, config) }),
    ...(sasl && { sasl }),
  };
}

async function tlsOf(at: string, config: KafkaSettings) {
  const read = async (
    option: 'ssl_certificate' | 'ssl_key' | 'ssl_certificate_authorities',
    path: string,
  ) => {
    try {
      return await readFile(path);
    } catch (cause) {
      const message = `${at}.${option} names ${path}, which cannot be read: ${messageOf(cause)}`;
      throw new LogboomError('CONFIG_INVALID', message, { cause });
    }
  };
  const { ssl_certificate, ssl_key, ssl_key_passphrase: passphrase } = config;
  const ca = await Promise.all(
    config.ssl_certificate_authorities.map((path) => read('ssl_certificate_authorities', path)),
  );
  return {
    rejectUnauthorized: config.ssl_verification_mode === 'full',
    ...(ca.length > 0 && { ca }),
    ...(ssl_certificate !== undefined && { cert: await read('ssl_certificate', ssl_certificate) }),
    ...(ssl_key !== undefined && { key: await read('ssl_key', ssl_key) }),
    ...(passphrase !== undefined && { passphrase }),
  };
}
