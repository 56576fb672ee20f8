import { createPrivateKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/**
 * X.509 certificates made of their DER bytes: enough for TLS tests, without a tool that a machine may lack.
 * RFC 5280 is the grammar that the functions below follow.
 */
export interface Certificate {
  /** PEM. */
  cert: string;
  /** PEM, PKCS 8. */
  key: string;
  name: string;
}

const der = (tag: number, ...contents: Buffer[]): Buffer => {
  const content = Buffer.concat(contents);
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.of(tag, ...size), content]);
};
const sequence = (...contents: Buffer[]) => der(0x30, ...contents);
const oid = (hex: string) => der(0x06, Buffer.from(hex, 'hex'));
const yes = der(0x01, Buffer.of(255));
const nameOf = (name: string) => sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from(name)))));
const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'));
const timeOf = (time: Date) =>
  der(0x17, Buffer.from(`${time.toISOString().replace(/\D/g, '').slice(2, 14)}Z`));

const authorityExtension = sequence(oid('551d13'), yes, der(0x04, sequence(yes)));
/** Valid for 127.0.0.1 and localhost. */
const hostExtension = sequence(
  oid('551d11'),
  der(0x04, sequence(der(0x87, Buffer.of(127, 0, 0, 1)), der(0x82, Buffer.from('localhost')))),
);

let serial = 1;

function certify(name: string, issuer: Certificate | undefined, validDays: number): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const day = 86_400_000;
  const [from, until] = validDays > 0 ? [-day, validDays * day] : [2 * validDays * day, validDays * day];
  serial += 1;
  const toBeSigned = sequence(
    der(0xa0, der(0x02, Buffer.of(2))),
    der(0x02, Buffer.of(0x40, serial >> 8, serial & 255)),
    ecdsaWithSha256,
    nameOf(issuer?.name ?? name),
    sequence(timeOf(new Date(Date.now() + from)), timeOf(new Date(Date.now() + until))),
    nameOf(name),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(issuer ? hostExtension : authorityExtension)),
  );
  const signer: KeyObject = issuer ? createPrivateKey(issuer.key) : privateKey;
  const signature = der(0x03, Buffer.of(0), sign('sha256', toBeSigned, signer));
  const body = sequence(toBeSigned, ecdsaWithSha256, signature)
    .toString('base64')
    .match(/.{1,64}/g)!;
  const cert = `-----BEGIN CERTIFICATE-----\n${body.join('\n')}\n-----END CERTIFICATE-----\n`;
  return { cert, key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), name };
}

export const makeAuthority = (name = 'test authority'): Certificate => certify(name, undefined, 30);

/** `validDays` below 0: expired so many days ago. */
export const makeCertificate = (authority: Certificate, name: string, validDays = 30): Certificate =>
  certify(name, authority, validDays);

/** Some are made while tests are collected, so they are removed when the file's last test is over. */
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A folder with a server's certificate, its key and the authority of clients, under the options' names. */
export function certificateFiles(authority: Certificate, server = makeCertificate(authority, 'logboom')) {
  const folder = mkdtempSync(join(tmpdir(), 'logboom-certificates-'));
  folders.push(folder);
  const paths = {
    ssl_certificate: join(folder, 'server.crt'),
    ssl_key: join(folder, 'server.key'),
    authority: join(folder, 'authority.crt'),
  };
  const write = (certificate: Certificate) => {
    writeFileSync(paths.ssl_certificate, certificate.cert);
    writeFileSync(paths.ssl_key, certificate.key);
  };
  write(server);
  writeFileSync(paths.authority, authority.cert);
  return { ...paths, folder, write };
}
