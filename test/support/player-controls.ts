import type { Page } from 'playwright-core';

/** The controls hide while nobody moves; a person would move the mouse. */
export async function showControls(page: Page): Promise<void> {
  const video = page.getByRole('region', { name: 'Video' });
  await video.hover({ position: { x: 20, y: 200 } });
  await video.hover({ position: { x: 60, y: 220 } });
}

/** Chooses from the quality menu by the name that stands there. */
export async function chooseQuality(page: Page, quality: string): Promise<void> {
  await showControls(page);
  await page.getByRole('button', { name: 'Quality' }).click();
  await page.getByRole('menuitemradio', { name: quality }).click();
}
