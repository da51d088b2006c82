import { classOf } from '../../model/kinds.ts';
import type { Detector } from '../detector.ts';

const HOLD = 24 * 3_600_000;

/** People chat over IRC with computers; an appliance has nobody to chat with. */
const CONFIDENCE = { appliance: 0.95, critical: 0.95, general: 0.6, infrastructure: 0.9 };

/** An IRC client's first words from a device: bots of the Tsunami and Muhstik families wait in channels. */
export const chat: Detector = {
  name: 'chat-control',
  needs: ['control'],
  start: ({ home, claim }) => ({
    observe: {
      words({ language, server, serverPort }, device) {
        if (language !== 'irc' || device < 0) return;
        const confidence = CONFIDENCE[classOf(home.kindAt(device))];
        const target = { node: { address: server.address } };
        const evidence = { node: server.address, port: serverPort };
        claim({ device, subject: `irc ${server.address}`, target, evidence, confidence, hold: HOLD });
      },
    },
  }),
};
