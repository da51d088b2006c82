import type { Detector } from '../detector.ts';

const HOLD = 7 * 24 * 3_600_000;

/** The newest version of TLS that a device offers is one that RFC 8996 forbids. */
export const weakEncryption: Detector = {
  name: 'weak-encryption',
  needs: ['control'],
  start: ({ claim }) => ({
    observe: {
      hello({ obsolete, serverName, server }, device) {
        if (obsolete === undefined || device < 0) return;
        const evidence = { version: obsolete, node: serverName ?? server.address };
        claim({ device, subject: obsolete, evidence, confidence: 0.95, hold: HOLD });
      },
    },
  }),
};
