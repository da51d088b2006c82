import fc from 'fast-check';
import { Type as TypeBox } from 'typebox';
import { Check } from 'typebox/value';
import { describe, expect, test } from 'vitest';
import { Type } from '../../contract/schema.ts';
import { faultIn } from './check.ts';
import { type JsonSchema, understood } from './json-schema.ts';
import { OpenApi } from './openapi.ts';
import { shaped } from './shaped.ts';

const form = (type: typeof Type) =>
  type.Object(
    {
      name: type.String({ minLength: 1, maxLength: 4 }),
      port: type.Optional(type.Integer({ minimum: 0 })),
      rate: type.Optional(type.Number()),
      on: type.Boolean(),
      mode: type.Union([type.Literal('watch'), type.Literal(3), type.Object({ of: type.String() })]),
      labels: type.Optional(type.Record(type.String(), type.Union([type.String(), type.Number()]))),
      list: type.Optional(type.Array(type.Object({ id: type.Optional(type.String()) }), { maxItems: 2 })),
    },
    { additionalProperties: false },
  );
const schema = understood(form(Type));
const right = { name: 'lamp', on: true, mode: 'watch' };

/** Values that are nearly of the form, and some that are nothing of the kind. */
const anything = fc.oneof(fc.jsonValue(), fc.constantFrom('', 'abcd', 'äöü😀', 'abcde', -1, 0, 0.5, 3, 'watch', NaN));
const nearly = fc.record(
  {
    name: fc.oneof(fc.string({ maxLength: 5, unit: 'binary' }), anything),
    port: fc.oneof(fc.integer({ min: -2, max: 9 }), anything),
    rate: fc.oneof(fc.double(), anything),
    on: fc.oneof(fc.boolean(), anything),
    mode: fc.oneof(fc.constantFrom('watch', 'ask', 3), fc.record({ of: anything }), anything),
    labels: fc.oneof(fc.dictionary(fc.string(), anything), anything),
    list: fc.oneof(fc.array(fc.record({ id: anything }, { requiredKeys: [] }), { maxLength: 3 }), anything),
    more: anything,
  },
  { requiredKeys: [] },
);
/** A right value with at most two things changed. */
const nearlyRight = fc
  .tuple(
    nearly,
    fc.subarray(['name', 'port', 'rate', 'on', 'mode', 'labels', 'list', 'more'] as const, { maxLength: 2 }),
  )
  .map(([changed, names]): object => ({
    ...right,
    ...Object.fromEntries(Object.entries(changed).filter(([name]) => (names as string[]).includes(name))),
  }));

describe('the check of requests', () => {
  test('refuses exactly what TypeBox’s own does', () => {
    const theirs = form(TypeBox);
    const agrees = (value: unknown) => {
      expect([value, !faultIn(schema, value)]).toEqual([value, Check(theirs, value)]);
    };
    fc.assert(fc.property(fc.oneof(nearly, nearlyRight, anything), agrees), { numRuns: 2_000 });
  });

  test.each<[string, unknown, string, string]>([
    ['something missing', { name: 'lamp', on: true }, 'mode', 'must be there'],
    ['something more', { ...right, x: 1 }, 'x', 'must not be there'],
    ['a wrong type', { ...right, on: 'yes' }, 'on', 'must be boolean'],
    ['a long text', { ...right, name: 'lamps' }, 'name', 'must have at most 4 characters'],
    ['an empty text', { ...right, name: '' }, 'name', 'must have at least 1 characters'],
    ['a small number', { ...right, port: -1 }, 'port', 'must be at least 0'],
    ['no whole number', { ...right, port: 0.5 }, 'port', 'must be integer'],
    ['a long list', { ...right, list: [{}, {}, {}] }, 'list', 'must have at most 2 items'],
    ['a wrong item', { ...right, list: [{}, { id: 1 }] }, 'list.1.id', 'must be string'],
    ['none of several forms', { ...right, mode: { of: 1 } }, 'mode', 'must be of one of the expected forms'],
    ['nothing at all', undefined, '', 'must be object'],
  ])('names %s', (_what, value, path, message) => {
    const fault = faultIn(schema, value);
    expect([fault?.path.join('.'), fault?.message]).toEqual([path, message]);
  });

  test('counts characters as people do, and takes what every object inherits for missing', () => {
    expect(faultIn(schema, { ...right, name: '😀😀😀😀' })).toBeUndefined();
    const inherited = { type: 'object', properties: {}, required: ['toString'] } as JsonSchema;
    expect(faultIn(inherited, {})).toMatchObject({ path: ['toString'] });
    const parsed = JSON.parse('{"name":"lamp","on":true,"mode":3,"__proto__":{}}') as unknown;
    expect(faultIn(schema, parsed)).toMatchObject({ path: ['__proto__'], message: 'must not be there' });
  });

  test('a schema that it would only half understand is refused', () => {
    expect(() => understood({ type: 'string', pattern: '^a' })).toThrow('pattern');
    expect(() => understood({ type: 'object', properties: { a: { type: 'string', format: 'ipv4' } } })).toThrow(
      'format',
    );
    expect(() => understood({ type: 'array', items: { anyOf: [{ type: 'array', minItems: 1 }] } })).toThrow('minItems');
    expect(() => understood({ type: 'object', patternProperties: { '^x': {} } })).toThrow('keys of any text');
  });
});

