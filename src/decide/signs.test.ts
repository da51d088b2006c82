import { describe, expect, it } from 'vitest';
import { AWAY, GONE_FOR, LONG_AWAY, SignReader } from './signs.ts';
import { MINUTE, SECOND, START } from './testing.ts';

const reader = () => {
  const signs = new SignReader();
  signs.watch(['cam'], START);
  return signs;
};
const names = (signs: readonly { name: string }[]) => signs.map(({ name }) => name);

describe('what traffic shows of a clean-up', () => {
  it('a device that was silent and asks for its address anew came back', () => {
    const signs = reader();
    signs.heard('cam', START + MINUTE);
    expect(signs.began('cam', START + MINUTE + SECOND)).toEqual([]);
    expect(names(signs.began('cam', START + MINUTE + SECOND + AWAY))).toEqual(['came-back']);
    expect(names(signs.began('cam', START + 2 * MINUTE + LONG_AWAY))).toEqual(['long-away']);
  });

  it('a lease that is renewed while the device speaks is none', () => {
    const signs = reader();
    for (let at = START; at < START + 10 * MINUTE; at += SECOND) {
      signs.heard('cam', at);
      expect(signs.began('cam', at + 500)).toEqual([]);
    }
  });

  it('a call to an update server', () => {
    expect(reader().called('cam', 'fw.cam.example', START)).toEqual([
      { at: START, device: 'cam', name: 'update-contact', detail: 'fw.cam.example' },
    ]);
  });

  it('somebody of the home at its settings, once for all connections of a visit', () => {
    const signs = reader();
    expect(names(signs.visited('cam', 443, 'Laptop', START))).toEqual(['settings-visited']);
    expect(signs.visited('cam', 443, 'Laptop', START + SECOND)).toEqual([]);
    expect(reader().visited('cam', 554, 'Laptop', START)).toEqual([]);
  });

  it('a device that is not seen for a week is gone', () => {
    expect(names(reader().tick(START + GONE_FOR))).toEqual(['gone']);
    expect(reader().tick(START + GONE_FOR - 1)).toEqual([]);
  });

  it('nothing is kept of devices without an incident', () => {
    const signs = reader();
    signs.watch([], START);
    expect(signs.began('cam', START + LONG_AWAY)).toEqual([]);
    expect(signs.called('other', 'fw.example', START)).toEqual([]);
  });
});
