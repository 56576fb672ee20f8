import * as z from 'zod';
import { enabled, inputName, lineBasics } from './line-input.ts';
import { trust } from './listener.ts';
import { notA, secret, size } from './values.ts';

const broker = z
  .string()
  .regex(
    /^(?:\[[\da-fA-F:]+\]|[^\s:[\]]+):\d{1,5}$/,
    notA('broker address', 'Write it as `host:port`, such as `kafka:9092`.'),
  );

/** TLS settings of a client, under the names that logboom's other clients use. */
const ssl = {
  ssl_enabled: z.boolean().default(false).describe('Use TLS to the brokers.'),
  ssl_certificate_authorities: trust.ssl_certificate_authorities,
  ssl_certificate: z.string().optional().describe('Path of the client certificate (PEM), for mutual TLS.'),
  ssl_key: z.string().optional().describe('Path of its private key (PEM).'),
  ssl_key_passphrase: secret.optional().describe('Passphrase of the private key.'),
  ssl_verification_mode: trust.ssl_verification_mode.describe(
    'Whether logboom checks the certificates of the brokers.',
  ),
};

/** The settings of a client, of whatever it does. */
export const kafkaClientSettings = {
  brokers: z.array(broker).min(1).describe('Brokers to ask first, as `host:port`.'),
  user: z.string().min(1).optional().describe('User for SASL.'),
  password: secret.optional().describe('Password for SASL.'),
  sasl_mechanism: z
    .enum(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'])
    .default('PLAIN')
    .describe('How the user is authenticated, where one is set.'),
  ...ssl,
};

export const kafkaInput = z.strictObject({
  kind: z.literal('kafka').describe('Reads topics of Kafka, as a member of a consumer group.'),
  name: inputName,
  enabled,
  topics: z
    .array(
      z.string().regex(/^[\w.*-]+$/, notA('topic', 'Use letters, digits, `.`, `_`, `-`, and `*` for any.')),
    )
    .min(1)
    .describe(
      'Topics to read. `*` stands for any characters; topics that begin with `_` are read only where they are named.',
    ),
  group: z
    .string()
    .min(1)
    .default('logboom')
    .describe('Consumer group. Servers of one group share the partitions.'),
  startAt: z
    .enum(['beginning', 'end'])
    .default('beginning')
    .describe('Where a partition is begun for which the group has no offset.'),
  ...lineBasics,
  maxMessage: size('10mb').describe(
    'Largest message; what is beyond is cut off, and the event is flagged `truncated`.',
  ),
  ...kafkaClientSettings,
});

export type KafkaInputConfig = z.infer<typeof kafkaInput>;
