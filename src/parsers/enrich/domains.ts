import { readFileSync } from 'node:fs';
import { BlockList, isIP } from 'node:net';
import { domainToUnicode } from 'node:url';
import { packageFile } from '../../util/files.ts';

/** What a host name consists of, by the names of ECS. */
interface DomainParts {
  registered_domain?: string;
  top_level_domain: string;
  subdomain?: string;
}

/** The Public Suffix List, in the package's folder `patterns`: one rule a line, in Unicode. */
const file = packageFile('patterns/public-suffixes/rules.txt');

let known: ReadonlySet<string> | undefined;

function rules(): ReadonlySet<string> {
  known ??= new Set(readFileSync(file, 'utf8').split('\n'));
  return known;
}

/** Longer texts are no host names. */
const longest = 253;
/** Parts of names that are kept: the same names come again and again. */
const kept = 10_000;
const cache = new Map<string, DomainParts | undefined>();

/** The parts of a host name; undefined for an address, a name without a dot, and what is no name. */
export function domainParts(name: string): DomainParts | undefined {
  if (name.length > longest) return undefined;
  if (cache.has(name)) return cache.get(name);
  if (cache.size >= kept) cache.clear();
  const parts = partsOf(name);
  cache.set(name, parts);
  return parts;
}

function partsOf(name: string): DomainParts | undefined {
  const written = name.toLowerCase().replace(/\.$/, '');
  if (isIP(written.replace(/^\[|\]$/g, '')) !== 0 || !/^[^.\s/:@]+(?:\.[^.\s/:@]+)+$/.test(written))
    return undefined;
  const labels = written.split('.');
  // The list is in Unicode, and names of the wire are in Punycode; each label stays as it was written.
  const suffix = suffixLength(domainToUnicode(written).split('.'));
  const from = (count: number) => labels.slice(-count).join('.');
  if (labels.length <= suffix) return { top_level_domain: written };
  const subdomain = labels.slice(0, -suffix - 1).join('.');
  return {
    registered_domain: from(suffix + 1),
    top_level_domain: from(suffix),
    ...(subdomain !== '' && { subdomain }),
  };
}

/** Number of labels of the public suffix: of an exception one less, else of the longest rule; without any, the last label. */
function suffixLength(labels: readonly string[]): number {
  for (let start = 0; start < labels.length; start += 1) {
    const rest = labels.slice(start).join('.');
    if (rules().has(`!${rest}`)) return labels.length - start - 1;
    if (rules().has(rest)) return labels.length - start;
    if (rules().has(`*.${labels.slice(start + 1).join('.')}`)) return labels.length - start;
  }
  return 1;
}

type Scope = 'public' | 'private' | 'loopback' | 'link-local' | 'multicast' | 'reserved';

const networks: readonly [Scope, readonly string[]][] = [
  ['private', ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7']],
  ['loopback', ['127.0.0.0/8', '::1/128']],
  ['link-local', ['169.254.0.0/16', 'fe80::/10']],
  ['multicast', ['224.0.0.0/4', 'ff00::/8']],
  [
    'reserved',
    [
      ...['0.0.0.0/8', '192.0.0.0/24', '192.0.2.0/24', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24'],
      ...['240.0.0.0/4', '::/128', '2001:db8::/32', '100::/64'],
    ],
  ],
];

const lists = networks.map(([scope, subnets]) => {
  const list = new BlockList();
  for (const subnet of subnets) {
    const [address, prefix] = subnet.split('/') as [string, string];
    list.addSubnet(address, Number(prefix), address.includes(':') ? 'ipv6' : 'ipv4');
  }
  return [scope, list] as const;
});

/** Where an address is valid (the registries of special addresses of IANA); undefined for what is no address. */
export function scopeOf(address: string): Scope | undefined {
  const version = isIP(address);
  if (version === 0) return undefined;
  return lists.find(([, list]) => list.check(address, version === 6 ? 'ipv6' : 'ipv4'))?.[0] ?? 'public';
}
