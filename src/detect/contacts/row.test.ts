import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type InRow, Row } from './row.ts';

interface Thing extends InRow<Thing> {
  name: number;
}

describe('a row', () => {
  test('holds its things in the order of their last use, whatever is added, renewed and removed', () => {
    const deed = fc.tuple(fc.constantFrom('add', 'renew', 'remove'), fc.nat(7));
    fc.assert(
      fc.property(fc.array(deed, { maxLength: 60 }), (deeds) => {
        const things: Thing[] = Array.from({ length: 8 }, (_, name) => ({
          name,
          earlier: undefined,
          later: undefined,
        }));
        const row = new Row<Thing>();
        let expected: number[] = [];
        for (const [what, name] of deeds) {
          const stands = expected.includes(name);
          if (what === 'add' ? stands : !stands) continue;
          if (what === 'add') row.add(things[name]!);
          else if (what === 'renew') row.renew(things[name]!);
          else row.remove(things[name]!);
          expected = expected.filter((one) => one !== name);
          if (what !== 'remove') expected.push(name);
          expect(row.all().map((one) => one.name)).toEqual(expected);
          expect(row.size).toBe(expected.length);
          expect(row.first?.name).toBe(expected[0]);
        }
      }),
    );
  });
});
