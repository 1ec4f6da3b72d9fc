import type { Page } from '@playwright/test';
import type { TestApplication } from '../support/application.ts';
import { statementsOf, withTablesLocked, type Statement } from '../support/held-up.ts';
import { expect, test } from './application-fixture.ts';
import { openConformity } from './conformity-page.ts';
import { chart, go, openHistory, withDatabase } from './history-page.ts';

/** Nobody is answered meanwhile: a statement that is gone was withdrawn. */
async function whileNothingIsAnswered(
  application: TestApplication,
  work: (statements: () => Promise<readonly Statement[]>) => Promise<void>,
): Promise<void> {
  await withDatabase(application, (watching) =>
    withDatabase(application, (locking) =>
      withTablesLocked(locking, () => work(() => statementsOf(watching))),
    ),
  );
}

/** What is asked by now, once the database works on it. */
async function asked(statements: () => Promise<readonly Statement[]>): Promise<readonly string[]> {
  await expect.poll(async () => (await statements()).some(({ waits }) => waits)).toBe(true);
  return (await statements()).map(nameOf);
}

const nameOf = ({ pid, since }: Statement): string => `${pid} ${since}`;

async function leaves(
  page: Page,
  statements: () => Promise<readonly Statement[]>,
  toSomethingElse: () => Promise<void>,
): Promise<void> {
  const earlier = await asked(statements);
  await toSomethingElse();
  await expect
    .poll(async () => {
      const present = await statements();
      return {
        earlier: present.filter((one) => earlier.includes(nameOf(one))).length,
        later: present.some((one) => one.waits && !earlier.includes(nameOf(one))),
      };
    })
    .toEqual({ earlier: 0, later: true });
  // Until it is answered, the page is not emptied.
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
}

test('a range of History that is left stops in the database, and so does the page', async ({
  page,
  application,
}) => {
  test.slow();
  await openHistory(page, application);
  await whileNothingIsAnswered(application, async (statements) => {
    await page.getByText('30 d', { exact: true }).click();
    await leaves(page, statements, () => page.getByText('6 h', { exact: true }).click());
    await leaves(page, statements, () => page.getByText('1 year', { exact: true }).click());
    await go(page, '/devices');
    await expect.poll(async () => (await statements()).length).toBe(0);
  });
  await page.keyboard.press('Control+6');
  await expect(chart(page, 'Temperature')).toHaveAccessibleName(/CR1-04: \d/);
});

test('a year of Conformity that is left stops in the database, and so does the page', async ({
  page,
  application,
}) => {
  test.slow();
  await openConformity(page, application, true);
  await go(page, '/conformity');
  const title = page.getByRole('heading', { level: 1 });
  await expect(title).toHaveText(/days kept every rule$/);
  const before = page.getByRole('button', { name: /^Show \d{4}$/ }).first();
  await whileNothingIsAnswered(application, async (statements) => {
    await before.click();
    await leaves(page, statements, () => before.click());
    await go(page, '/devices');
    await expect.poll(async () => (await statements()).length).toBe(0);
  });
  await go(page, '/conformity');
  await expect(title).toHaveText(/No readings in this year|days kept every rule$/);
});
