import type { RuleAction } from '../../../src/model/household.ts';
import { EVERYTHING, type Subject } from './subject.ts';

/** What the one dialog of actions is open for; a page has many buttons that open it. */
class Acting {
  subject = $state.raw<Subject | undefined>();
  /** Chosen before the dialog opens, by a button that says so. */
  action = $state<RuleAction | undefined>();
  /** The dialog asks also for whom. */
  asksWho = $state(false);

  /** Begins with the whole home, to be narrowed down. */
  openForAnyone(action: RuleAction): void {
    this.open({ kind: 'group', id: EVERYTHING }, action);
    this.asksWho = true;
  }

  open(subject: Subject, action?: RuleAction): void {
    this.subject = subject;
    this.action = action;
  }

  close(): void {
    this.subject = undefined;
    this.action = undefined;
    this.asksWho = false;
  }
}

export const acting = new Acting();
