import type {
  CorrectionView,
  IncidentView,
  NewcomerView,
  NoticedView,
  PreferenceBody,
  PreferencesView,
  RehearsalView,
} from '../contract/incidents.ts';
import type { Answer } from '../model/incident.ts';
import type { Actor } from './actor.ts';

/**
 * What the server needs of incidents and preferences. What changes something is durable when it returns.
 * @throws {Refusal} with its field, and {CannotStore}; nothing is changed then
 */
export type IncidentDoor = {
  /** The newest first; those that are closed only where `all`. */
  incidents(all: boolean): IncidentView[];
  incident(id: string): IncidentView;
  answer(id: string, answer: Answer, actor: Actor): IncidentView;
  undo(id: string, actor: Actor): IncidentView;
  /** Somebody says that a step of the clean-up is done. */
  claim(id: string, step: string, actor: Actor): IncidentView;
  /** What is no part of an open incident, of one device or all. */
  noticed(device?: string): NoticedView[];
  corrections(): CorrectionView[];
  uncorrect(id: string, actor: Actor): CorrectionView[];
  newcomers(): NewcomerView[];
  admit(device: string, actor: Actor): NewcomerView[];
  preferences(): PreferencesView;
  prefer(body: PreferenceBody, actor: Actor): PreferencesView;
  /** What the home's own history would have been; nothing is changed. */
  rehearse(body: PreferenceBody): RehearsalView;
};
