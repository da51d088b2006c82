import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Counters } from '../model/home.ts';
import { NOTHING } from './lead.ts';
import { Rates } from './rates.ts';

const START = 1_700_000_000_000;
const DEVICE = 'd-1';

/** One home whose counters and totals are set by hand, second by second. */
class Watch {
  readonly rates = new Rates();
  readonly #counters = new Map<string, Counters>();
  readonly #countersOf = (device: string) => this.#counters.get(device);

  /** The counters of a device's connections are read at a second. */
  read(second: number, bytesUp: number, device = DEVICE): string[] {
    this.#counters.set(device, { ...NOTHING, bytesUp });
    return this.rates.update(START + second * 1000 + 300, [device], this.#countersOf);
  }

  nothingRead(second: number): string[] {
    return this.rates.update(START + second * 1000 + 300, [], this.#countersOf);
  }

  /** The kernel's totals of a second. */
  total(second: number, bytesUp: number, device = DEVICE): string[] {
    const gains = new Map(bytesUp > 0 ? [[device, { ...NOTHING, bytesUp }]] : []);
    return this.rates.totals(START + second * 1000, gains, this.#countersOf);
  }

  up(device = DEVICE): number {
    return this.rates.rateOf(device).rateUp;
  }

  /** Bytes of each second up to one, of the device or the home. */
  chart(upTo: number, device?: string): number[] {
    const series = device === undefined ? this.rates.home : this.rates.seriesOf(device)!;
    return series
      .points(START / 1000 + upTo)
      .slice(-upTo)
      .map(([, up]) => up);
  }
}

describe('while connections can be read every second', () => {
  test('a rate is what the counters rose by, and nothing when they no longer rise', () => {
    const watch = new Watch();
    expect(watch.read(1, 1000)).toEqual([DEVICE]);
    expect([watch.up(), watch.rates.rateUp]).toEqual([1000, 1000]);
    watch.read(2, 4000);
    expect([watch.up(), watch.rates.rateUp]).toEqual([3000, 3000]);
    expect(watch.nothingRead(3)).toEqual([DEVICE]);
    expect([watch.up(), watch.rates.rateUp, watch.rates.moving]).toEqual([0, 0, false]);
    expect(watch.chart(3)).toEqual([1000, 3000, 0]);
  });
});

describe('while totals of devices come', () => {
  test('they alone give the rates, every second', () => {
    const watch = new Watch();
    watch.read(1, 500);
    for (const [second, bytes] of [
      [2, 700],
      [3, 900],
      [4, 400],
    ] as const) {
      expect(watch.total(second, bytes)).toEqual([DEVICE]);
      watch.nothingRead(second);
      expect([watch.up(), watch.rates.rateUp]).toEqual([bytes, bytes]);
    }
    expect(watch.chart(4)).toEqual([500, 700, 900, 400]);
  });

  test('counters that come late and all at once make no burst, and no byte is told twice', () => {
    const watch = new Watch();
    for (let second = 1; second <= 25; second++) {
      watch.total(second, 1000);
      if (second === 20) watch.read(second, 20_000);
      expect([watch.up(), watch.rates.rateUp]).toEqual([1000, 1000]);
    }
    expect(watch.chart(25, DEVICE)).toEqual(new Array(25).fill(1000));
  });

  test('what they do not tell of stands still', () => {
    const watch = new Watch();
    watch.total(1, 1000);
    expect(watch.total(2, 0)).toEqual([DEVICE]);
    expect([watch.up(), watch.rates.rateUp, watch.rates.moving]).toEqual([0, 0, false]);
  });

  test('those of one second may come in parts', () => {
    const watch = new Watch();
    watch.total(1, 10);
    watch.total(2, 1000);
    watch.total(2, 500);
    watch.total(2, 300, 'd-2');
    expect([watch.up(), watch.up('d-2'), watch.rates.rateUp]).toEqual([1500, 300, 1800]);
    expect(watch.chart(2)).toEqual([10, 1800]);
  });

  test('what a device had done before it was first told of is nothing of this second', () => {
    const watch = new Watch();
    watch.read(1, 1_000_000);
    watch.total(2, 100);
    expect([watch.up(), watch.chart(2)[1]]).toEqual([100, 100]);
  });
});

describe('when totals end', () => {
  /** A device that sends evenly; its connections were last read ten seconds before the totals ended. */
  function ended(): Watch {
    const watch = new Watch();
    for (let second = 1; second <= 20; second++) {
      watch.total(second, 1000);
      if (second === 10) watch.read(second, 10_000);
    }
    return watch;
  }

  test('the last rate stands until the counters speak again, which then is without a jump', () => {
    const watch = ended();
    watch.nothingRead(21);
    expect(watch.up()).toBe(1000);
    watch.read(22, 22_000);
    expect(watch.up()).toBe(1000);
    for (let second = 23; second <= 30; second++) {
      watch.read(second, second * 1000);
      expect(watch.up()).toBeGreaterThan(850);
      expect(watch.up()).toBeLessThan(1150);
    }
    expect(watch.chart(30)).toEqual(new Array(30).fill(1000));
  });

  test('a device that has stopped as well stands still, in a silent home too', () => {
    const watch = ended();
    watch.nothingRead(21);
    expect(watch.nothingRead(23)).toEqual([DEVICE]);
    expect([watch.up(), watch.rates.rateUp]).toEqual([0, 0]);
  });

  test('what only totals count, such as greetings to everybody, is not held against later traffic', () => {
    const watch = new Watch();
    for (let second = 1; second <= 600; second++) {
      watch.total(second, 1000);
      watch.read(second, second * 500);
    }
    watch.nothingRead(602);
    for (let second = 603; second <= 640; second++) watch.read(second, second * 500);
    expect(watch.up()).toBe(500);
    expect(watch.chart(640).slice(-25)).toEqual(new Array(25).fill(500));
  });

  test('and begin again, all goes on', () => {
    const watch = ended();
    watch.read(23, 23_000);
    watch.total(24, 1000);
    watch.total(25, 1000);
    watch.read(25, 25_000);
    expect(watch.up()).toBe(1000);
    expect(watch.chart(25)).toEqual(new Array(25).fill(1000));
  });

  test('a clock that was put back does not leave the rates to them', () => {
    const watch = new Watch();
    watch.total(3600, 1000);
    watch.read(1, 5000);
    expect(watch.up()).toBeGreaterThan(0);
  });
});

test('whenever connections are read, every byte is told once', () => {
  const second = fc.record({ bytes: fc.nat(1_000_000), isRead: fc.boolean() });
  fc.assert(
    fc.property(fc.array(second, { minLength: 1, maxLength: 25 }), fc.integer({ min: 3, max: 9 }), (seconds, gap) => {
      const watch = new Watch();
      let sent = 0;
      seconds.forEach(({ bytes, isRead }, i) => {
        sent += bytes;
        watch.total(i + 1, bytes);
        if (isRead) watch.read(i + 1, sent);
      });
      const last = seconds.length + gap;
      watch.read(last, sent + 777);
      const told = watch.chart(last).reduce((sum, bytes) => sum + bytes, 0);
      expect(Math.round(told)).toBe(sent + 777);
    }),
  );
});

test('what two devices that turn out to be one did is told once', () => {
  const rates = new Rates();
  const counters = new Map<string, Counters>([
    ['d-1', { ...NOTHING, bytesUp: 1000 }],
    ['d-2', { ...NOTHING, bytesUp: 500 }],
  ]);
  const countersOf = (device: string) => counters.get(device);
  rates.update(START, ['d-1', 'd-2'], countersOf);
  counters.set('d-1', { ...NOTHING, bytesUp: 1600 });
  counters.delete('d-2');
  rates.merge('d-2', 'd-1');
  rates.update(START + 1000, ['d-1'], countersOf);
  expect(rates.rateOf('d-1').rateUp).toBe(100);
  expect(rates.home.points(START / 1000 + 1).reduce((sum, [, up]) => sum + up, 0)).toBe(1600);
});
