import type { DeviceView, StreamMessage } from '../../src/contract/api.ts';
import type { FakeHome } from './fake-home.ts';

/** The owner's answers to what a device is and whether two are one; `undefined` for any other route. */
export function identityApi(
  home: FakeHome,
  route: string,
  body: Record<string, unknown>,
): { device: DeviceView; message?: StreamMessage } | undefined {
  const [, deed, id] = /^(?:PUT|POST) \/devices\/(?=[^/]+\/(kind|same)$)([^/]+)/.exec(route) ?? [];
  const device = home.devices.find((one) => one.id === decodeURIComponent(id ?? ''));
  if (!device) return undefined;
  if (deed === 'kind') return { device: setKind(device, String(body['kind'])) };
  delete device.looksLike;
  const known = home.devices.find((one) => one.id === body['as']);
  if (body['same'] !== true || !known) return { device };
  home.devices.splice(home.devices.indexOf(device), 1);
  const kept = home.conversations.filter((one) => one.device !== device.id);
  home.conversations.splice(0, home.conversations.length, ...kept);
  known.macs.push(...device.macs);
  return {
    device: known,
    message: { kind: 'device-gone', sequence: 0, at: home.at, device: device.id, into: known.id },
  };
}

function setKind(device: DeviceView, kind: string): DeviceView {
  if (kind === '') delete device.givenKind;
  else device.givenKind = kind;
  device.kind = kind || device.identity!.kind!.value;
  return device;
}
