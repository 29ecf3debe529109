/**
 * An ECMAScript import of `node:http`, of which frameworks have some, reads every export. Three of them are read by loading Node's whole other
 * HTTP client: 13 MB, and 50 ms of each start (nodejs/node#59686). Nobody here takes them from there; the global WebSocket stays.
 * To be called before anything imports `node:http`.
 */
export function leaveOutWebSocket() {
  const http = /** @type {Record<string, unknown>} */ (process.getBuiltinModule('node:http'));
  for (const name of ['WebSocket', 'CloseEvent', 'MessageEvent']) delete http[name];
}
