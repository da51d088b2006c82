import { faultIn } from './check.ts';
import type { JsonSchema } from './json-schema.ts';

/**
 * What a schema names of a value, and nothing else: no view shows by accident what it was not made to show.
 * @throws {TypeError} where something required is missing, or none of several forms fits
 */
export function shaped(schema: JsonSchema, value: unknown): unknown {
  const { anyOf, items, properties, patternProperties } = schema;
  if (anyOf) return shapedAsOneOf(anyOf, value);
  if (items) return Array.from(value as Iterable<unknown>, (item) => shaped(items, item));
  const rest = patternProperties?.['^.*$'];
  if (rest) return mapped(value as object, (part) => shaped(rest, part));
  return properties ? shapedObject(schema, value as Record<string, unknown>) : value;
}

function shapedAsOneOf(forms: readonly JsonSchema[], value: unknown): unknown {
  const form = forms.find((form) => !faultIn(form, value));
  if (!form) throw new TypeError('an answer has none of the forms that its schema names');
  return shaped(form, value);
}

function shapedObject({ properties = {}, required = [] }: JsonSchema, value: Record<string, unknown>): object {
  const missing = required.find((name) => value[name] === undefined);
  if (missing !== undefined) throw new TypeError(`an answer lacks ${missing}`);
  return mapped(properties, (part, name) => (value[name] === undefined ? undefined : shaped(part, value[name])));
}

function mapped<Part>(parts: Readonly<Record<string, Part>> | object, map: (part: Part, name: string) => unknown) {
  return Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, map(part as Part, name)]));
}
