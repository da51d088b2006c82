import type { ErrorView } from '../contract/api.ts';

/** Every reason why a request is refused, with its HTTP status. Codes are stable and never reused. */
export const REFUSALS = {
  'bad-request': [400, 'The request does not have the expected form.'],
  'weak-password': [400, 'The password is too easy to guess.'],
  'wrong-code': [403, 'The code is not the one on SPIN’s console.'],
  'wrong-password': [403, 'The password is not right.'],
  'no-session': [401, 'Sign in first.'],
  'wrong-csrf': [403, 'The request lacks the token of this session.'],
  'foreign-origin': [403, 'The request comes from another web site.'],
  'setup-closed': [409, 'A password has been set already.'],
  'setup-needed': [409, 'No password has been set yet.'],
  'unknown-host': [421, 'SPIN does not answer to this name. Use its address.'],
  'not-found': [404, 'There is nothing here.'],
  'unknown-device': [404, 'There is no such device.'],
  'unknown-kind': [400, 'There is no such kind of device.'],
  'unknown-group': [404, 'There is no such group.'],
  'unknown-rule': [404, 'There is no such rule.'],
  'bad-address': [400, 'This is no address.'],
  'bad-prefix': [400, 'This is no prefix of addresses.'],
  'bad-name': [400, 'This is no name that can be used here.'],
  'bad-service': [400, 'This is no service.'],
  'bad-target': [400, 'Nothing can be done to that.'],
  'unusable-schedule': [400, 'This time cannot be used.'],
  'cuts-owner-off': [409, 'This would cut you off from SPIN, or the home from its router.'],
  'too-many': [409, 'There are too many already.'],
  'nothing-to-undo': [404, 'There is nothing to undo.'],
  'undone-already': [409, 'This change was undone already.'],
  'changed-since': [409, 'It was changed again since then.'],
  'unknown-incident': [404, 'There is no such incident.'],
  'unknown-step': [404, 'There is no such step.'],
  'unknown-correction': [404, 'There is no such correction.'],
  'unknown-newcomer': [404, 'This device does not wait to be admitted.'],
  closed: [409, 'This incident is over.'],
  'bad-preference': [400, 'This is no preference.'],
  'spins-own': [409, 'SPIN made this rule because of an incident. Undo the incident instead.'],
  'audit-full': [409, 'The audit log is full, and nothing is done without being recorded.'],
  'too-many-tries': [429, 'Too many wrong tries. Wait a minute.'],
  'too-large': [413, 'The request is too large.'],
  'unsupported-type': [415, 'The request is not JSON.'],
  'store-failing': [503, 'This cannot be stored now, so it was not done. See the coverage notes.'],
  internal: [500, 'Something went wrong inside SPIN.'],
} as const satisfies Record<string, readonly [number, string]>;

export type RefusalCode = keyof typeof REFUSALS;

/** Thrown by hooks and handlers; becomes an {@link ErrorView} with the code's status. */
export class Refusal extends Error {
  readonly code: RefusalCode;
  readonly field: string | undefined;

  constructor(code: RefusalCode, options: { message?: string; field?: string } = {}) {
    super(options.message ?? REFUSALS[code][1]);
    this.code = code;
    this.field = options.field;
  }

  get status(): number {
    return REFUSALS[this.code][0];
  }

  view(): ErrorView {
    return {
      error: { code: this.code, message: this.message, ...(this.field !== undefined && { field: this.field }) },
    };
  }
}

/** What fastify itself refuses, in our words; anything unknown is `internal` and tells nothing. */
export function asRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  const { statusCode } = error as { statusCode?: number };
  if (statusCode === 413) return new Refusal('too-large');
  if (statusCode === 415) return new Refusal('unsupported-type');
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) return new Refusal('bad-request');
  return new Refusal('internal');
}
