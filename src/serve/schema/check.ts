import type { JsonSchema } from './json-schema.ts';

/** Where a value is not as its schema wants it. */
export type Fault = { path: readonly (string | number)[]; message: string };

/** The first fault of a value, or nothing. Where none of several forms fits, the fault is of all of them. */
export function faultIn(schema: JsonSchema, value: unknown, path: Fault['path'] = []): Fault | undefined {
  const { anyOf, type } = schema;
  if (anyOf) {
    if (anyOf.some((form) => !faultIn(form, value))) return undefined;
    return { path, message: 'must be of one of the expected forms' };
  }
  if (type !== undefined && !isOf(type, value)) return { path, message: `must be ${type}` };
  if ('const' in schema && value !== schema.const) return { path, message: `must be ${JSON.stringify(schema.const)}` };
  if (typeof value === 'string') return faultInText(schema, value, path);
  if (typeof value === 'number') return faultInNumber(schema, value, path);
  if (Array.isArray(value)) return faultInList(schema, value, path);
  if (typeof value === 'object' && value !== null) return faultInObject(schema, value as Record<string, unknown>, path);
  return undefined;
}

function isOf(type: NonNullable<JsonSchema['type']>, value: unknown): boolean {
  switch (type) {
    case 'array':
      return Array.isArray(value);
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    case 'integer':
      return Number.isInteger(value);
    case 'number':
      return Number.isFinite(value);
    case 'boolean':
      return typeof value === 'boolean';
    case 'string':
      return typeof value === 'string';
  }
}

function faultInText({ minLength = 0, maxLength }: JsonSchema, text: string, path: Fault['path']): Fault | undefined {
  const length = maxLength === undefined && minLength === 0 ? 0 : characters(text);
  if (length < minLength) return { path, message: `must have at least ${minLength} characters` };
  if (maxLength !== undefined && length > maxLength)
    return { path, message: `must have at most ${maxLength} characters` };
  return undefined;
}

function characters(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

function faultInNumber({ minimum }: JsonSchema, value: number, path: Fault['path']): Fault | undefined {
  return minimum !== undefined && value < minimum ? { path, message: `must be at least ${minimum}` } : undefined;
}

function faultInList(
  { items, maxItems }: JsonSchema,
  list: readonly unknown[],
  path: Fault['path'],
): Fault | undefined {
  if (maxItems !== undefined && list.length > maxItems) return { path, message: `must have at most ${maxItems} items` };
  if (items)
    for (const [index, item] of list.entries()) {
      const fault = faultIn(items, item, [...path, index]);
      if (fault) return fault;
    }
  return undefined;
}

function faultInObject(schema: JsonSchema, value: Record<string, unknown>, path: Fault['path']): Fault | undefined {
  const { properties = {}, required = [], additionalProperties, patternProperties } = schema;
  const missing = required.find((name) => !Object.hasOwn(value, name));
  if (missing !== undefined) return { path: [...path, missing], message: 'must be there' };
  const rest = patternProperties?.['^.*$'];
  for (const [name, part] of Object.entries(value)) {
    const of = Object.hasOwn(properties, name) ? properties[name] : rest;
    if (!of && additionalProperties === false) return { path: [...path, name], message: 'must not be there' };
    const fault = of && faultIn(of, part, [...path, name]);
    if (fault) return fault;
  }
  return undefined;
}
