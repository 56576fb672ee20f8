/** Addresses as they may be shown: a login in front of the host (`https://user:password@host`) is left out. */
export const withoutLogin = (text: string): string => text.replace(/\/\/[^/\s"]*@/g, '//…@');
