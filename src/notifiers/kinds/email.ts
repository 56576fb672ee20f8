import * as z from 'zod';
import { trust } from '../../config/schema/listener.ts';
import { address, recipient, recipientProblem } from '../../config/schema/routing.ts';
import { duration, secret } from '../../config/schema/values.ts';
import type { Notification } from '../../model.ts';
import { deferred, failureOf, isTemporary, refusedIn } from '../email/errors.ts';
import { contentOf, headersOf, threadOf } from '../email/message.ts';
import { addressesOf, bareAddress, domainOf, identityOf } from '../email/recipients.ts';
import { type Attempt, defineKind, type NotifierContext, NotifierError, type Receipt } from '../notifier.ts';
import { delivery } from '../templated.ts';
import { oneLine } from '../transport/http.ts';
import { tlsOptions } from '../transport/trust.ts';

const schema = z.strictObject({
  kind: z.literal('email').describe('Sends e-mail through an SMTP server.'),
  host: z.string().min(1).describe('SMTP server.'),
  port: z
    .int()
    .min(1)
    .max(65535)
    .optional()
    .describe('Port of the SMTP server. Default: 465 with `tls: implicit`, 25 with `tls: none`, else 587.'),
  tls: z
    .enum(['starttls', 'implicit', 'optional', 'none'])
    .default('starttls')
    .describe(
      '`starttls`: required after the greeting. `implicit`: from the first byte. `optional`: STARTTLS where the server offers it. `none`: clear text.',
    ),
  user: z.string().optional().describe('User of the SMTP server.'),
  password: secret.optional().describe('Password of the SMTP server.'),
  from: address.describe('Sender.'),
  to: z.array(recipient).default([]).describe('Addresses and groups of `people` to write to.'),
  cc: z.array(recipient).default([]).describe('Addresses and groups of `people` that get a copy.'),
  replyTo: address.optional().describe('Address for replies.'),
  chart: z
    .boolean()
    .default(true)
    .describe('Show the values of the last windows against the threshold, as an inline picture.'),
  ...trust,
  ...delivery,
  timeout: duration('30s').describe('Timeout of one attempt.'),
});

type EmailConfig = z.infer<typeof schema>;

/** E-mail. All mails about an episode are one thread. */
export const email = defineKind({
  schema,
  check(config, report, { people }) {
    for (const setting of ['to', 'cc'] as const)
      config[setting].forEach((one, place) => {
        const wrong = recipientProblem(one, people);
        if (wrong) report([setting, place], wrong.message, wrong.remedy);
      });
    if ((config.user === undefined) !== (config.password === undefined)) {
      const missing = config.user === undefined ? 'user' : 'password';
      const message = `Authentication needs \`user\` and \`password\`; \`${missing}\` is missing.`;
      report(missing, message, `Set \`${missing}\`.`);
    }
    if (config.password !== undefined && config.tls === 'none')
      report('tls', 'The password would travel in clear text.', 'Use `starttls` or `implicit`.');
  },
  create: (config, context) => ({
    send: (...given) => send(config, context, ...given),
    verify: () => verified(config),
  }),
});

async function send(
  config: EmailConfig,
  context: NotifierContext,
  notification: Notification,
  { signal, thread, reached }: Attempt,
): Promise<Receipt> {
  const { to, cc } = recipientsOf(config, context, notification);
  const all = [...to, ...cc].map(bareAddress);
  const left = all.filter((one) => !reached.includes(one));
  const headers = threadOf(notification, domainOf(config.from), thread);
  const content = await contentOf(notification, { chart: config.chart, log: context.log });
  const mail = {
    ...{ from: config.from, to, cc, ...content, ...headers, signal },
    ...(config.replyTo !== undefined && { replyTo: config.replyTo }),
    subject: `${headers.inReplyTo === undefined ? '' : 'Re: '}${content.subject}`,
    headers: headersOf(notification),
    // The header names everybody, also those that an earlier attempt has reached.
    envelope: { from: bareAddress(config.from), to: left },
    priority: notification.transition.severity === 'critical' ? ('high' as const) : ('normal' as const),
    ...{ disableFileAccess: true, disableUrlAccess: true },
  };
  const { response, accepted, rejectedErrors = [] } = await submitted(config, mail);
  const later = rejectedErrors.filter(isTemporary);
  if (later.length > 0) throw deferred(later, accepted);
  return {
    answer: oneLine(response),
    thread: thread ?? headers.messageId,
    ...(rejectedErrors.length > 0 && { refused: refusedIn(rejectedErrors) }),
  };
}

/** The recipients of the rule take the place of `to`; copies go out all the same. */
function recipientsOf(
  { to, cc }: EmailConfig,
  { people, name }: NotifierContext,
  notification: Notification,
) {
  const wanted = addressesOf(notification.recipients ?? to, people);
  const known = wanted.map(identityOf);
  const copies = addressesOf(cc, people).filter((one) => !known.includes(identityOf(one)));
  if (wanted.length + copies.length > 0) return { to: wanted, cc: copies };
  const remedy = `set \`to\` of \`notifiers.${name}\`, or \`recipients\` of the rule`;
  throw new NotifierError('NOTIFIER_REFUSED', `there is nobody to write to: ${remedy}`);
}

const ports = { implicit: 465, none: 25, starttls: 587, optional: 587 };

type Mail = Parameters<ReturnType<typeof import('nodemailer').createTransport>['sendMail']>[0];

/** Connects, logs in and leaves. */
async function verified(config: EmailConfig): Promise<string> {
  await connected(config, (transport) => transport.verify());
  const { host, user } = config;
  return `${host} answers${user === undefined ? '' : ` and takes the login of ${user}`}`;
}

/** Each mail has a connection of its own, so that a server that went away is noticed before the mail is handed over. */
const submitted = (config: EmailConfig, mail: Mail) =>
  connected(config, (transport) => transport.sendMail(mail));

type Transport = ReturnType<typeof import('nodemailer').createTransport>;

async function connected<T>(config: EmailConfig, use: (transport: Transport) => Promise<T>): Promise<T> {
  // Loaded with the first mail: a server that sends none starts without it.
  const { createTransport } = await import('../email/nodemailer.ts');
  const { host, port = ports[config.tls], tls, user, password, timeout } = config;
  const transport = createTransport({
    ...{ host, port, secure: tls === 'implicit', requireTLS: tls === 'starttls', ignoreTLS: tls === 'none' },
    ...(user !== undefined && { auth: { user, pass: password } }),
    ...{ connectionTimeout: timeout, greetingTimeout: timeout, socketTimeout: timeout, dnsTimeout: timeout },
    tls: tlsOptions(config),
  });
  try {
    return await use(transport);
  } catch (error) {
    throw failureOf(error);
  } finally {
    transport.close();
  }
}
