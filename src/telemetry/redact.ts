/** Names under which a secret may be logged by mistake. pino replaces their values before a line is written. */
const names = ['password', 'token', 'secret', 'api_key', 'apiKey', 'ssl_key_passphrase', 'authorization'];

/** Those names at the top level of a log line's object and up to three levels below, such as in an error's request. */
export const secretPaths = names.flatMap((name) => [name, `*.${name}`, `*.*.${name}`, `*.*.*.${name}`]);

export const mask = '[secret]';

/** Credentials that are recognised by their form, anywhere in a line. */
const forms: [RegExp, string][] = [
  [/(\w:\/\/)[^/\s"]+@/g, `$1${mask}@`],
  [/(Bearer|ApiKey)\s+[\w.~+/=-]{12,}/gi, `$1 ${mask}`],
  [/(hooks\.slack\.com\/)[^\s"\\]+/g, `$1${mask}`],
];

/** Shorter secrets are not masked: masking each `a` would make a line unreadable and reveal the secret. */
const shortest = 6;

/** As they appear in JSON, the longest first, for a shorter one may be a part of it. */
function longestFirst(secrets: readonly string[]): string[] {
  const all = [...new Set(secrets)].filter((secret) => secret.length >= shortest);
  return all
    .sort((one, other) => other.length - one.length)
    .map((secret) => JSON.stringify(secret).slice(1, -1));
}

/** A function that masks known secrets, and text in the form of one, in a line of JSON. Secrets may be added to the array later. */
export function redactor(secrets: readonly string[]): (line: string) => string {
  let known: string[] = [];
  let count = 0;
  return (line) => {
    if (count !== secrets.length) known = longestFirst(secrets);
    count = secrets.length;
    let text = line;
    for (const secret of known) text = text.replaceAll(secret, mask);
    for (const [form, replacement] of forms) text = text.replace(form, replacement);
    return text;
  };
}
