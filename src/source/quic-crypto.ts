import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';
import type { QuicCrypto } from '../decode/quic-keys.ts';

const TAG = 16;

/** Node's primitives for reading QUIC Initial packets. */
export const quicCrypto: QuicCrypto = {
  hmac: (key, data) => createHmac('sha256', key).update(data).digest(),

  encryptBlock(key, block) {
    const cipher = createCipheriv('aes-128-ecb', key, null).setAutoPadding(false);
    return cipher.update(block);
  },

  open(key, nonce, associated, sealed) {
    if (sealed.length < TAG) return undefined;
    const decipher = createDecipheriv('aes-128-gcm', key, nonce, { authTagLength: TAG });
    decipher.setAAD(associated).setAuthTag(sealed.subarray(sealed.length - TAG));
    const plain = decipher.update(sealed.subarray(0, sealed.length - TAG));
    try {
      decipher.final();
    } catch {
      return undefined;
    }
    return plain;
  },
};
