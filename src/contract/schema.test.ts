import { Type as TypeBox } from 'typebox';
import { describe, expect, it } from 'vitest';
import { Type } from './schema.ts';

const shape = (type: typeof Type) =>
  type.Object(
    {
      name: type.String({ maxLength: 8 }),
      port: type.Optional(type.Integer({ minimum: 0 })),
      rate: type.Number(),
      on: type.Boolean(),
      counts: type.Record(type.String(), type.Integer()),
      mode: type.Union([type.Literal('watch'), type.Literal(3)]),
      list: type.Array(type.Object({ id: type.Optional(type.String()) }), { maxItems: 4 }),
    },
    { additionalProperties: false },
  );

describe('the schema builders', () => {
  it('make the JSON Schema that TypeBox makes', () => {
    const plain = (schema: object) => JSON.parse(JSON.stringify(schema)) as unknown;
    const withoutEmpty = (text: string) => text.replaceAll('"required":[],', '').replaceAll(',"required":[]', '');
    const ours = JSON.parse(withoutEmpty(JSON.stringify(shape(Type)))) as unknown;
    expect(ours).toEqual(plain(shape(TypeBox)));
  });
});
