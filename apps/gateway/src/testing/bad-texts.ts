/** Bodies that are refused before anything is made of them. */
import { raw, task, type Bad } from './bad-input.ts';

const manyKeys = Array.from({ length: 60_000 }, (_, at) => `"k${at}":""`).join(',');

export const badTexts: Bad[] = [
  task('an unfinished object', raw('{"goal": "a"'), 'malformed_json', { says: /line 1, column 13/ }),
  task('a missing value', raw('{\n  "goal": ,\n}'), 'malformed_json', { says: /line 2, column 11/ }),
  task('a trailing comma', raw('{"goal":"a",}'), 'malformed_json'),
  task('two documents', raw('{"goal":"a"}{"goal":"b"}'), 'malformed_json', { says: /column 13/ }),
  task('a bare word', raw('goal'), 'malformed_json'),
  task('NaN', raw('{"goal":"a","priority":NaN}'), 'malformed_json'),
  task('an empty body', raw(''), 'invalid_request'),
  task('only white space', raw('   '), 'malformed_json'),
  task('a byte that is no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]), 'malformed_json', { says: /UTF-8/ }),
  task('a surrogate as UTF-8 bytes', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), 'malformed_json', { says: /UTF-8/ }),
  task('an overlong character', Buffer.from([0x22, 0xc0, 0xaf, 0x22]), 'malformed_json'),
  task('a raw NUL in text', raw('{"goal":"a\0b"}'), 'invalid_text', { pointer: '/goal' }),
  task('an escaped NUL in text', raw('{"goal":"a\\u0000b"}'), 'invalid_text', { pointer: '/goal' }),
  task('an escaped NUL in a key', raw('{"goal":"a","input":{"x\\u0000y":1}}'), 'invalid_text', {
    pointer: '/input/x\ufffdy',
  }),
  task('a NUL between values', raw('{"goal":\0"a"}'), 'invalid_text'),
  task('a lone high surrogate', raw('{"goal":"\\ud800"}'), 'invalid_text', { pointer: '/goal' }),
  task('a lone low surrogate', raw('{"goal":"x \\uDC00 y"}'), 'invalid_text', { pointer: '/goal' }),
  task('a lone surrogate in a key', raw('{"goal":"a","labels":{"\\ud83d":"x"}}'), 'invalid_text', {
    pointer: '/labels/\ufffd',
  }),
  task('two high surrogates', raw('{"goal":"\\ud83d\\ud83d\\ude00"}'), 'invalid_text'),
  task('__proto__', raw('{"goal":"a","input":{"__proto__":{"x":1}}}'), 'forbidden_key', {
    pointer: '/input/__proto__',
  }),
  task('an escaped __proto__', raw('{"workflow":"typed","input":{"\\u005f_proto__":1}}'), 'forbidden_key'),
  task('constructor', raw('{"goal":"a","constructor":{}}'), 'forbidden_key'),
  task('prototype in a list', raw('{"goal":"a","labels":{},"input":{"list":[0,{"prototype":1}]}}'), 'forbidden_key', {
    pointer: '/input/list/1/prototype',
  }),
  task('ten thousand levels of lists', raw(`{"goal":${'['.repeat(10_000)}${']'.repeat(10_000)}}`), 'too_deep'),
  task('ten thousand levels of objects', raw(`${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`), 'too_deep'),
  task('levels that never close', raw('['.repeat(100_000)), 'too_deep'),
  task('eleven megabytes', Buffer.alloc(11 * 1024 * 1024, 0x20), 'too_large', { status: 413 }),
  task('more keys than anybody needs', raw(`{"goal":"a","labels":{${manyKeys}}}`), 'too_large', {
    status: 413,
    pointer: '/labels/k49998',
    says: /50000 keys/,
  }),
  task(
    'a number beyond a double',
    raw('{"workflow":"typed","input":{"id":"\\"9","tags":[1e3,-1E+400]}}'),
    'invalid_request',
    {
      pointer: '/input/tags/1',
      says: /number/,
    },
  ),
  task(
    'a number beyond a double, in digits',
    raw(`{"definition":{"steps":{"a":{"agent":"echo","with":{"x":${'9'.repeat(400)}}}}}}`),
    'invalid_request',
    { pointer: '/definition/steps/a/with/x' },
  ),
  {
    what: 'metadata of a document with a number beyond a double',
    to: 'POST /v1/documents',
    body: raw('{"name":"a","text":"a","metadata":{"x":1e400}}'),
    code: 'invalid_request',
    pointer: '/metadata/x',
  },
  task('a key that stands twice', raw('{"goal":"a","goal":"b"}'), 'invalid_request', {
    pointer: '/goal',
    says: /twice/,
  }),
];
