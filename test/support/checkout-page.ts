import type { Page } from 'playwright-core';

/** Fills in the open checkout with an address and a card that is accepted, and waits until the purchase stands. */
export async function pay(page: Page, name = 'Ada Lovelace'): Promise<void> {
  const dialog = page.getByRole('dialog', { name: 'Checkout' });
  await dialog.getByRole('timer', { name: /Hold ends in/ }).waitFor();
  await dialog.getByLabel('Name').fill(name);
  await dialog.getByLabel('Street and number').fill('Main Street 1');
  await dialog.getByLabel('Postcode').fill('10115');
  await dialog.getByLabel('City').fill('Berlin');
  await dialog.getByLabel('Country').selectOption('DE');
  await dialog.getByLabel('Card number').fill('4242424242424242');
  await dialog.getByLabel('Expiry (MM / YY)').fill('12/40');
  await dialog.getByLabel('Security code').fill('123');
  await dialog.getByRole('button', { name: /^Pay / }).click();
  await page.getByRole('dialog', { name: 'It is yours' }).waitFor({ timeout: 30_000 });
}
