import { messageOf } from '../../errors.ts';
import { NotifierError } from '../notifier.ts';
import { oneLine } from '../transport/http.ts';
import { codeOf, remedyFor } from '../transport/trust.ts';

/** The members of nodemailer’s errors that decide (its `NodemailerError`). */
interface SmtpError {
  code?: string | undefined;
  responseCode?: number | undefined;
  response?: string | undefined;
  command?: string | undefined;
  recipient?: string | undefined;
  rejectedErrors?: SmtpError[] | undefined;
  originalCode?: string | undefined;
}

/** `ann@example.com: 550 5.1.1 no such user`. */
function wordsOf({ recipient, response, responseCode }: SmtpError): string {
  const words = oneLine(response ?? String(responseCode ?? 'no answer'));
  return recipient === undefined ? words : `${recipient}: ${words}`;
}

export const isTemporary = ({ responseCode = 0 }: SmtpError): boolean =>
  responseCode >= 400 && responseCode < 500;

/** Recipients that were refused, with the words of the server. */
export const refusedIn = (errors: readonly SmtpError[]): string => errors.map(wordsOf).join('; ');

/**
 * The temporary refusals of some recipients: the message is sent to these again later, as greylisting servers ask. `reached`
 * are those that have it.
 */
export function deferred(errors: readonly SmtpError[], reached: readonly string[]): NotifierError {
  return new NotifierError('NOTIFIER_UNAVAILABLE', `it accepts later: ${refusedIn(errors)}`, { reached });
}

/**
 * Why no recipient was accepted. The code of the answer decides, because nodemailer’s `code` is the same for temporary and
 * final refusals: 4xx may succeed later, 5xx will not. RFC 3463 distinguishes a refused address (x.1.x) from a policy (x.7.x)
 * that the operator can meet.
 */
export function failureOf(thrown: unknown): NotifierError {
  const error = (thrown ?? {}) as SmtpError;
  if (error.rejectedErrors !== undefined && error.rejectedErrors.length > 0)
    return allRefused(error.rejectedErrors);
  if (error.code === 'EAUTH' || error.code === 'ENOAUTH')
    return misconfigured(`${answered(error)}; check \`user\` and \`password\``);
  if (error.command === 'STARTTLS' && error.responseCode !== undefined)
    return misconfigured(`${answered(error)} to STARTTLS; ${tlsRemedy}`);
  if (error.responseCode !== undefined) return answeredWith(error);
  return unreached(thrown, error);
}

const tlsRemedy = 'set `tls` as the server needs it';
const misconfigured = (reason: string) => new NotifierError('NOTIFIER_MISCONFIGURED', reason);
const answered = (error: SmtpError) => `it answered ${wordsOf({ ...error, recipient: undefined })}`;

function allRefused(errors: readonly SmtpError[]): NotifierError {
  if (errors.some(isTemporary)) return deferred(errors, []);
  const words = `it refused every recipient: ${refusedIn(errors)}`;
  if (errors.some(isPolicy)) return misconfigured(`${words}; ${policyRemedy}`);
  return new NotifierError('NOTIFIER_REFUSED', `${words}; correct \`to\` or \`recipients\``);
}

const policyRemedy =
  'the server does not relay for logboom: set `user` and `password`, or allow this machine and `from` on the server';
/** 530: authentication required; 5.7.x: a security or policy reason. */
const isPolicy = ({ responseCode, response = '' }: SmtpError) =>
  responseCode === 530 || /^\d{3}[ -]5\.7\./.test(response) || /relay/i.test(response);

function answeredWith(error: SmtpError): NotifierError {
  if (isTemporary(error)) return new NotifierError('NOTIFIER_UNAVAILABLE', answered(error));
  if (error.command === 'MAIL FROM') return misconfigured(`${answered(error)}; correct \`from\``);
  if (isPolicy(error)) return misconfigured(`${answered(error)}; ${policyRemedy}`);
  if (error.command === 'CONN' || error.command === 'EHLO' || error.command === 'HELO')
    return misconfigured(`${answered(error)}; allow this machine on the server`);
  return new NotifierError('NOTIFIER_REFUSED', answered(error));
}

function unreached(thrown: unknown, { code, originalCode }: SmtpError): NotifierError {
  const known = originalCode ?? codeOf(thrown);
  const aborted = code === 'EABORT' || code === 'ETIMEDOUT';
  const reason = `it cannot be reached: ${aborted ? 'no answer in time' : oneLine(messageOf(thrown))}`;
  const remedy = remedyFor(known) ?? remedyFor(codeOf((thrown as Error).cause));
  if (remedy !== undefined) return misconfigured(`${reason}; ${remedy}`);
  if (code === 'ETLS') return misconfigured(`${reason}; ${tlsRemedy}`);
  if (code === 'EDNS') return misconfigured(`${reason}; check the host name`);
  return new NotifierError('NOTIFIER_UNAVAILABLE', reason);
}
