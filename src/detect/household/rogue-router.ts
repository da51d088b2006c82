import type { Detector } from '../detector.ts';

const HOLD = 6 * 3_600_000;
/** Border routers of Thread advertise without offering a way out; who offers one although it is a mere device diverts. */
const CONFIDENCE = 0.75;
/** It also tells everybody whom to ask for names (RFC 8106). */
const WITH_RESOLVERS = 0.9;

/** A device with a lease of this home advertises itself as the way out of it (RFC 4861 §6.2, RFC 6104). */
export const rogueRouter: Detector = {
  name: 'rogue-router',
  needs: ['control'],
  start: ({ home, claim }) => ({
    observe: {
      router({ addresses, resolvers, mac }, device) {
        const offersWay = mac !== undefined && addresses.length > 0;
        if (device < 0 || !offersWay || home.gateway().macs.includes(mac)) return;
        const confidence = resolvers.length > 0 ? WITH_RESOLVERS : CONFIDENCE;
        const evidence = { router: addresses[0]!, resolver: resolvers[0] ?? '' };
        claim({ device, subject: addresses[0]!, evidence, confidence, hold: HOLD });
      },
    },
  }),
};
