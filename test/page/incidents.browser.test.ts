import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { FakeServer } from '../../web/dev/fake-server.ts';
import { FOR_EVERYBODY, missingBrowser, violations } from './harness.ts';
import { useBrowser } from './use-browser.ts';

const CAMERA = 'Front door camera';
const CAMERA_PAGE = '#/device/d-02%3A00%3A00%3A00%3A00%3A00';

describe.skipIf(missingBrowser)(`What SPIN found${missingBrowser}`, { timeout: 60_000 }, () => {
  const { enter } = useBrowser();
  const incident = (page: Page) => page.getByRole('article', { name: `Searches other machines: ${CAMERA}` });

  function infect(server: FakeServer): void {
    server.incidents.scan(0);
    const verdict = { level: 'attention' as const, code: 'asks' as const, devices: 10, device: CAMERA, incidents: 1 };
    server.change = (view) => (server.incidents.open().length > 0 ? { ...view, verdict } : view);
  }

  it('is said first, with what SPIN waits for, and answered in place', async () => {
    const { page, server } = await enter({ prepare: infect });
    await page.getByRole('heading', { name: `SPIN asks what to do about ${CAMERA}.` }).waitFor();
    await incident(page)
      .getByText(/SPIN waits for your answer; until .* nothing is cut\./)
      .waitFor();
    await incident(page).getByRole('button', { name: 'Quarantine' }).click();
    await expect.poll(() => server.incidents.all[0]?.answer).toBe('quarantine');
    await incident(page).getByRole('group', { name: 'What shall SPIN do?' }).waitFor({ state: 'detached' });
    await incident(page).getByText('What happened').click();
    await incident(page).getByText('You answered: Quarantine').waitFor();
  });

  it('reads as a story in time, and gives steps that only the traffic ticks off', async () => {
    const { page } = await enter({ prepare: infect });
    await incident(page).getByText('What happened').click();
    await incident(page).getByText(`${CAMERA} tried 900 different addresses (telnet)`).waitFor();
    await incident(page).getByText('What you can do').click();
    await incident(page).getByText('It left the network and came back at').waitFor();
    await incident(page).getByRole('button', { name: 'I did this: Change its password' }).click();
    await incident(page).getByText('the traffic does not show it yet').waitFor();
  });

  it('is gone when the household says that it is fine', async () => {
    const { page } = await enter({ prepare: infect });
    await incident(page).getByRole('button', { name: 'This is fine, undo it all' }).click();
    await incident(page).waitFor({ state: 'detached' });
    await page.getByRole('region', { name: /SPIN remembers that this is fine\./ }).waitFor();
  });

  it('stands on the page of its device, too', async () => {
    const { page } = await enter({ prepare: infect, hash: CAMERA_PAGE });
    await incident(page).waitFor();
    await page.goto(`${new URL(page.url()).origin}/#/device/d-02%3A00%3A00%3A00%3A00%3A01`);
    await incident(page).waitFor({ state: 'detached' });
  });

  it('tells what was noticed and is no incident on the page of its device', async () => {
    const { page } = await enter({ hash: CAMERA_PAGE, prepare: ({ incidents }) => incidents.suspect(0, 6) });
    const noticed = page.getByRole('region', { name: 'Noticed' });
    await noticed.getByText(`${CAMERA} called c2.example (port 443) 40 times`).waitFor();
    await noticed.getByText(/^Perhaps harm · since /).waitFor();
    await noticed.getByText('SPIN waits until harm is likely, and this alone is more often harmless.').waitFor();
    const others = noticed.getByText('contacted <img src=x');
    expect(await others.filter({ visible: true }).count()).toBe(3);
    await noticed.getByText('3 more').click();
    expect(await others.filter({ visible: true }).count()).toBe(6);
    await page.goto(`${new URL(page.url()).origin}/#/device/d-02%3A00%3A00%3A00%3A00%3A01`);
    await noticed.waitFor({ state: 'detached' });
  });

  it('is the place to take back what SPIN decided by itself', async () => {
    const { page, server } = await enter({
      prepare: (fake) => {
        infect(fake);
        const target = { device: fake.home.devices[0]!.id };
        const { rule } = fake.rules.set({ action: 'essential', target, when: { always: true } });
        fake.rules.rules.set(rule.id, { ...rule, by: 'spin', incident: 'i-1' });
      },
    });
    const line = page.locator('.rule', { hasText: CAMERA });
    await line.getByRole('link', { name: `Why? ${CAMERA}` }).click();
    await incident(page).waitFor();
    expect(await page.getByRole('button', { name: /^Undo: / }).count()).toBe(0);
    expect(server.requests.filter((request) => request.startsWith('DELETE'))).toEqual([]);
  });

  it.each(FOR_EVERYBODY)('axe-core finds nothing: %s', async (_name, context) => {
    const { page } = await enter({ prepare: infect, context });
    for (const summary of await page.locator('article summary').all()) await summary.click();
    expect(await violations(page)).toEqual([]);
  });

  it.each(FOR_EVERYBODY)('axe-core finds nothing in what was noticed: %s', async (_name, context) => {
    const prepare = ({ incidents }: FakeServer) => incidents.suspect(0, 6);
    const { page } = await enter({ prepare, context, hash: CAMERA_PAGE });
    await page.getByText(/^(3 more|Nog 3)$/).click();
    expect(await violations(page)).toEqual([]);
  });
});
