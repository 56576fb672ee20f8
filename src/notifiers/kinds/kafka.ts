import type { Producer } from 'kafkajs';
import * as z from 'zod';
import { kafkaClientSettings } from '../../config/schema/kafka-input.ts';
import { notA } from '../../config/schema/values.ts';
import { LogboomError, messageOf } from '../../errors.ts';
import type { Notification } from '../../model.ts';
import { kafkaClient, loadKafka } from '../../util/kafka.ts';
import { untilAborted } from '../../util/waiting.ts';
import { documentOf } from '../message/document.ts';
import { defineKind, NotifierError } from '../notifier.ts';
import { delivery } from '../templated.ts';

const schema = z.strictObject({
  kind: z.literal('kafka').describe('Writes each notification to a topic of Kafka, as a JSON document.'),
  topic: z
    .string()
    .regex(/^[\w.-]{1,249}$/, notA('topic', 'Use letters, digits, `.`, `_` and `-`.'))
    .describe('Topic to write to. It must exist, or the brokers must create topics.'),
  ...kafkaClientSettings,
  ...delivery,
});

type Settings = z.infer<typeof schema>;

/**
 * A topic of Kafka. The key of a message is its rule and group, so that the messages of a group stay in their order; the header `id` is
 * the idempotency key. A message counts as delivered when all in-sync replicas have it. The connection is opened for the first message and
 * kept; after a failure the next attempt opens another.
 */
export const kafka = defineKind({
  schema,
  create(config, { name }) {
    let open: Promise<Producer> | undefined;
    const end = async () => {
      const before = open;
      open = undefined;
      await before?.then((producer) => producer.disconnect()).catch(() => undefined);
    };
    async function sendAll(notifications: readonly Notification[], signal: AbortSignal): Promise<void> {
      open ??= connected(name, config);
      try {
        const messages = notifications.map(messageFor);
        const sent = open.then((producer) => producer.send({ topic: config.topic, messages, acks: -1 }));
        await untilAborted(sent, signal);
      } catch (error) {
        await end();
        throw failureOf(error, config);
      }
    }
    return {
      async send(notification, { signal }) {
        await sendAll([notification], signal);
        return { answer: `the topic ${config.topic} of ${config.brokers.join(', ')} has the message` };
      },
      sendAll,
      async verify(signal) {
        open ??= connected(name, config);
        try {
          await untilAborted(open, signal);
        } catch (error) {
          throw failureOf(error, config);
        }
        return `${config.brokers.join(', ')} answer`;
      },
      close: end,
    };
  },
});

async function connected(name: string, config: Settings): Promise<Producer> {
  const library = await loadKafka(`Notifier ${name}`);
  const client = await kafkaClient(name, `notifiers.${name}`, config);
  // Failures are repeated by the delivery.
  const retry = { initialRetryTime: 200, maxRetryTime: 1_000, retries: 2 };
  const kafka = new library.Kafka({ ...client, retry, logLevel: library.logLevel.NOTHING });
  const { DefaultPartitioner: createPartitioner } = library.Partitioners;
  const producer = kafka.producer({ allowAutoTopicCreation: true, createPartitioner });
  await producer.connect();
  return producer;
}

function messageFor(notification: Notification) {
  const { id, transition } = notification;
  const key = transition.group === '' ? transition.rule : `${transition.rule} ${transition.group}`;
  return { key, value: JSON.stringify(documentOf(notification)), headers: { id } };
}

/** Words of the client or of a broker which the operator can act on, with the remedy. */
const remedies: readonly [words: RegExp, remedy: string][] = [
  [
    /SASLAuthentication|Authentication failed|SASL/i,
    'correct `user`, `password` and `sasl_mechanism` in `notifiers`',
  ],
  [
    /does not host this topic|UNKNOWN_TOPIC|Topic .* not found|INVALID_TOPIC/i,
    'create the topic, or correct `topic`',
  ],
  [/not authorized|AUTHORIZATION_FAILED/i, 'allow the user to write to the topic'],
  [/certificate|self.signed|unable to verify/i, 'correct `ssl_certificate_authorities` in `notifiers`'],
];

/** A failure of the client hides its cause in that of the last attempt. */
function failureOf(error: unknown, { brokers }: Settings): NotifierError {
  if (error instanceof LogboomError) return new NotifierError('NOTIFIER_MISCONFIGURED', error.message);
  const cause = (error as { cause?: unknown }).cause;
  const words = [error, cause].filter((one) => one !== undefined).map(messageOf);
  const reason = `Kafka at ${brokers.join(', ')}: ${[...new Set(words)].join(': ')}`;
  if (/too large|larger than the max|MESSAGE_TOO_LARGE/i.test(reason))
    return new NotifierError('NOTIFIER_REFUSED', reason);
  const remedy = remedies.find(([pattern]) => pattern.test(reason))?.[1];
  if (remedy !== undefined) return new NotifierError('NOTIFIER_MISCONFIGURED', `${reason}; ${remedy}`);
  return new NotifierError('NOTIFIER_UNAVAILABLE', reason);
}
