/**
 * Addresses of servers as settings: checked for all that can be known before anybody connects, since clients read what is wrong with one in ways of their own.
 * Promise: what is said of a wrong one holds nothing of it, for it may be a password.
 */
import { z } from 'zod';

const encoded = 'other characters than letters and digits in user and password are written as %XX (@ as %40)';

const brokerList = 'has to look like host:port,host:port (an IPv6 address in brackets, as in [::1]:9092)';
const broker = /^(?:[^\s/:@[\]]+|\[[\da-f:.]+\]):(\d{1,5})$/i;

export const brokerAddresses = z
  .string()
  .transform((list) => list.split(',').flatMap((one) => one.trim() || []))
  .refine((all) => all.length > 0 && all.every((one) => isPort(broker.exec(one)?.[1])), brokerList);

export const databaseAddress = z
  .string()
  .trim()
  .refine(
    (text) => isAddress(withHost(text), ['postgres:', 'postgresql:']),
    `must be an address like postgres://user:password@host:5432/database; ${encoded}`,
  )
  .refine(
    (text) => sslModes.includes(URL.parse(withHost(text))?.searchParams.get('sslmode') ?? 'disable'),
    `has an sslmode that is none of disable, no-verify, prefer, require, verify-ca, verify-full`,
  );
/** As PostgreSQL's client knows them; of another one it makes `verify-full`. */
const sslModes = ['disable', 'no-verify', 'prefer', 'require', 'verify-ca', 'verify-full'];

export const redisAddress = z
  .string()
  .trim()
  .refine(
    (text) => isAddress(text, ['redis:', 'rediss:']) && /^\/?\d*$/.test(URL.parse(text)!.pathname),
    `must be an address like redis://user:password@host:6379 or, with TLS, rediss://...; ${encoded}`,
  );

const isPort = (port: string | undefined): boolean => Number(port) >= 1 && Number(port) <= 65_535;

/** PostgreSQL may be at a socket of the system, which the query names: then none stands there. */
const withHost = (text: string): string => text.replace('@/', '@localhost/');

/** A blank makes PostgreSQL's client take %XX as it stands. An @, / or # of a password that is not encoded ends it, and makes a host or a database of the rest. */
function isAddress(text: string, protocols: readonly string[]): boolean {
  const url = URL.parse(text);
  if (!url || !protocols.includes(url.protocol) || !text.startsWith(`${url.protocol}//`)) return false;
  const { username, password, pathname, hash, search } = url;
  const isCut =
    /\s/.test(text) || hash !== '' || /[@/]/.test(pathname.slice(1)) || (username === '' && search.includes('@'));
  return !isCut && [username, password, pathname].every(isDecodable);
}

function isDecodable(part: string): boolean {
  try {
    decodeURIComponent(part);
    return true;
  } catch {
    return false;
  }
}
