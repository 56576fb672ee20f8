import type { KafkaInputConfig } from '../../config/schema/kafka-input.ts';
import { messageOf } from '../../errors.ts';
import { type KafkaLibrary, kafkaClient, loadKafka } from '../../util/kafka.ts';

/** Loads the client with codecs for what it reads. Throws CONFIG_INVALID where it is not installed. */
export async function loadLibrary(input: string): Promise<KafkaLibrary> {
  const library = await loadKafka(`Input ${input}`);
  await readCompressed(library);
  return library;
}

/** The client itself reads gzip only. */
async function readCompressed({ CompressionCodecs, CompressionTypes: { Snappy, LZ4, ZSTD } }: KafkaLibrary) {
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

/** Throws CONFIG_INVALID. */
export const clientConfig = (config: KafkaInputConfig) =>
  kafkaClient(config.name, `inputs (${config.name})`, config);

/** The answers of OpenSSL to a client whose certificate a broker does not take, or that has none. */
const refusedCertificate = /alert (?:bad certificate|certificate required|unknown ca|handshake failure)/;

/** Why there is no connection, in one line. */
export function connectionProblem(error: unknown): string {
  const message = messageOf(error);
  if (refusedCertificate.test(message))
    return 'the broker refuses the client certificate, or asks for one: check `ssl_certificate` and `ssl_key`';
  return message.trim().split('\n')[0]!;
}
