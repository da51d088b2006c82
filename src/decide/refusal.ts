export type RefusalCode =
  | 'unknown-device'
  | 'unknown-group'
  | 'unknown-rule'
  | 'bad-address'
  | 'bad-prefix'
  | 'bad-name'
  | 'bad-service'
  | 'bad-target'
  | 'unusable-schedule'
  | 'unknown-incident'
  | 'unknown-step'
  | 'unknown-correction'
  | 'unknown-newcomer'
  | 'closed'
  | 'bad-preference'
  | 'cuts-owner-off'
  | 'too-many';

/** A command that is not carried out and changes nothing. `field` is the path within the command. */
export class Refusal extends Error {
  readonly field: string;
  readonly code: RefusalCode;
  constructor(field: string, code: RefusalCode, problem: string) {
    super(`${field}: ${problem}`);
    this.name = 'Refusal';
    this.field = field;
    this.code = code;
  }
}
