import type {
  CorrectionView,
  IncidentView,
  NewcomerView,
  NoticedView,
  PreferenceBody,
  PreferencesView,
  RehearsalView,
} from '../../contract/incidents.ts';
import type { HouseholdInput } from '../../decide/obey.ts';
import { Refusal } from '../../decide/refusal.ts';
import { rehearse } from '../../decide/rehearsal.ts';
import { type Answer, CLEAN_UP_STEPS, type CleanUpName } from '../../model/incident.ts';
import type { PreferenceChoice, PreferenceScope } from '../../model/preferences.ts';
import type { IncidentDoor } from '../../serve/incident-door.ts';
import { attempt } from '../refusals.ts';
import { correctionView } from './incident-views.ts';
import type { Incidents } from './incidents.ts';

export type DeskOptions = {
  incidents: Incidents;
  label: (device: string) => string;
  devices: () => string[];
  /** The home's time, ms. */
  at: () => number;
  /** Told after each attempt to store something. */
  onStored: () => void;
};

/** What people ask about incidents and preferences, as the server hands it on; every refusal in the server's words. */
export class Desk implements IncidentDoor {
  readonly #options: DeskOptions;
  readonly #incidents: Incidents;

  constructor(options: DeskOptions) {
    this.#options = options;
    this.#incidents = options.incidents;
  }

  incidents(all: boolean): IncidentView[] {
    return this.#incidents.views(all);
  }

  incident(id: string): IncidentView {
    return this.#try(() => this.#view(id));
  }

  answer(id: string, answer: Answer, actor: string): IncidentView {
    return this.#say({ kind: 'answer', at: this.#options.at(), by: actor, incident: id, answer });
  }

  undo(id: string, actor: string): IncidentView {
    return this.#say({ kind: 'undo', at: this.#options.at(), by: actor, incident: id });
  }

  claim(id: string, name: string, actor: string): IncidentView {
    return this.#try(() => {
      if (!CLEAN_UP_STEPS.includes(name as CleanUpName)) throw new Refusal('name', 'unknown-step', 'no such step');
      const step = name as CleanUpName;
      this.#incidents.say({ kind: 'claim', at: this.#options.at(), by: actor, incident: id, step });
      return this.#view(id);
    });
  }

  noticed(device?: string): NoticedView[] {
    return this.#incidents.noticedViews(device);
  }

  corrections(): CorrectionView[] {
    const { label } = this.#options;
    return this.#incidents.book.corrections.all().map((one) => correctionView(one, label));
  }

  uncorrect(id: string, actor: string): CorrectionView[] {
    this.#try(() => this.#incidents.uncorrect(id, actor));
    return this.corrections();
  }

  newcomers(): NewcomerView[] {
    return this.#incidents.newcomerViews();
  }

  admit(device: string, actor: string): NewcomerView[] {
    this.#try(() => this.#incidents.admit(device, actor));
    return this.newcomers();
  }

  preferences(): PreferencesView {
    const { home, groups, devices } = this.#incidents.wishes.set;
    return { home, groups: { ...groups }, devices: { ...devices } };
  }

  prefer(body: PreferenceBody, actor: string): PreferencesView {
    const { scope, choice } = read(body);
    this.#try(() => this.#incidents.wishes.choose(scope, choice, actor, this.#options.at()));
    this.#incidents.wished();
    return this.preferences();
  }

  rehearse(body: PreferenceBody): RehearsalView {
    const { label, devices, at } = this.#options;
    const incidents = this.#incidents;
    const { scope, choice } = read(body);
    const would = this.#try(() => incidents.wishes.with(scope, choice));
    const history = incidents.history;
    const home = { profileOf: (device: string) => incidents.own.profileOf(device), devices };
    const { changed, unchanged } = rehearse(history, incidents.wishes.set, would, home, at());
    return {
      ...(history[0] && { since: history[0].at }),
      until: at(),
      findings: history.filter((input) => input.kind === 'finding' && input.change === 'new').length,
      changed: changed.map((one) => ({ ...one, label: label(one.device) })),
      unchanged,
    };
  }

  #say(input: HouseholdInput): IncidentView {
    return this.#try(() => {
      this.#incidents.say(input);
      return this.#view(input.incident);
    });
  }

  #view(id: string): IncidentView {
    const incident = this.#incidents.book.get(id);
    if (!incident) throw new Refusal('id', 'unknown-incident', 'no such incident');
    return this.#incidents.view(incident);
  }

  #try<T>(work: () => T): T {
    return attempt(work, this.#options.onStored);
  }
}

/** The schema has checked the words; absent fields are absent. */
function read({ scope, choice }: PreferenceBody): { scope: PreferenceScope; choice: PreferenceChoice } {
  return { scope, choice: choice as PreferenceChoice };
}
