/** Names under which a secret may be logged by mistake. pino replaces their values before a line is written. */
const names = ['password', 'token', 'secret', 'api_key', 'apiKey', 'ssl_key_passphrase', 'authorization'];

/** Those names at the top of a log line's object and up to three levels down (an error's request, for one). */
export const secretPaths = names.flatMap((name) => [name, `*.${name}`, `*.*.${name}`, `*.*.*.${name}`]);

export const mask = '[secret]';

/** Credentials that give themselves away by their form, wherever in a line they are. */
const forms: [RegExp, string][] = [
  [/(\w:\/\/)[^/\s"]+@/g, `$1${mask}@`],
  [/(Bearer|ApiKey)\s+[\w.~+/=-]{12,}/gi, `$1 ${mask}`],
  [/(hooks\.slack\.com\/)[^\s"\\]+/g, `$1${mask}`],
];

/** Shorter ones are words of everyday: leaving `a` out of each line would make it unreadable and betray the secret. */
const shortest = 6;

/** The longest first, for a shorter one may be a part of it. */
function inOrder(secrets: readonly string[]): string[] {
  const all = [...new Set(secrets)].filter((secret) => secret.length >= shortest);
  return all
    .sort((one, other) => other.length - one.length)
    .map((secret) => JSON.stringify(secret).slice(1, -1));
}

/** A function that takes known secrets, and what looks like one, out of a line of JSON. More may become known. */
export function redactor(secrets: readonly string[]): (line: string) => string {
  let known: string[] = [];
  let count = 0;
  return (line) => {
    if (count !== secrets.length) known = inOrder(secrets);
    count = secrets.length;
    let text = line;
    for (const secret of known) text = text.replaceAll(secret, mask);
    for (const [form, replacement] of forms) text = text.replace(form, replacement);
    return text;
  };
}
