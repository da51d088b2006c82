import { expect, test } from 'vitest';
import { en } from '../text/en.ts';
import { ApiError } from './api.ts';
import { refusalWords } from './refusal.ts';

const words = (error: unknown) => refusalWords(error, en, 'Nothing was changed.');

test('a refusal names the field and says why in plain words', () => {
  expect(words(new ApiError('bad-prefix', 'no prefix', 400, 'target.node.prefix'))).toBe(
    `Far end: ${en.errors['bad-prefix']}`,
  );
  expect(words(new ApiError('unusable-schedule', '', 400, 'when.weekly[2].from'))).toMatch(/^Time: /);
});

test('a refusal of an unknown kind keeps the words of the server', () => {
  expect(words(new ApiError('odd', 'Only on Tuesdays.', 400))).toBe('Only on Tuesdays.');
  expect(words(new ApiError('odd', '', 400, 'unheard.of'))).toBe('Nothing was changed.');
  expect(words(new TypeError('broken'))).toBe('Nothing was changed.');
});
