import { expect, test } from 'vitest';
import { protocolName, protocolNumber } from './protocols.ts';

test('every protocol has one name, and every name its number', () => {
  for (let number = 0; number < 256; number++) expect(protocolNumber(protocolName(number))).toBe(number);
});
