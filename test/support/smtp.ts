import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { onTestFinished } from 'vitest';
import { certificateFiles, makeAuthority, makeCertificate } from './certificates.ts';

export interface ReceivedMail {
  from: string;
  to: string[];
  /** The message as it came, and its header fields by name in lower case. */
  raw: string;
  headers: Record<string, string>;
  /** The parts that are no container: type, content id and decoded content. */
  parts: { type: string; id: string | undefined; content: Buffer }[];
  user: string | undefined;
  secure: boolean;
}

interface SmtpOptions {
  tls?: 'starttls' | 'implicit' | 'none';
  login?: { user: string; password: string };
  /** The answer to a recipient, such as `550 5.1.1 no such user`; undefined accepts it. */
  refuse?: (recipient: string, attempt: number) => string | undefined;
  refuseSender?: string;
  refuseData?: string;
}

/** An error with the code that smtp-server answers with. */
const refusal = (words: string) =>
  Object.assign(new Error(words.slice(4)), { responseCode: Number(words.slice(0, 3)) });

/** A real SMTP server with a certificate of its own, which keeps the mails that it accepts. */
export async function anSmtpServer(options: SmtpOptions = {}) {
  const { tls = 'starttls', login, refuse, refuseSender, refuseData } = options;
  const authority = makeAuthority('mail authority');
  const certificate = makeCertificate(authority, 'localhost');
  const received: ReceivedMail[] = [];
  const attempts = new Map<string, number>();
  const server = new SMTPServer({
    ...{ secure: tls === 'implicit', cert: certificate.cert, key: certificate.key },
    disabledCommands: [...(tls === 'none' ? ['STARTTLS'] : []), ...(login ? [] : ['AUTH'])],
    authOptional: !login,
    logger: false,
    onAuth({ username, password }, _, done) {
      if (username === login?.user && password === login?.password) done(null, { user: username! });
      else done(refusal('535 5.7.8 authentication credentials invalid'));
    },
    onMailFrom: (_, __, done) => done(refuseSender === undefined ? null : refusal(refuseSender)),
    onRcptTo({ address }, _, done) {
      attempts.set(address, (attempts.get(address) ?? 0) + 1);
      const words = refuse?.(address, attempts.get(address)!);
      done(words === undefined ? null : refusal(words));
    },
    async onData(stream, session, done) {
      const chunks: Buffer[] = [];
      for await (const chunk of stream) chunks.push(chunk as Buffer);
      if (refuseData !== undefined) return done(refusal(refuseData));
      const raw = Buffer.concat(chunks).toString('latin1');
      const { mailFrom, rcptTo } = session.envelope;
      received.push({
        from: mailFrom ? mailFrom.address : '',
        to: rcptTo.map(({ address }) => address),
        ...{ raw, headers: headersIn(raw), parts: partsIn(raw) },
        ...{ user: session.user ? String(session.user) : undefined, secure: session.secure },
      });
      done(null, `2.0.0 accepted as ${received.length}`);
    },
  });
  server.on('error', () => undefined);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const { port } = server.server.address() as AddressInfo;
  const settings = {
    ...{ host: 'localhost', port, tls },
    ssl_certificate_authorities: [certificateFiles(authority, certificate).authority],
  };
  return { settings, received };
}

/** Header fields of a message or of a part, unfolded. */
function headersIn(text: string): Record<string, string> {
  const head = text.slice(0, text.indexOf('\r\n\r\n')).replace(/\r\n[ \t]+/g, ' ');
  return Object.fromEntries(
    head.split('\r\n').map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
}

function partsIn(text: string): ReceivedMail['parts'] {
  const headers = headersIn(text);
  const body = text.slice(text.indexOf('\r\n\r\n') + 4);
  const type = headers['content-type'] ?? 'text/plain';
  const boundary = /boundary="?([^";]+)"?/.exec(type)?.[1];
  if (boundary !== undefined)
    return body
      .split(`--${boundary}`)
      .slice(1, -1)
      .flatMap((part) => partsIn(part.replace(/^\r\n/, '')));
  const content = decoded(body, headers['content-transfer-encoding'] ?? '7bit');
  return [{ type: type.split(';')[0]!, id: headers['content-id'], content }];
}

function decoded(body: string, encoding: string): Buffer {
  if (encoding === 'base64') return Buffer.from(body, 'base64');
  if (encoding !== 'quoted-printable') return Buffer.from(body, 'latin1');
  const joined = body.replace(/=\r\n/g, '');
  return Buffer.from(
    joined.replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  );
}

/** The text of the first part of a type. */
export const partOf = ({ parts }: ReceivedMail, type: string): string =>
  parts.find((part) => part.type === type)?.content.toString('utf8') ?? '';
