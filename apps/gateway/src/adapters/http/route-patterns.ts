/** What the table of routes says of an address that found none. */
import { apiRoutes } from '@waybill/contracts';

const routes = apiRoutes.map(({ method, path }) => ({
  method: method.toUpperCase(),
  pattern: new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`),
}));
const pathOf = (url: string): string => url.split('?', 1)[0]!;

/** HEAD is answered wherever GET is. */
export function methodsOf(url: string): string[] {
  const path = pathOf(url);
  const methods = routes.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method);
  return [...new Set(methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])))];
}

/** The name of the parameter in the path that is longer than it may be. */
export function longParameterOf(url: string, most: number): string | undefined {
  const path = pathOf(url);
  const found = routes.flatMap(({ pattern }) => Object.entries(pattern.exec(path)?.groups ?? {}));
  return found.find(([, value]) => value.length > most)?.[0];
}
