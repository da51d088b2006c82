import type { DeviceView } from '../../../src/contract/api.ts';
import { deviceName } from '../act/names.svelte.ts';
import { api } from '../lib/api.ts';
import { home } from '../lib/home.svelte.ts';
import { kindOf } from '../lib/kinds.ts';
import { deviceLabel } from '../lib/labels.ts';
import { news } from '../lib/news.svelte.ts';
import { refusalWords } from '../lib/refusal.ts';
import { deviceLink } from '../lib/route.svelte.ts';
import { text } from '../text/text.svelte.ts';

/** Says what a device is (empty: SPIN decides) and tells of it, with its undo beside; never throws. */
export async function giveKind(device: string, kind: string, before: string): Promise<void> {
  const { t } = text;
  await attempt(t.belief.failed, async () => {
    const now = await api.setKind(device, kind);
    home.data.setDevice(now);
    home.refreshed();
    const name = deviceLabel(now, text.words);
    const words = kind === '' ? t.belief.left(name) : t.belief.set(name, t.kinds[kindOf({ kind })]);
    news.show(words, { label: t.belief.undo, run: () => void giveKind(device, before, kind) });
  });
}

/** Answers whether a device is the one known before as `as`; never throws. */
export async function answerSame(device: DeviceView, as: string, same: boolean): Promise<void> {
  const { t } = text;
  const name = deviceName(as);
  await attempt(t.same.failed, async () => {
    const now = await api.same(device.id, { as, same });
    home.data.setDevice(now);
    home.refreshed();
    news.show(same ? t.same.one(name) : t.same.two(name));
    if (same) location.hash = deviceLink(now.id);
  });
}

async function attempt(otherwise: string, deed: () => Promise<void>): Promise<void> {
  try {
    await deed();
  } catch (error) {
    news.show(refusalWords(error, text.t, otherwise));
  }
}
