/**
 * The few builders of JSON Schema that the contract needs, with TypeBox's types and without its code: the library adds
 * 23 MB to a process that lives on a router (`process.memoryUsage().rss` before and after its import), and what it
 * builds is plain JSON Schema, which is all that the server's validator reads.
 */
import type { TSchema, Type as TypeBox } from 'typebox';

export type { Static, TLiteral, TObject, TSchema, TUnion } from 'typebox';

type Builders = Pick<
  typeof TypeBox,
  'Array' | 'Boolean' | 'Integer' | 'Literal' | 'Number' | 'Object' | 'Optional' | 'Record' | 'String' | 'Union'
>;

/** Properties that may be absent; kept aside so that nothing but JSON Schema is in a schema. */
const optional = new WeakSet<object>();

const builders = {
  Array: (items: TSchema, options?: object) => ({ ...options, type: 'array', items }),
  Boolean: (options?: object) => ({ ...options, type: 'boolean' }),
  Integer: (options?: object) => ({ ...options, type: 'integer' }),
  Literal: (value: string | number | boolean, options?: object) => ({ ...options, type: typeof value, const: value }),
  Number: (options?: object) => ({ ...options, type: 'number' }),
  Object: (properties: Record<string, TSchema>, options?: object) => ({
    ...options,
    type: 'object',
    properties,
    required: Object.keys(properties).filter((name) => !optional.has(properties[name]!)),
  }),
  Optional: (schema: TSchema) => {
    const copy = { ...schema };
    optional.add(copy);
    return copy;
  },
  /** Keys are any text. */
  Record: (_key: TSchema, value: TSchema) => ({ type: 'object', patternProperties: { '^.*$': value } }),
  String: (options?: object) => ({ ...options, type: 'string' }),
  Union: (anyOf: TSchema[], options?: object) => ({ ...options, anyOf }),
};

export const Type = builders as unknown as Builders;
