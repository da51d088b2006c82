import type {
  ConversationView,
  DeviceView,
  EventView,
  ExposureView,
  HistorySpan,
  HistoryView,
  HomeView,
  NodeView,
  StatusView,
} from '../contract/api.ts';
import type { Actor } from './actor.ts';
import type { HouseholdDoor } from './household-door.ts';
import type { IdentityDoor } from './identity-door.ts';
import type { IncidentDoor } from './incident-door.ts';
import type { SessionKeeper } from './sessions.ts';

/** What the server needs of the rest of SPIN: the home as views, the owner's commands, and what is kept. */
export type Door = {
  readonly household: HouseholdDoor;
  readonly identity: IdentityDoor;
  readonly desk: IncidentDoor;
  home(epoch: string, sequence: number): HomeView;
  status(): StatusView;
  devices(): DeviceView[];
  device(id: string): DeviceView | undefined;
  exposure(id: string): ExposureView | undefined;
  conversations(device: string): ConversationView[];
  nodes(device: string, order: 'volume' | 'new', limit: number): NodeView[];
  history(span: HistorySpan, device?: string): HistoryView;
  events(limit: number): EventView[];
  /** Durable when it returns. @throws CannotStore */
  rename(device: string, name: string, actor: Actor): DeviceView | undefined;
  /** @throws CannotStore */
  erase(): void;
};

/** What the server keeps over a restart. */
export type Keeper = {
  password(): unknown;
  /** @throws CannotStore */
  setPassword(hash: unknown): void;
  record(kind: string, actor: string, detail?: string): void;
  sessions: SessionKeeper;
};

/** Thrown through the door when something cannot be made durable. */
export class CannotStore extends Error {}
