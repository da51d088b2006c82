import { createHash, randomInt, timingSafeEqual } from 'node:crypto';

/** Without letters and digits that look alike. */
const ALPHABET = 'ABCDEFGHJKMNPQRSTUVWXYZ23456789';
const GROUPS = [4, 4];

/** A code such as `K7QM-3XWP`: 39 bits, which the throttle makes more than enough. */
export function makeSetupCode(): string {
  const letter = () => ALPHABET[randomInt(ALPHABET.length)]!;
  return GROUPS.map((length) => Array.from({ length }, letter).join('')).join('-');
}

/** Compares as people type: any case, with or without the dash. Takes the same time for any wrong code. */
export function isSetupCode(typed: string, code: string): boolean {
  return timingSafeEqual(digest(typed), digest(code));
}

function digest(code: string): Buffer {
  return createHash('sha256')
    .update(code.toUpperCase().replaceAll(/[^A-Z0-9]/g, ''))
    .digest();
}
