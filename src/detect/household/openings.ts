import type { Home } from '../../track/home.ts';
import type { Detector } from '../detector.ts';
import { type OpenService, securityBookOf } from './security-book.ts';
import { weaknessOf } from './services.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** Gateways keep a mapping asked for without an end until they restart. */
const LONGEST_HOLD = 30 * DAY;

/** A device has the gateway let connections in from the internet. */
export const portMapping: Detector = {
  name: 'port-mapping',
  needs: ['control'],
  start({ home, claim }) {
    const book = securityBookOf(home);
    return {
      observe: {
        mapping(mapping, asker) {
          const device = book.mapped(mapping, asker);
          if (device < 0) return;
          const { protocol, externalPort: port, internalPort, via, granted, lifetime, client } = mapping;
          const hold = Math.min(LONGEST_HOLD, lifetime * 1000);
          const evidence = { protocol, port, internalPort, via, granted, by: client.address };
          claim({ device, subject: `${protocol}/${port}`, evidence, confidence: granted ? 1 : 0.8, hold });
        },
      },
      forget: (device) => book.forget(device),
    };
  },
};

/** A way in without encryption or protection: telnet, ftp and the like, answered or announced. */
export const unencryptedService: Detector = {
  name: 'unencrypted-service',
  needs: ['connections'],
  start({ home, claim }) {
    const book = securityBookOf(home);
    let minute = 0;
    return {
      opened: (flow) => book.opened(flow),
      observe: {
        service: (service, device) => book.announced(service, device),
        hello: (hello, device) => book.greeted(hello, device),
      },
      named({ asker: { device } }, { name, at }) {
        book.lookedUp(name, device, at);
      },
      second(at) {
        if (at - minute < MINUTE) return;
        const since = minute;
        minute = at;
        for (const [device, { open, plain }] of book.devices()) {
          for (const use of plain.values()) use.confirmed ||= isAnswered(home, use.conversation);
          for (const service of open.values()) {
            if (service.last < since) continue;
            service.confirmed ||= isOpen(home, device, service);
            if (!service.confirmed || !isLogin(service)) continue;
            const { protocol, port, outside, by, first, conversation } = service;
            const { name } = weaknessOf(protocol, port)!;
            const evidence = { service: name, port, outside, by, announced: conversation < 0 };
            claim({ device, subject: name, evidence, confidence: outside ? 0.95 : 0.9, first, hold: 7 * DAY });
          }
        }
      },
      forget: (device) => book.forget(device),
    };
  },
};

function isLogin({ protocol, port }: OpenService): boolean {
  return weaknessOf(protocol, port)?.weakness === 'login';
}

/** What a refusal or an empty session does not have. */
const LEAST_PACKETS = 3;
const LEAST_SAID = 200;

/** Whether the service answered with more than a refusal. */
function isOpen(home: Home, device: number, { conversation: id }: OpenService): boolean {
  const conversation = home.conversation(id);
  if (!conversation) return false;
  const { packetsUp, packetsDown, bytesUp, bytesDown } = conversation;
  const isOwn = conversation.device === home.deviceId(device);
  const [packets, bytes] = isOwn ? [packetsUp, bytesUp] : [packetsDown, bytesDown];
  return packets >= LEAST_PACKETS && bytes >= LEAST_SAID;
}

function isAnswered(home: Home, id: number): boolean {
  const conversation = home.conversation(id);
  return (
    conversation !== undefined && conversation.packetsDown >= LEAST_PACKETS && conversation.bytesDown >= LEAST_SAID
  );
}
