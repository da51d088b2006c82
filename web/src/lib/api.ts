import type {
  AuditView,
  ConversationView,
  CorrectionView,
  DeviceView,
  ErrorView,
  EventView,
  ExposureView,
  GroupBody,
  GroupChangeView,
  HistorySpan,
  HistoryView,
  IncidentView,
  NewcomerView,
  NewGroupBody,
  NodeView,
  NoticedView,
  PreferenceBody,
  PreferencesView,
  PreviewView,
  RehearsalView,
  RuleChangeView,
  SameBody,
  SessionView,
  SetRuleBody,
} from '../../../src/contract/api.ts';

import type { Answer } from '../../../src/model/incident.ts';

/** A refusal by SPIN (`code` from its ErrorView) or no answer at all (`unreachable`). */
export class ApiError extends Error {
  readonly code: string;
  readonly status: number;
  readonly field: string | undefined;

  constructor(code: string, message: string, status: number, field?: string) {
    super(message);
    this.code = code;
    this.status = status;
    this.field = field;
  }
}

const TIME_OUT = 15_000;
let csrf: string | undefined;
let onSignedOut: () => void = () => {};

/** Called when SPIN no longer knows this session. */
export function whenSignedOut(handler: () => void): void {
  onSignedOut = handler;
}

export const api = {
  session: () => session('GET', '/session'),
  setup: (code: string, password: string) => session('POST', '/setup', { code, password }),
  login: (password: string) => session('POST', '/login', { password }),
  logout: () => session('POST', '/logout', {}),
  erase: (password: string) => session('POST', '/erase', { password }),
  events: (limit: number) => request<EventView[]>('GET', `/events?limit=${limit}`),
  device: (id: string) => request<DeviceView>('GET', `/devices/${encodeURIComponent(id)}`),
  rename: (id: string, name: string) => request<DeviceView>('PATCH', `/devices/${encodeURIComponent(id)}`, { name }),
  exposure: (id: string) => request<ExposureView>('GET', `/devices/${encodeURIComponent(id)}/exposure`),
  setKind: (id: string, kind: string) =>
    request<DeviceView>('PUT', `/devices/${encodeURIComponent(id)}/kind`, { kind }),
  same: (id: string, body: SameBody) => request<DeviceView>('POST', `/devices/${encodeURIComponent(id)}/same`, body),
  setRule: (body: SetRuleBody) => request<RuleChangeView>('POST', '/rules', body),
  preview: (body: SetRuleBody) => request<PreviewView>('POST', '/rules/preview', body),
  removeRule: (id: string) => request<RuleChangeView>('DELETE', `/rules/${encodeURIComponent(id)}`),
  newGroup: (body: NewGroupBody) => request<GroupChangeView>('POST', '/groups', body),
  changeGroup: (id: string, body: GroupBody) =>
    request<GroupChangeView>('PATCH', `/groups/${encodeURIComponent(id)}`, body),
  removeGroup: (id: string) => request<GroupChangeView>('DELETE', `/groups/${encodeURIComponent(id)}`),
  undo: (change: number) => request<AuditView>('POST', '/undo', { change }),
  answer: (id: string, answer: Answer) =>
    request<IncidentView>('POST', `/incidents/${encodeURIComponent(id)}/answer`, { answer }),
  undoIncident: (id: string) => request<IncidentView>('POST', `/incidents/${encodeURIComponent(id)}/undo`, {}),
  claimStep: (id: string, step: string) =>
    request<IncidentView>('POST', `/incidents/${encodeURIComponent(id)}/steps/${step}`, {}),
  noticed: (device: string) => request<NoticedView[]>('GET', `/noticed?device=${encodeURIComponent(device)}`),
  corrections: () => request<CorrectionView[]>('GET', '/corrections'),
  uncorrect: (id: string) => request<CorrectionView[]>('DELETE', `/corrections/${encodeURIComponent(id)}`),
  newcomers: () => request<NewcomerView[]>('GET', '/newcomers'),
  admit: (device: string) => request<NewcomerView[]>('POST', `/newcomers/${encodeURIComponent(device)}/admit`, {}),
  preferences: () => request<PreferencesView>('GET', '/preferences'),
  prefer: (body: PreferenceBody) => request<PreferencesView>('PUT', '/preferences', body),
  rehearse: (body: PreferenceBody) => request<RehearsalView>('POST', '/preferences/preview', body),
  audit: (limit: number, before?: number) =>
    request<AuditView[]>('GET', `/audit?limit=${limit}${before === undefined ? '' : `&before=${before}`}`),
  nodes: (id: string, order: 'volume' | 'new', limit: number) =>
    request<NodeView[]>('GET', `/devices/${encodeURIComponent(id)}/nodes?order=${order}&limit=${limit}`),
  conversations: (id: string) => request<ConversationView[]>('GET', `/devices/${encodeURIComponent(id)}/conversations`),
  history: (span: HistorySpan, device?: string) =>
    request<HistoryView>('GET', `/history?span=${span}${device ? `&device=${encodeURIComponent(device)}` : ''}`),
};

async function session(method: string, path: string, body?: object): Promise<SessionView> {
  const view = await request<SessionView>(method, path, body);
  csrf = view.csrf;
  return view;
}

async function request<T>(method: string, path: string, body?: object): Promise<T> {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (body) headers['content-type'] = 'application/json';
  if (csrf) headers['x-spin-csrf'] = csrf;
  const init: RequestInit = { method, headers, credentials: 'same-origin', signal: AbortSignal.timeout(TIME_OUT) };
  if (body) init.body = JSON.stringify(body);
  let response: Response;
  try {
    response = await fetch(`/api${path}`, init);
  } catch (cause) {
    throw new ApiError('unreachable', String(cause), 0);
  }
  const answer: unknown = await response.json().catch(() => undefined);
  if (response.ok && answer !== undefined) return answer as T;
  const refusal = (answer as ErrorView | undefined)?.error;
  if (response.status === 401 && !['/login', '/setup', '/erase'].includes(path)) onSignedOut();
  throw new ApiError(refusal?.code ?? 'unreachable', refusal?.message ?? '', response.status, refusal?.field);
}
