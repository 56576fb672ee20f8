import { readFile } from 'node:fs/promises';
import type { KafkaConfig, SASLOptions } from 'kafkajs';
import type { KafkaInputConfig } from '../../config/schema/kafka-input.ts';
import { LogboomError, messageOf } from '../../errors.ts';

export type Library = typeof import('kafkajs');

/** Loads the client, which is installed only where npm installs optional packages. Throws CONFIG_INVALID without it. */
export async function loadLibrary(input: string): Promise<Library> {
  try {
    const { default: library } = await import('kafkajs');
    await readCompressed(library);
    return library;
  } catch (cause) {
    const message = `Input ${input} needs the package kafkajs, which cannot be loaded: ${messageOf(cause)}. Install it with \`npm install kafkajs\`.`;
    throw new LogboomError('CONFIG_INVALID', message, { cause });
  }
}

/** The client itself reads gzip only. */
async function readCompressed({ CompressionCodecs, CompressionTypes: { Snappy, LZ4, ZSTD } }: Library) {
  const { decompressLz4, decompressSnappy, decompressZstd } = await import('./codecs.ts');
  const codec = (decompress: (bytes: Buffer) => Buffer) => () => ({
    compress: async () => {
      throw new Error('logboom only reads');
    },
    decompress: async (bytes: Buffer) => decompress(bytes),
  });
  CompressionCodecs[Snappy] = codec(decompressSnappy);
  CompressionCodecs[LZ4] = codec(decompressLz4);
  CompressionCodecs[ZSTD] = codec(decompressZstd);
}

type Credentials = Pick<KafkaInputConfig, 'user' | 'password' | 'sasl_mechanism'>;

const mechanisms = {
  PLAIN: 'plain',
  'SCRAM-SHA-256': 'scram-sha-256',
  'SCRAM-SHA-512': 'scram-sha-512',
} as const;

function saslOf({ user, password, sasl_mechanism }: Credentials): SASLOptions | undefined {
  if (user === undefined || password === undefined) return undefined;
  // The library types each mechanism on its own.
  return { mechanism: mechanisms[sasl_mechanism], username: user, password } as SASLOptions;
}

/** Settings of the client. Certificates are read at each connection, so renewed ones take effect. Throws CONFIG_INVALID. */
export async function clientConfig(config: KafkaInputConfig): Promise<KafkaConfig> {
  const sasl = saslOf(config);
  return {
    clientId: `logboom-${config.name}`,
    brokers: config.brokers,
    connectionTimeout: 5_000,
    retry: { initialRetryTime: 200, maxRetryTime: 5_000, retries: 5 },
    ...(config.ssl_enabled && { ssl: await tlsOf(config) }),
    ...(sasl && { sasl }),
  };
}

async function tlsOf(config: KafkaInputConfig) {
  const read = async (
    option: 'ssl_certificate' | 'ssl_key' | 'ssl_certificate_authorities',
    path: string,
  ) => {
    try {
      return await readFile(path);
    } catch (cause) {
      const message = `inputs (${config.name}).${option} names ${path}, which cannot be read: ${messageOf(cause)}`;
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
