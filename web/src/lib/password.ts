export const SHORTEST_PASSWORD = 10;
/** From 0 (too short) to 4 (strong). */
export type Strength = 0 | 1 | 2 | 3 | 4;

/**
 * A rough hint by length and variety: guesses in bits, with repeated and consecutive characters counting little. It
 * advises only; what is accepted is for the server to say.
 */
export function strengthOf(password: string): Strength {
  if (password.length < SHORTEST_PASSWORD) return 0;
  const alphabet =
    (/[a-z]/.test(password) ? 26 : 0) +
    (/[A-Z]/.test(password) ? 26 : 0) +
    (/\d/.test(password) ? 10 : 0) +
    (/[^a-zA-Z\d]/.test(password) ? 20 : 0);
  let fresh = 0;
  for (let i = 0; i < password.length; i++) {
    const step = i === 0 ? 9 : password.charCodeAt(i) - password.charCodeAt(i - 1);
    fresh += Math.abs(step) <= 1 ? 0.25 : 1;
  }
  const variety = new Set(password.toLowerCase()).size;
  const bits = Math.min(fresh, variety * 2) * Math.log2(alphabet || 1);
  if (bits < 40) return 1;
  if (bits < 56) return 2;
  return bits < 78 ? 3 : 4;
}
