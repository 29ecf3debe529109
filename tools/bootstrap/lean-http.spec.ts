import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';

const run = (code: string): string =>
  execFileSync(process.execPath, ['--input-type=module', '--eval', code], { encoding: 'utf8' }).trim();
const loaded = `process.moduleLoadList.some((name) => name.includes('undici'))`;
const file = pathToFileURL(join(import.meta.dirname, 'lean-http.mjs')).href;

it('leaves Node’s other HTTP client out of what imports node:http', () => {
  const { before, after } = {
    before: run(`const { STATUS_CODES } = await import('node:http'); console.log(STATUS_CODES[404], ${loaded})`),
    after: run(`const { leaveOutWebSocket } = await import(${JSON.stringify(file)}); leaveOutWebSocket();
      const { STATUS_CODES } = await import('node:http'); console.log(STATUS_CODES[404], ${loaded})`),
  };
  expect({ before, after }).toEqual({ before: 'Not Found true', after: 'Not Found false' });
});

it('leaves fetch and WebSocket where everybody looks for them', () => {
  const code = `const { leaveOutWebSocket } = await import(${JSON.stringify(file)}); leaveOutWebSocket();
    console.log(typeof fetch, typeof WebSocket, new Headers({ a: 'b' }).get('a'))`;
  expect(run(code)).toBe('function function b');
});
