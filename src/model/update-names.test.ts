import { expect, it } from 'vitest';
import { isUpdateName } from './update-names.ts';

it('a name that says so is an update server, others are not', () => {
  for (const name of [
    'fw.cam.example',
    'firmware-dl.example.com',
    'eu.ota.example',
    'swupdate.example',
    'updates2.x.example',
  ])
    expect(isUpdateName(name)).toBe(true);
  for (const name of ['outdated.example', 'cam.example', 'botaos.example', 'updateme', ''])
    expect(isUpdateName(name)).toBe(false);
});
