import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './commands.ts';

export interface Certificates {
  folder: string;
  /** PEM files: an authority, and a server's certificate for 127.0.0.1 and localhost with its key. */
  authority: string;
  certificate: string;
  key: string;
  /** Of the authority: SHA-256 in bare hex, as `ca_trusted_fingerprint` takes it. */
  fingerprint: string;
}

/** A fresh authority and a server certificate that it signed, valid for a day. Needs openssl. */
export async function makeCertificates(): Promise<Certificates> {
  const folder = await mkdtemp(join(tmpdir(), 'logboom-certificates-'));
  const openssl = (...args: string[]) => run('openssl', args, { cwd: folder });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  await writeFile(join(folder, 'names'), 'subjectAltName=IP:127.0.0.1,DNS:localhost\n');
  const authority = ['-x509', ...newKey, '-keyout', 'ca.key', '-out', 'ca.crt', '-days', '1'];
  await openssl('req', ...authority, '-subj', '/CN=logboom test authority');
  await openssl('req', ...newKey, '-keyout', 'server.key', '-out', 'server.csr', '-subj', '/CN=localhost');
  const signing = ['-req', '-in', 'server.csr', '-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial'];
  await openssl('x509', ...signing, '-extfile', 'names', '-out', 'server.only.crt', '-days', '1');
  // A server sends its authority along, or a client could not compare the authority's fingerprint.
  const chain = (await openssl('x509', '-in', 'server.only.crt')) + (await openssl('x509', '-in', 'ca.crt'));
  await writeFile(join(folder, 'server.crt'), chain);
  const printed = await openssl('x509', '-in', 'ca.crt', '-noout', '-fingerprint', '-sha256');
  return {
    folder,
    authority: join(folder, 'ca.crt'),
    certificate: join(folder, 'server.crt'),
    key: join(folder, 'server.key'),
    fingerprint: printed.trim().split('=')[1]!.replaceAll(':', '').toLowerCase(),
  };
}
