import { faultIn } from './check.ts';
import type { JsonSchema } from './json-schema.ts';

/**
 * What a schema names of a value, and nothing else: no view shows by accident what it was not made to show.
 * @throws {TypeError} where something required is missing, or none of several forms fits
 */
export function shaped(schema: JsonSchema, value: unknown): unknown {
  const { anyOf, items, properties, patternProperties } = schema;
  if (properties) return shapedObject(schema, value as Record<string, unknown>);
  if (items) return shapedList(items, value as readonly unknown[]);
  if (anyOf) return shapedAsOneOf(anyOf, value);
  const rest = patternProperties?.['^.*$'];
  return rest ? shapedRecord(rest, value as Record<string, unknown>) : value;
}

function shapedObject({ properties = {}, required = [] }: JsonSchema, value: Record<string, unknown>): object {
  for (const name of required) if (value[name] === undefined) throw new TypeError(`an answer lacks ${name}`);
  const answer: Record<string, unknown> = {};
  for (const name in properties) {
    const part = value[name];
    if (part !== undefined) answer[name] = shaped(properties[name]!, part);
  }
  return answer;
}

function shapedList(items: JsonSchema, list: readonly unknown[]): unknown[] {
  return list.map((item) => shaped(items, item));
}

/** Its keys are from the network: one of them may be `__proto__`. */
function shapedRecord(schema: JsonSchema, record: Record<string, unknown>): object {
  return Object.fromEntries(Object.entries(record).map(([name, part]) => [name, shaped(schema, part)]));
}

function shapedAsOneOf(forms: readonly JsonSchema[], value: unknown): unknown {
  const form = forms.find((form) => !faultIn(form, value));
  if (!form) throw new TypeError('an answer has none of the forms that its schema names');
  return shaped(form, value);
}
