/** The part of JSON Schema (2020-12) that the contract's builders make (src/contract/schema.ts). */
export type JsonSchema = {
  type?: 'array' | 'boolean' | 'integer' | 'number' | 'object' | 'string';
  const?: string | number | boolean;
  anyOf?: readonly JsonSchema[];
  /** Of an object. */
  properties?: Readonly<Record<string, JsonSchema>>;
  required?: readonly string[];
  additionalProperties?: boolean;
  /** One pattern, which all keys match. */
  patternProperties?: Readonly<Record<string, JsonSchema>>;
  /** Of an array. */
  items?: JsonSchema;
  maxItems?: number;
  /** Of a text, in characters as Unicode counts them. */
  minLength?: number;
  maxLength?: number;
  /** Of a number. */
  minimum?: number;
};

const KEYWORDS: ReadonlySet<string> = new Set<keyof JsonSchema>([
  ...(['type', 'const', 'anyOf', 'properties', 'required', 'additionalProperties', 'patternProperties'] as const),
  ...(['items', 'maxItems', 'minLength', 'maxLength', 'minimum'] as const),
]);

/** A schema with nothing in it that the readers here pass over. @throws {Error} naming the keyword that they do not know */
export function understood(schema: unknown): JsonSchema {
  const known = schema as JsonSchema;
  const unknown = Object.keys(known).find((keyword) => !KEYWORDS.has(keyword));
  if (unknown !== undefined) throw new Error(`the keyword ${unknown} of JSON Schema is not understood here`);
  const patterns = Object.keys(known.patternProperties ?? {});
  if (patterns.some((pattern) => pattern !== '^.*$')) throw new Error('only keys of any text are understood here');
  if (known.properties && known.patternProperties) throw new Error('properties of two sorts are not understood here');
  const { properties = {}, patternProperties = {}, anyOf = [], items } = known;
  for (const part of [...Object.values(properties), ...Object.values(patternProperties), ...anyOf]) understood(part);
  if (items) understood(items);
  return known;
}