describe('the shape of answers', () => {
  test('shows what the schema names and nothing else', () => {
    const secret = { hash: 'secret' };
    const value = {
      ...right,
      ...secret,
      mode: { of: 'x', ...secret },
      list: [{ id: 'a', ...secret }],
      labels: { a: 1 },
    };
    expect(shaped(schema, value)).toEqual({ ...right, mode: { of: 'x' }, list: [{ id: 'a' }], labels: { a: 1 } });
  });

  test('is the value itself where nothing is too much', () => {
    fc.assert(
      fc.property(nearlyRight, (value) => {
        fc.pre(!faultIn(schema, value));
        expect(JSON.stringify(shaped(schema, value))).toBe(JSON.stringify(reordered(value)));
      }),
    );
  });

  test('keys from the network stay keys', () => {
    const labels = JSON.parse('{"__proto__":"x","constructor":1}') as object;
    const answer = shaped(schema, { ...right, labels }) as { labels: object };
    expect(JSON.stringify(answer.labels)).toBe('{"__proto__":"x","constructor":1}');
  });

  test('an answer without what its schema promises is a fault', () => {
    expect(() => shaped(schema, { ...right, on: undefined })).toThrow('lacks on');
    expect(() => shaped(schema, { ...right, mode: 4 })).toThrow('none of the forms');
  });
});

/** With the properties in the order of the schema. */
function reordered(value: object): object {
  return Object.fromEntries(
    Object.keys(schema.properties!).flatMap((name) => {
      const entry = (value as Record<string, unknown>)[name];
      return entry === undefined ? [] : [[name, entry]];
    }),
  );
}

describe('the OpenAPI document', () => {
  const openApi = new OpenApi('1.2.3');
  const name = Type.Object({ name: Type.String() });
  const query = Type.Object({ limit: Type.Optional(Type.String()), span: Type.String() });
  const params = Type.Object({ id: Type.String({ maxLength: 8 }) });
  const tell = { summary: 'Rename', params, querystring: query, body: name, response: { 200: name, '4xx': name } };
  openApi.add({ method: 'PATCH', url: '/api/devices/:id', schema: tell });
  openApi.add({ method: 'GET', url: '/api/devices/:id', schema: { response: { 200: name } } });
  openApi.add({ method: 'HEAD', url: '/api/devices/:id', schema: { response: { 200: name } } });
  openApi.add({ method: 'GET', url: '/api/*', schema: { hide: true } });
  const document = JSON.parse(JSON.stringify(openApi.document())) as { paths: Record<string, Record<string, object>> };

  test('has the routes with what they take and give', () => {
    expect(document).toMatchObject({ openapi: '3.1.0', info: { title: 'SPIN', version: '1.2.3' } });
    expect(Object.keys(document.paths)).toEqual(['/api/devices/{id}']);
    const { patch, get, ...others } = document.paths['/api/devices/{id}']!;
    expect(others).toEqual({});
    const json = { content: { 'application/json': { schema: name } } };
    expect(patch).toEqual({
      summary: 'Rename',
      requestBody: { required: true, ...json },
      parameters: [
        { name: 'limit', in: 'query', required: false, schema: { type: 'string' } },
        { name: 'span', in: 'query', required: true, schema: { type: 'string' } },
        { name: 'id', in: 'path', required: true, schema: { type: 'string', maxLength: 8 } },
      ],
      responses: {
        200: { description: 'The answer', ...json },
        '4XX': { description: 'Why it was refused', ...json },
      },
    });
    expect(get).toEqual({ responses: { 200: { description: 'The answer', ...json } } });
  });
});
