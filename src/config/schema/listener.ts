import * as z from 'zod';
import { duration, secret } from './values.ts';

/** TLS settings of a listener, under the names that the beats input of Logstash uses. */
export const ssl = {
  ssl_enabled: z.boolean().default(false).describe('Use TLS. The oldest accepted version is 1.2.'),
  ssl_certificate: z.string().optional().describe('Path of the certificate with its chain (PEM).'),
  ssl_key: z.string().optional().describe('Path of the private key (PEM).'),
  ssl_key_passphrase: secret.optional().describe('Passphrase of the private key.'),
  ssl_certificate_authorities: z
    .array(z.string())
    .default([])
    .describe('Paths of the certificate authorities (PEM) to check client certificates against.'),
  ssl_client_authentication: z
    .enum(['none', 'optional', 'required'])
    .default('none')
    .describe('Whether a client must present a certificate.'),
  ssl_supported_protocols: z
    .array(z.enum(['TLSv1.2', 'TLSv1.3']))
    .min(1)
    .default(['TLSv1.2', 'TLSv1.3'])
    .describe('TLS versions to accept.'),
  ssl_cipher_suites: z
    .array(z.string())
    .optional()
    .describe('Cipher suites by OpenSSL name. Default: those of Node.js.'),
  ssl_handshake_timeout: duration('10s').describe('Timeout of a TLS handshake.'),
};

/** Which server certificates a client of other servers trusts. */
export const trust = {
  ssl_certificate_authorities: z
    .array(z.string())
    .default([])
    .describe('Paths of the certificate authorities (PEM) to trust.'),
  ssl_verification_mode: z
    .enum(['full', 'none'])
    .default('full')
    .describe('Whether logboom checks the server certificate.'),
};

export const open = z
  .boolean()
  .default(false)
  .describe(
    'Allow an address that other machines reach without TLS and without credentials. Use it only inside a container, behind a proxy or in a closed network.',
  );
export const allowedHosts = z
  .array(z.string())
  .default([])
  .describe(
    'Host names (with a dot) under which clients may send requests. Where no credentials are required, requests for other names are refused.',
  );

export const proxyProtocol = z
  .boolean()
  .default(false)
  .describe(
    'Expect a header of the PROXY protocol, version 1 or 2, at the beginning of each connection, as HAProxy and load balancers of clouds send it. The address in it counts as the address of the sender. Turn it on only where the balancer alone reaches the port.',
  );

/** For listeners that logboom's own commands and sink use, too. */
export const ownProxyProtocol = z
  .boolean()
  .default(false)
  .describe(
    'Read a header of the PROXY protocol, version 1 or 2, at the beginning of each connection, as HAProxy and load balancers of clouds send it. The address in it counts as the address of the client. Only programs on this machine may connect without it. Turn it on only where the balancer alone reaches the port.',
  );
