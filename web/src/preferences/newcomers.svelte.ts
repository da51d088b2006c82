import type { NewcomerView } from '../../../src/contract/api.ts';
import { deviceName } from '../act/names.svelte.ts';
import { api } from '../lib/api.ts';
import { home } from '../lib/home.svelte.ts';
import { news } from '../lib/news.svelte.ts';
import { refusalWords } from '../lib/refusal.ts';
import { text } from '../text/text.svelte.ts';
import { type Choice, savedFor } from './choice.ts';
import { attempt } from './wishes.svelte.ts';

/** What the household says of one new device. Deeds tell of themselves and never throw. */

/** It counts as known from now on; a stance that was chosen for it alone has no more meaning and goes. */
export async function admit({ device, label }: NewcomerView): Promise<void> {
  const { newcomers, preferences } = text.t;
  await attempt(
    preferences.change.notSaved,
    async () => {
      const others = await api.admit(device);
      const { newDevices, ...rest } = await choiceFor(device);
      if (newDevices !== undefined) await choose(device, rest);
      showNewcomers(others);
    },
    newcomers.admitted(deviceName(device, label)),
  );
}

/** It is held, or let in with limits, whatever the home says of new devices. */
export async function take({ device, label }: NewcomerView, stance: NewcomerView['stance']): Promise<void> {
  const { newcomers, preferences } = text.t;
  const name = deviceName(device, label);
  try {
    const before = await choiceFor(device);
    await choose(device, { ...before, newDevices: stance });
    showNewcomers(await api.newcomers());
    const undo = async () => {
      await choose(device, before);
      showNewcomers(await api.newcomers());
    };
    const { change } = preferences;
    news.show(stance === 'hold' ? newcomers.held(name) : newcomers.limited(name), {
      label: change.undo,
      run: () => void attempt(change.notSaved, undo, change.undone(name)),
    });
  } catch (error) {
    news.show(refusalWords(error, text.t, preferences.change.notSaved));
  }
}

async function choiceFor(device: string): Promise<Choice> {
  return savedFor(await api.preferences(), { device });
}

async function choose(device: string, choice: Choice): Promise<void> {
  await api.prefer({ scope: { device }, choice });
}

/** The stream says the same to others; this does not wait for it. */
function showNewcomers(newcomers: NewcomerView[]): void {
  home.data.newcomers = newcomers;
  home.refreshed();
}
