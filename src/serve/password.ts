import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const hash = promisify(argon2);

/** OWASP's floor for argon2id; some 20 ms on a small computer. */
const COST = { memory: 19_456, passes: 2, parallelism: 1, tagLength: 32 } as const;

export const MIN_PASSWORD = 10;

export type PasswordHash = { algorithm: 'argon2id'; nonce: string; memory: number; passes: number; tag: string };

export async function hashPassword(password: string): Promise<PasswordHash> {
  const nonce = randomBytes(16);
  const tag = await hash('argon2id', { message: password.normalize('NFC'), nonce, ...COST });
  const { memory, passes } = COST;
  return { algorithm: 'argon2id', nonce: nonce.toString('hex'), memory, passes, tag: tag.toString('hex') };
}

export async function verifyPassword(password: string, stored: PasswordHash): Promise<boolean> {
  const { memory, passes } = stored;
  const nonce = Buffer.from(stored.nonce, 'hex');
  const tag = await hash('argon2id', { message: password.normalize('NFC'), nonce, ...COST, memory, passes });
  const expected = Buffer.from(stored.tag, 'hex');
  return tag.length === expected.length && timingSafeEqual(tag, expected);
}

/** Reads what the store holds; `undefined` when nobody has set a password, or it is no hash. */
export function asPasswordHash(value: unknown): PasswordHash | undefined {
  const hash = value as PasswordHash | undefined;
  return hash?.algorithm === 'argon2id' && typeof hash.tag === 'string' ? hash : undefined;
}

/** Beginnings of what people choose first, where ten characters are asked for. */
const COMMON = [
  'password',
  'wachtwoord',
  'welkom',
  'welcome',
  'qwerty',
  'azerty',
  'iloveyou',
  'letmein',
  'admin',
  'spin',
];

/** Why a password would be guessed soon, or `undefined`. Length counts characters; nothing else is demanded. */
export function weakness(password: string): 'short' | 'common' | undefined {
  const characters = [...password.normalize('NFC')];
  if (characters.length < MIN_PASSWORD) return 'short';
  const plain = password.toLowerCase().replaceAll(/[^\p{L}]/gu, '');
  if (new Set(characters).size < 5 || COMMON.some((word) => plain === word || plain === word + word)) return 'common';
  return isSequence(characters) ? 'common' : undefined;
}

/** `1234567890`, `abcdefghij`, `0987654321` and their like: each character follows the one before. */
function isSequence(characters: readonly string[]): boolean {
  const codes = characters.map((character) => character.codePointAt(0)!);
  const steps = codes.slice(1).map((code, i) => code - codes[i]!);
  return steps.filter((step) => step === steps[0] && Math.abs(step) <= 1).length >= steps.length - 1;
}
