/**
 * The client takes the address of a broker that it is given apart at the first two colons; what brokers say of one another it leaves whole.
 * Promise: one with an IPv6 address (`[::1]:9092`) is reached as well, and told as it was given.
 */
const bracketed = /\[([^\]]*)\]/;

/** As the client can take it apart. */
export const separable = (address: string): string =>
  address.replace(bracketed, (_, host: string) => `[${host.replaceAll(':', '_')}]`);

/** As it was given. */
export const asGiven = (address: string): string =>
  address.replace(bracketed, (_, host: string) => `[${host.replaceAll('_', ':')}]`);

/** As the system takes it. */
export const hostOf = (host: string): string => asGiven(host).replace(bracketed, '$1');
