/** The part of nodemailer that is loaded with the first mail; see `src/util/undici.ts` for why it is a module. */
export { createTransport } from 'nodemailer';
