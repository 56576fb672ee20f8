import { z } from 'zod';
import { duration, secret } from './values.ts';

/** TLS settings of a listener, under the names that Logstash's beats input gives them. */
export const ssl = {
  ssl_enabled: z.boolean().default(false).describe('Speak TLS. 1.2 is the oldest version accepted.'),
  ssl_certificate: z.string().optional().describe('Path of the certificate (PEM, with its chain).'),
  ssl_key: z.string().optional().describe('Path of the private key (PEM).'),
  ssl_key_passphrase: secret.optional().describe('Passphrase of the private key.'),
  ssl_certificate_authorities: z
    .array(z.string())
    .default([])
    .describe('Paths of the authorities (PEM) that client certificates are checked against.'),
  ssl_client_authentication: z
    .enum(['none', 'optional', 'required'])
    .default('none')
    .describe('Whether a client must present a certificate.'),
  ssl_supported_protocols: z
    .array(z.enum(['TLSv1.2', 'TLSv1.3']))
    .min(1)
    .default(['TLSv1.2', 'TLSv1.3'])
    .describe('TLS versions to speak.'),
  ssl_cipher_suites: z
    .array(z.string())
    .optional()
    .describe('Cipher suites by OpenSSL name; default: those of Node.js.'),
  ssl_handshake_timeout: duration('10s').describe('How long a TLS handshake may take.'),
};
