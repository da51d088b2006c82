import type { EnforcementView, HomeView } from '../../../src/contract/api.ts';
import type { StreamStatus } from './stream.ts';

/** What stands between the household's wishes and the kernel, the nearest to this page first. */
export type GuardState = EnforcementView['state'] | 'connecting' | 'reconnecting';

export function guardState(
  state: Pick<HomeView, 'agent' | 'enforcement'> | undefined,
  stream: StreamStatus,
): GuardState {
  if (stream !== 'live' || !state) return stream === 'live' ? 'connecting' : stream;
  if (!state.agent.connected && state.enforcement.state !== 'passive') return 'agent-away';
  return state.enforcement.state;
}
